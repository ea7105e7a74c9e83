<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Guard\Inn;
use Parom\Bridge\Core\Guard\InnLock;
use Parom\Bridge\Core\Guard\Owner;
use Parom\Bridge\Core\Guard\Requisite;
use Parom\Bridge\Core\Guard\Requisites;

/** Requisites of a portal, and the lock on their ИНН. */
final class MemoryRequisites implements Requisites, InnLock
{
    /** @var list<Requisite> */
    public array $all = [];
    /** @var list<int> */
    public array $ownCompanies = [];
    /** @var list<string> what was done, in its order */
    public array $calls = [];
    public bool $isBroken = false;

    public function has(int $id, int $company, string $inn, string $kpp = '', int $type = Owner::COMPANY, bool $addressOnly = false): self
    {
        $this->all[] = new Requisite($id, new Owner($type, $company), Inn::in($inn), $kpp, $addressOnly);

        return $this;
    }

    public function find(int $id): ?Requisite
    {
        $this->call("find {$id}");

        return $this->filter(static fn (Requisite $one): bool => $one->id === $id)[0] ?? null;
    }

    public function ofClients(Inn $inn, string $asTyped, ?int $except): array
    {
        $this->call("of clients {$inn->digits}");

        return $this->filter(fn (Requisite $one): bool => $inn->is($one->inn) && $one->owner->isCompany()
            && $one->owner->id !== $except && !$one->addressOnly && !\in_array($one->owner->id, $this->ownCompanies, true));
    }

    public function ofCompany(int $companyId): array
    {
        return $this->filter(static fn (Requisite $one): bool => $one->owner->isCompany() && $one->owner->id === $companyId);
    }

    public function isOwnCompany(int $companyId): bool
    {
        return \in_array($companyId, $this->ownCompanies, true);
    }

    public function take(Inn $inn): void
    {
        $this->call("lock {$inn->digits}");
    }

    private function call(string $what): void
    {
        if ($this->isBroken) {
            throw new \RuntimeException('the database is gone');
        }
        $this->calls[] = $what;
    }

    /**
     * @param \Closure(Requisite): bool $fits
     * @return list<Requisite>
     */
    private function filter(\Closure $fits): array
    {
        return \array_values(\array_filter($this->all, $fits));
    }
}
