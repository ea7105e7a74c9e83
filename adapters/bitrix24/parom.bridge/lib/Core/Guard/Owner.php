<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/** Whose a requisite, an address or the like is, in the portal's numbers of kinds. */
final class Owner
{
    public const CONTACT = 3;
    public const COMPANY = 4;
    public const REQUISITE = 8;

    public function __construct(public readonly int $type, public readonly int $id)
    {
    }

    public function isCompany(): bool
    {
        return $this->type === self::COMPANY;
    }

    public function is(self $other): bool
    {
        return $this->type === $other->type && $this->id === $other->id;
    }
}
