<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/**
 * Says whether a change would give an ИНН to a second client.
 *
 * A client is a company of the portal that is not an own one. Two requisites of one company may have the same ИНН.
 * Contacts are let pass: Parom carries companies only, and the private person behind an entrepreneur rightly has the same
 * twelve digits. A requisite that is switched off (`ACTIVE`) still names its client and counts.
 */
final class InnGuard
{
    public function __construct(
        private readonly Requisites $requisites,
        private readonly InnLock $lock,
        private readonly Branches $branches,
    ) {
    }

    public function look(Change $change): Verdict
    {
        if (!$change->touchesInn()) {
            return Verdict::of(Finding::NotTouched);
        }
        $inn = $change->inn();
        if ($inn === null) {
            return Verdict::of(Finding::NoInn);
        }
        $stored = $change->requisiteId === null ? null : $this->requisites->find($change->requisiteId);
        if ($inn->is($stored?->inn)) {
            return Verdict::of(Finding::Unchanged);
        }
        $owner = $change->owner();
        if ($owner === null || $owner->id === 0) {
            $owner = $stored?->owner ?? $owner;
        }
        if ($owner === null || !$owner->isCompany() || $change->makesAddressOnly()) {
            return Verdict::of(Finding::NoClient);
        }
        if ($owner->id > 0 && $this->requisites->isOwnCompany($owner->id)) {
            return Verdict::of(Finding::NoClient);
        }
        // Whoever saves the same ИНН at this moment comes first or waits: of two who look at once neither would see the
        // other.
        $this->lock->take($inn);
        $kpp = $change->kpp() ?? $stored?->kpp ?? '';

        return $this->among($inn, $change->innAsTyped(), $kpp, $owner->id);
    }

    /** The same question about what is saved already: a company that came back from the recycle bin asked nobody. */
    public function lookAt(Requisite $saved): Verdict
    {
        if ($saved->inn === null) {
            return Verdict::of(Finding::NoInn);
        }
        $owner = $saved->owner;
        if (!$owner->isCompany() || $saved->addressOnly || $this->requisites->isOwnCompany($owner->id)) {
            return Verdict::of(Finding::NoClient);
        }

        return $this->among($saved->inn, '', $saved->kpp, $owner->id);
    }

    private function among(Inn $inn, string $asTyped, string $kpp, int $companyId): Verdict
    {
        foreach ($this->requisites->ofClients($inn, $asTyped, $companyId > 0 ? $companyId : null) as $other) {
            if ($this->branches->areOneClient($inn, $kpp, $other->kpp)) {
                return Verdict::repeats($other, $companyId);
            }
        }

        return Verdict::of(Finding::Free);
    }
}
