<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/** Lets one request at a time save a given ИНН. */
interface InnLock
{
    /**
     * Takes the ИНН until the end of the request. Waits a moment for whoever has it, and goes on without it when that
     * takes too long: a lock is no reason to stop a save.
     */
    public function take(Inn $inn): void;
}
