<?php

declare(strict_types=1);

namespace Parom\Bridge\Core;

/** The only source of time. */
interface Clock
{
    /** Seconds since 1970. */
    public function now(): int;
}
