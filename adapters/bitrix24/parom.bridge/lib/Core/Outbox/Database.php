<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/**
 * Runs statements on the connection that the save itself uses. They speak the common part of MySQL, PostgreSQL and SQLite
 * and hold nothing but numbers and words of ours.
 */
interface Database
{
    /** @return list<array<string, mixed>> names of columns in capitals */
    public function rows(string $sql): array;

    public function run(string $sql): void;
}
