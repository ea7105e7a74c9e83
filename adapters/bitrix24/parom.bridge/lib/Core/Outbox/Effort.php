<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** How much is done in one go. */
final class Effort
{
    private function __construct(
        public readonly int $batches,
        /** No batch is begun later. */
        public readonly int $seconds,
        public readonly bool $ignoresPause = false,
    ) {
    }

    /** After somebody saved: what he changed, soon, and no more of the web server's time than that. */
    public static function afterSave(): self
    {
        return new self(batches: 2, seconds: 5);
    }

    /** What is left, each minute. Other agents wait meanwhile. */
    public static function ofAgent(): self
    {
        return new self(batches: 50, seconds: 30);
    }

    /** An administrator pressed the button and looks at the page. */
    public static function onDemand(): self
    {
        return new self(batches: 20, seconds: 15, ignoresPause: true);
    }
}
