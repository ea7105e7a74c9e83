<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

use Parom\Bridge\Core\Clock;
use Parom\Bridge\Core\Journal;

/**
 * Writes into the outbox what has happened.
 *
 * Every event makes a row, even a repeated one: a row that stands there already may be on its way to Parom at this moment, and then
 * the second change would be seen by nobody. Rows of one card become one when they are posted.
 */
final class Recorder
{
    private bool $failureTold = false;

    /**
     * @param \Closure(): bool $isEcho whether Parom itself is writing
     * @param \Closure(): void $afterwards called when a row was written, to have it posted after the response
     */
    public function __construct(
        private readonly Outbox $outbox,
        private readonly Journal $journal,
        private readonly Clock $clock,
        private readonly \Closure $isEcho,
        private readonly \Closure $afterwards,
    ) {
    }

    /** Whether there is anything to write. What it costs to find out whose a change is need not be spent on echoes. */
    public function isListening(): bool
    {
        return !($this->isEcho)();
    }

    /** Never throws: a save is worth more than the news of it, and Parom's own sweep finds what is missing here. */
    public function record(Entity $entity, int $entityId, Event $event, int $companyId = 0): void
    {
        try {
            if ($entityId <= 0 || !$this->isListening()) {
                return;
            }
            $companyId = $entity === Entity::Company ? $entityId : \max($companyId, 0);
            $this->outbox->put(new Change($entity, $entityId, $event, $companyId, $this->clock->now()));
            ($this->afterwards)();
        } catch (\Throwable $failure) {
            $this->lost($failure);
        }
    }

    /** A change could not be kept, or not even understood. Told once in a request. */
    public function lost(\Throwable $failure): void
    {
        if ($this->failureTold) {
            return;
        }
        $this->failureTold = true;
        try {
            $this->journal->changeLost($failure);
        } catch (\Throwable) {
            // There is nobody left to tell.
        }
    }
}
