<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/** What the guard asks of the portal. */
interface Requisites
{
    public function find(int $id): ?Requisite;

    /**
     * Requisites of client companies with this ИНН, except those of one company. Own companies of the portal, stubs that
     * carry addresses only, contacts and companies in the recycle bin are no clients and not among them.
     *
     * @param string $asTyped another spelling under which the same ИНН may have been saved
     * @param ?int $except a company, `null` where it is not made yet
     * @return list<Requisite>
     */
    public function ofClients(Inn $inn, string $asTyped, ?int $except): array;

    /** @return list<Requisite> */
    public function ofCompany(int $companyId): array;

    /** Whether the company is one of those in whose name the portal trades. */
    public function isOwnCompany(int $companyId): bool;
}
