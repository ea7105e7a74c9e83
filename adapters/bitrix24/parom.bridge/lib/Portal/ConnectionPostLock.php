<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Application;
use Parom\Bridge\Core\Outbox\PostLock;

/** Kept by the portal's database, so that it holds among several web servers and dies with whoever has it. */
final class ConnectionPostLock implements PostLock
{
    private const NAME = 'parom_bridge_post';

    public function take(): bool
    {
        return Application::getConnection()->lock(self::NAME, 0);
    }

    public function release(): void
    {
        try {
            Application::getConnection()->unlock(self::NAME);
        } catch (\Throwable) {
            // The connection is gone, and the lock with it.
        }
    }
}
