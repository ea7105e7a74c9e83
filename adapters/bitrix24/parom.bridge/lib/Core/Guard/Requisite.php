<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/** A requisite as the portal has it. */
final class Requisite
{
    public function __construct(
        public readonly int $id,
        public readonly Owner $owner,
        public readonly ?Inn $inn,
        public readonly string $kpp,
        /** A stub that carries addresses only; the portal empties its other fields. */
        public readonly bool $addressOnly = false,
    ) {
    }
}
