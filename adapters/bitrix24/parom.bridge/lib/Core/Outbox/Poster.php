<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

use Parom\Bridge\Core\Clock;
use Parom\Bridge\Core\Journal;

/**
 * Takes changes from the outbox to Parom.
 *
 * A row leaves the outbox when Parom has said that it has it, and for no other reason. Whatever happens between (no answer, half
 * an answer, the end of this process) sends the row again, and to look at a card twice does no harm.
 */
final class Poster
{
    /** Cards whose rows are collapsed after a failed try. Tries grow rare, so this costs little, however long it lasts. */
    private const COLLAPSE_MAX = 500;
    /** Nobody needs «last taken» to the second, and a portal that is edited all day would write it all day. */
    private const NOTE_ACCEPTED_EVERY = 60;

    public function __construct(
        private readonly Outbox $outbox,
        private readonly Transport $transport,
        private readonly Signer $signer,
        private readonly Address $address,
        private readonly QueueStates $states,
        private readonly PostLock $lock,
        private readonly Journal $journal,
        private readonly Clock $clock,
    ) {
    }

    /** Posts until nothing waits, something goes wrong, or the effort is spent. */
    public function post(Effort $effort): Posting
    {
        $state = $this->states->load();
        if (!$effort->ignoresPause && !$state->mayTry($this->clock->now())) {
            return new Posting(Ending::Pausing, 0, $state->trouble, $state->detail);
        }
        if (!$this->lock->take()) {
            return new Posting(Ending::SomebodyElsePosts, 0);
        }
        try {
            return $this->drain($effort);
        } finally {
            $this->lock->release();
        }
    }

    /** Asks Parom whether it would take changes, by a batch with nothing in it. Leaves outbox and state alone. */
    public function check(): Posting
    {
        $reply = $this->send(Batch::of([]));
        if ($reply instanceof NoAnswer) {
            return new Posting(Ending::Failed, 0, Trouble::Unreachable, $reply->getMessage());
        }

        return $reply->acceptedUpTo() === null
            ? new Posting(Ending::Failed, 0, $reply->trouble(), $reply->says())
            : new Posting(Ending::Done, 0);
    }

    private function drain(Effort $effort): Posting
    {
        $taken = 0;
        $changesMax = Batch::CHANGES_MAX;
        $until = $this->clock->now() + $effort->seconds;
        for ($batches = 0; $batches < $effort->batches && $this->clock->now() <= $until; ) {
            // A batch is read anew after every answer: meanwhile other rows may have come before it.
            $rows = $this->outbox->oldest(Batch::CHANGES_MAX);
            if ($rows === []) {
                return new Posting(Ending::Done, $taken);
            }
            $batch = Batch::of($rows, $changesMax);
            $reply = $this->send($batch);
            if ($reply instanceof Reply && $reply->trouble() === Trouble::TooLarge && $batch->size() > 1) {
                $changesMax = \intdiv($batch->size(), 2);
                continue;
            }
            $batches++;
            $accepted = $reply instanceof Reply ? $batch->upTo($reply->acceptedUpTo() ?? -1) : [];
            if ($accepted === []) {
                return $this->fail($batch, $reply, $taken);
            }
            $this->outbox->forget($accepted);
            $taken += \count($accepted);
            $this->succeed();
        }

        return new Posting(Ending::EffortSpent, $taken);
    }

    private function send(Batch $batch): Reply|NoAnswer
    {
        $headers = [
            'Content-Type' => 'application/json',
            Signer::HEADER => $this->signer->sign($batch->body),
        ];
        try {
            return $this->transport->post($this->address->url, $headers, $batch->body);
        } catch (NoAnswer $silence) {
            return $silence;
        }
    }

    private function fail(Batch $batch, Reply|NoAnswer $reply, int $taken): Posting
    {
        $now = $this->clock->now();
        [$trouble, $detail] = match (true) {
            $reply instanceof NoAnswer => [Trouble::Unreachable, $reply->getMessage()],
            $reply->acceptedUpTo() !== null => [Trouble::NothingAccepted, $reply->says()],
            default => [$reply->trouble(), $reply->says()],
        };
        $state = $this->states->load()->failed($trouble, $detail, $now);
        $isToBeTold = $state->isToBeTold();
        // Written before it is told: a log that fails must not be told again at every try.
        $this->states->save($isToBeTold ? $state->wasTold() : $state);
        if ($isToBeTold) {
            $this->journal->troubleBegan($trouble, $detail);
        }
        $this->outbox->sent($batch->ids(), $now);
        $this->outbox->collapse(self::COLLAPSE_MAX);

        return new Posting(Ending::Failed, $taken, $trouble, $detail);
    }

    private function succeed(): void
    {
        $state = $this->states->load();
        $now = $this->clock->now();
        $isNews = $state->trouble !== null || $now - ($state->acceptedAt ?? 0) >= self::NOTE_ACCEPTED_EVERY;
        if ($isNews) {
            $this->states->save($state->accepted($now));
        }
        if ($state->told !== null) {
            $this->journal->troubleEnded();
        }
    }
}
