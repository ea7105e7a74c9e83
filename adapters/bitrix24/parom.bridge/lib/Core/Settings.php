<?php

declare(strict_types=1);

namespace Parom\Bridge\Core;

use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Outbox\Address;

/** What an administrator set. */
final class Settings
{
    /** A shorter secret can be guessed. */
    public const SECRET_LENGTH_MIN = 16;

    public function __construct(
        public readonly bool $guards,
        public readonly Branches $branches,
        public readonly bool $reports,
        public readonly ?Address $address,
        #[\SensitiveParameter] public readonly string $secret,
        /** In whose name Parom writes; 0 where nobody was named. */
        public readonly int $technicalUser,
    ) {
    }

    /** Rows are written only while they can leave: a module that nobody connected must not fill the database. */
    public function mayReport(): bool
    {
        return $this->reports && $this->address !== null && \strlen($this->secret) >= self::SECRET_LENGTH_MIN;
    }

    /** @return array<string, mixed> so that no dump shows the secret */
    public function __debugInfo(): array
    {
        return ['secret' => '***'] + \get_object_vars($this);
    }
}
