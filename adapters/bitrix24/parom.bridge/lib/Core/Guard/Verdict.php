<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/** What the guard thinks of a change. */
final class Verdict
{
    private function __construct(
        public readonly Finding $finding,
        /** Who has the ИНН already. */
        public readonly ?Requisite $other,
        /** Whose requisite was looked at; 0 for a company that is not made yet. */
        public readonly int $companyId,
    ) {
    }

    public static function of(Finding $finding): self
    {
        return new self($finding, null, 0);
    }

    public static function repeats(Requisite $other, int $companyId): self
    {
        return new self(Finding::Repeated, $other, $companyId);
    }

    public function isRepeated(): bool
    {
        return $this->finding === Finding::Repeated;
    }
}
