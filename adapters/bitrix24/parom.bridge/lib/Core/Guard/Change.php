<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/**
 * What somebody is about to write into a requisite. On a change only the changed fields are there, and so a field that
 * is missing says nothing.
 */
final class Change
{
    /** @param array<string, mixed> $fields */
    private function __construct(
        /** `null` for a requisite that does not exist yet. */
        public readonly ?int $requisiteId,
        private readonly array $fields,
    ) {
    }

    /** @param array<string, mixed> $fields */
    public static function adds(array $fields): self
    {
        return new self(null, $fields);
    }

    /** @param array<string, mixed> $fields */
    public static function changes(int $requisiteId, array $fields): self
    {
        return new self($requisiteId > 0 ? $requisiteId : null, $fields);
    }

    /** `false` where the ИНН is not among the fields: a requisite that changes hands passes only its owner. */
    public function touchesInn(): bool
    {
        return \array_key_exists('RQ_INN', $this->fields);
    }

    public function inn(): ?Inn
    {
        return Inn::in($this->fields['RQ_INN'] ?? null);
    }

    /** The ИНН letter by letter, to look for who was saved with the same spelling. */
    public function innAsTyped(): string
    {
        $typed = $this->fields['RQ_INN'] ?? '';

        return \is_scalar($typed) ? \trim((string)$typed) : '';
    }

    /** `null` where it is not among the fields. */
    public function kpp(): ?string
    {
        $kpp = $this->fields['RQ_KPP'] ?? null;

        return \is_scalar($kpp) ? (string)$kpp : null;
    }

    /** The portal empties all fields of such a requisite when it saves it. */
    public function makesAddressOnly(): bool
    {
        return ($this->fields['ADDRESS_ONLY'] ?? '') === 'Y';
    }

    /** `null` where the owner is not among the fields. Number 0 is a company that is being made by this very form. */
    public function owner(): ?Owner
    {
        if (!isset($this->fields['ENTITY_TYPE_ID'])) {
            return null;
        }

        return new Owner((int)$this->fields['ENTITY_TYPE_ID'], (int)($this->fields['ENTITY_ID'] ?? 0));
    }
}
