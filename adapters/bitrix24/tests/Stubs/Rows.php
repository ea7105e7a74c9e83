<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Stubs;

/** Rows of an answer, one after another. */
final class Rows
{
    /** @param list<array<string, mixed>> $rows */
    public function __construct(private array $rows)
    {
    }

    /** @return array<string, mixed>|false */
    public function fetch(): array|false
    {
        return \array_shift($this->rows) ?? false;
    }
}
