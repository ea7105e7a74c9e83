<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Parom\Bridge\Core\Clock;

/** The clock of the server. */
final class PortalClock implements Clock
{
    public function now(): int
    {
        return \time();
    }
}
