<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** What of one card waits in the outbox. */
final class Waiting
{
    public function __construct(
        public readonly int $rows,
        /** When it last changed; `null` where nothing waits. */
        public readonly ?int $lastChangeAt,
        /** When what waits was last sent without being taken; `null` where that never was. */
        public readonly ?int $lastSentAt,
    ) {
    }
}
