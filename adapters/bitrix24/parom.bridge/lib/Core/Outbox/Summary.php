<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** How full the outbox is. */
final class Summary
{
    /** Nobody counts further: the table may be long, and a person needs to know only that it is. */
    public const COUNTED_MAX = 10_000;

    public function __construct(
        /** At most `COUNTED_MAX`. */
        public readonly int $length,
        /** Seconds since 1970, `null` where nothing waits. */
        public readonly ?int $oldestAt,
    ) {
    }
}
