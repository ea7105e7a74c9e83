<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Application;
use Parom\Bridge\Core\Guard\Inn;
use Parom\Bridge\Core\Guard\InnLock;

/** A lock with a name, kept by the portal's database. It ends with the connection at the latest. */
final class ConnectionInnLock implements InnLock
{
    /** How long the second of two employees waits for the first to be saved. */
    private const WAIT_SECONDS = 2;
    /** An import goes on for thousands of rows. Whoever holds so many locks gives the oldest back. */
    private const HELD_MAX = 50;

    private static ?self $ofRequest = null;

    /** @var array<string, true> names, the oldest first */
    private array $held = [];

    public static function ofRequest(): self
    {
        return self::$ofRequest ??= new self();
    }

    public function take(Inn $inn): void
    {
        $name = 'parom_bridge_inn_' . $inn->digits;
        if (isset($this->held[$name]) || !Application::getConnection()->lock($name, self::WAIT_SECONDS)) {
            return;
        }
        if ($this->held === []) {
            AfterResponse::unlock();
            \register_shutdown_function([self::class, 'releaseAll']);
        }
        $this->held[$name] = true;
        if (\count($this->held) > self::HELD_MAX) {
            $this->release((string)\array_key_first($this->held));
        }
    }

    /** Comes after the response, and once more at the very end for scripts that die before. */
    public static function releaseAll(): void
    {
        $lock = self::$ofRequest;
        foreach (\array_keys($lock->held ?? []) as $name) {
            $lock?->release((string)$name);
        }
    }

    private function release(string $name): void
    {
        unset($this->held[$name]);
        try {
            Application::getConnection()->unlock($name);
        } catch (\Throwable) {
            // The connection is gone, and the lock with it.
        }
    }
}
