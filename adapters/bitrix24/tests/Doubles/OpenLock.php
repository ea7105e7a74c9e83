<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Outbox\PostLock;

/** A lock that somebody else may have. */
final class OpenLock implements PostLock
{
    public bool $isTaken = false;

    public function take(): bool
    {
        if ($this->isTaken) {
            return false;
        }

        return $this->isTaken = true;
    }

    public function release(): void
    {
        $this->isTaken = false;
    }
}
