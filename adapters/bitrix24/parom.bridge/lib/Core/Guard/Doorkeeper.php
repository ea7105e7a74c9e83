<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

use Parom\Bridge\Core\Journal;

/**
 * Stands at every way of saving and says what to tell whoever saves, or nothing.
 *
 * It never throws: a check that fails lets the save pass and leaves a line in the portal's log. A repeat that slips through is
 * found by Parom, which tells the employee; a save that breaks is found by nobody.
 */
final class Doorkeeper
{
    /**
     * Said to people and answered over REST, in this language on every portal: Parom and its setup guide know it by these
     * words. Nothing that a user typed stands in it, because the card shows it as markup.
     */
    public const REFUSAL = 'Клиент с таким ИНН уже создан';

    /** Lines of one request about repeats that passed. An import by a robot may have thousands. */
    private const NOTES_MAX = 20;

    private int $notes = 0;
    private bool $failureTold = false;

    /** @param \Closure(): Saving $saving asked only when there is something to refuse: it walks the stack of calls */
    public function __construct(
        private readonly InnGuard $guard,
        private readonly Journal $journal,
        private readonly \Closure $saving,
    ) {
    }

    /**
     * @param ?Saving $known what the caller knows of the way; a merge and the like inside it still win
     * @return ?string what to tell, `null` where the save may go on
     */
    public function refusal(Change $change, ?Saving $known = null): ?string
    {
        try {
            $verdict = $this->guard->look($change);
            if (!$verdict->isRepeated()) {
                return null;
            }
            $saving = $this->way($known);
            if ($saving->shouldRefuse()) {
                return self::REFUSAL;
            }
            if ($saving->isWorthNoting()) {
                $this->note($verdict, $saving);
            }
        } catch (\Throwable $failure) {
            $this->fail($failure);
        }

        return null;
    }

    /** Looks at a company that was saved without a question, and notes what it repeats. */
    public function inspect(int $companyId, Requisites $requisites): void
    {
        try {
            foreach ($requisites->ofCompany($companyId) as $saved) {
                $verdict = $this->guard->lookAt($saved);
                if ($verdict->isRepeated()) {
                    $this->note($verdict, Saving::Restore);
                }
            }
        } catch (\Throwable $failure) {
            $this->fail($failure);
        }
    }

    private function way(?Saving $known): Saving
    {
        $seen = ($this->saving)();

        return $known === null || $seen === Saving::Merge || $seen === Saving::Restore ? $seen : $known;
    }

    private function note(Verdict $verdict, Saving $saving): void
    {
        if ($verdict->other !== null && $this->notes++ < self::NOTES_MAX) {
            $this->journal->repeatPassed($verdict->companyId, $verdict->other->owner->id, $saving);
        }
    }

    private function fail(\Throwable $failure): void
    {
        if ($this->failureTold) {
            return;
        }
        $this->failureTold = true;
        try {
            $this->journal->checkFailed($failure);
        } catch (\Throwable) {
            // There is nobody left to tell.
        }
    }
}
