<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** How posting went. */
final class Posting
{
    public function __construct(
        public readonly Ending $ending,
        /** Rows that left the outbox. */
        public readonly int $taken,
        public readonly ?Trouble $trouble = null,
        /** What Parom said, or what became of the connection. */
        public readonly string $detail = '',
    ) {
    }
}
