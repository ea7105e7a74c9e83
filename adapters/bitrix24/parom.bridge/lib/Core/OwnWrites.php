<?php

declare(strict_types=1);

namespace Parom\Bridge\Core;

/**
 * Knows what Parom itself writes: calls of REST in the name of its user. The same person at work in a card is an employee
 * like any other, and a user of Parom's alone keeps the two apart.
 */
final class OwnWrites
{
    public function __construct(private readonly int $technicalUser)
    {
    }

    public function isOne(bool $isInsideRest, int $userId): bool
    {
        return $isInsideRest && $this->technicalUser > 0 && $userId === $this->technicalUser;
    }
}
