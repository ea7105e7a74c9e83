<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Clock;

/** A clock that a test moves. */
final class HandClock implements Clock
{
    public function __construct(public int $now = 1_800_000_000)
    {
    }

    public function now(): int
    {
        return $this->now;
    }
}
