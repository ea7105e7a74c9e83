<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Crm\BankDetailTable;
use Bitrix\Crm\CompanyTable;
use Bitrix\Crm\RequisiteTable;
use Parom\Bridge\Core\Guard\Inn;
use Parom\Bridge\Core\Guard\Owner;
use Parom\Bridge\Core\Guard\Requisite;
use Parom\Bridge\Core\Guard\Requisites;

/**
 * Reads requisites from the portal's tables. Those of companies in the recycle bin bear another kind of owner, and so are not
 * found.
 */
final class PortalRequisites implements Requisites
{
    private const SELECT = ['ID', 'ENTITY_TYPE_ID', 'ENTITY_ID', 'RQ_INN', 'RQ_KPP', 'ADDRESS_ONLY'];

    /** Requisites that are looked through. Of a stub that a thousand cards share the first ones tell enough. */
    private const FOUND_MAX = 200;

    public function find(int $id): ?Requisite
    {
        return $this->read(['=ID' => $id], 1)[0] ?? null;
    }

    public function ofClients(Inn $inn, string $asTyped, ?int $except): array
    {
        $filter = [
            '=ENTITY_TYPE_ID' => Owner::COMPANY,
            '@RQ_INN' => \array_values(\array_unique(\array_filter([$inn->digits, $asTyped], 'strlen'))),
        ];
        if ($except !== null) {
            $filter['!=ENTITY_ID'] = $except;
        }
        $found = \array_filter(
            $this->read($filter, self::FOUND_MAX),
            static fn (Requisite $requisite): bool => !$requisite->addressOnly && $inn->is($requisite->inn),
        );
        $clients = $this->clientsAmong(
            \array_map(static fn (Requisite $requisite): int => $requisite->owner->id, $found),
        );

        return \array_values(\array_filter(
            $found,
            static fn (Requisite $requisite): bool => isset($clients[$requisite->owner->id]),
        ));
    }

    public function ofCompany(int $companyId): array
    {
        return $this->read(['=ENTITY_TYPE_ID' => Owner::COMPANY, '=ENTITY_ID' => $companyId], self::FOUND_MAX);
    }

    public function isOwnCompany(int $companyId): bool
    {
        $company = CompanyTable::getList([
            'select' => ['ID', 'IS_MY_COMPANY'],
            'filter' => ['=ID' => $companyId],
            'limit' => 1,
        ])->fetch();

        return \is_array($company) && self::isYes($company['IS_MY_COMPANY'] ?? null);
    }

    /** Whose a bank detail is; `null` where it is gone or no requisite's. */
    public function requisiteOfBankDetail(int $id): ?int
    {
        $row = BankDetailTable::getList([
            'select' => ['ID', 'ENTITY_TYPE_ID', 'ENTITY_ID'],
            'filter' => ['=ID' => $id],
            'limit' => 1,
        ])->fetch();
        $isOfRequisite = \is_array($row) && (int)$row['ENTITY_TYPE_ID'] === Owner::REQUISITE;

        return $isOfRequisite ? (int)$row['ENTITY_ID'] : null;
    }

    /**
     * @param array<string, mixed> $filter
     * @return list<Requisite>
     */
    private function read(array $filter, int $limit): array
    {
        $result = RequisiteTable::getList([
            'select' => self::SELECT,
            'filter' => $filter,
            'order' => ['ID' => 'ASC'],
            'limit' => $limit,
        ]);
        $requisites = [];
        while ($row = $result->fetch()) {
            $requisites[] = new Requisite(
                (int)$row['ID'],
                new Owner((int)$row['ENTITY_TYPE_ID'], (int)$row['ENTITY_ID']),
                Inn::in($row['RQ_INN'] ?? null),
                (string)($row['RQ_KPP'] ?? ''),
                self::isYes($row['ADDRESS_ONLY'] ?? null),
            );
        }

        return $requisites;
    }

    /**
     * Companies that exist and are not the portal's own.
     *
     * @param array<int> $companyIds
     * @return array<int, true>
     */
    private function clientsAmong(array $companyIds): array
    {
        if ($companyIds === []) {
            return [];
        }
        $result = CompanyTable::getList([
            'select' => ['ID', 'IS_MY_COMPANY'],
            'filter' => ['@ID' => \array_values(\array_unique($companyIds))],
        ]);
        $clients = [];
        while ($row = $result->fetch()) {
            if (!self::isYes($row['IS_MY_COMPANY'] ?? null)) {
                $clients[(int)$row['ID']] = true;
            }
        }

        return $clients;
    }

    private static function isYes(mixed $flag): bool
    {
        return $flag === 'Y' || $flag === true;
    }
}
