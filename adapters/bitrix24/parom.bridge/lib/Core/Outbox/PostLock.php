<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Lets one process at a time post. */
interface PostLock
{
    /** Does not wait: whoever has it posts our rows too. */
    public function take(): bool;

    public function release(): void;
}
