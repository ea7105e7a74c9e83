<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Crm\EntityRequisite;
use Parom\Bridge\Core\Guard\Change;
use Parom\Bridge\Core\Guard\Owner;
use Parom\Bridge\Core\Guard\Saving;

/**
 * The second net under the card of a company: looks at the requisites that came with it before anything is written.
 *
 * Whatever bears the form's signature was checked by `FormGuard` some moments ago, so this catches the second of two employees who
 * did the same at once. It does not run when only requisites were changed, because then the company itself is not saved.
 */
final class CompanyGuard
{
    /** Companies that are looked at after one request. */
    private const INSPECTED_MAX = 50;

    /** @var list<int> */
    private static array $added = [];

    /**
     * The text goes into the fields and nowhere else: an exception left with the application would take the place of the answer of
     * a later call.
     *
     * @param array<string, mixed> $fields
     */
    public static function onBeforeSave(array &$fields): bool
    {
        try {
            $isOwn = ($fields['IS_MY_COMPANY'] ?? '') === 'Y';
            foreach ($isOwn ? [] : self::posted((int)($fields['ID'] ?? 0)) as $change) {
                $refusal = Parts::ofRequest()->doorkeeper()?->refusal($change, Saving::Card);
                if ($refusal !== null) {
                    $fields['RESULT_MESSAGE'] = $refusal;

                    return false;
                }
            }
        } catch (\Throwable $failure) {
            (new EventLog())->checkFailed($failure);
        }

        return true;
    }

    /**
     * A company that comes back from the recycle bin brings its requisites along past every check. It cannot be refused any more, so
     * it is looked at after the response and noted.
     *
     * @param array<string, mixed> $fields
     */
    public static function onAfterAdd(array $fields): void
    {
        $id = (int)($fields['ID'] ?? 0);
        if ($id <= 0 || CurrentRequest::isRest() || \count(self::$added) >= self::INSPECTED_MAX) {
            return;
        }
        self::$added[] = $id;
        AfterResponse::inspect();
    }

    /** Looks at the companies that were added in this request. */
    public static function inspectAdded(): void
    {
        $doorkeeper = Parts::ofRequest()->doorkeeper();
        foreach (\array_splice(self::$added, 0) as $companyId) {
            $doorkeeper?->inspect($companyId, Parts::ofRequest()->requisites());
        }
    }

    /** @return list<Change> */
    private static function posted(int $companyId): array
    {
        $posted = CurrentRequest::postedRequisites();
        if ($posted === [] || Parts::ofRequest()->doorkeeper() === null) {
            return [];
        }
        $requisites = [];
        $bankDetails = [];
        // Takes only what the portal signed for a company.
        EntityRequisite::intertalizeFormData($posted, Owner::COMPANY, $requisites, $bankDetails);
        $changes = [];
        foreach ($requisites as $id => $requisite) {
            if (!\is_array($requisite['fields'] ?? null)) {
                continue;
            }
            $fields = ['ENTITY_TYPE_ID' => Owner::COMPANY, 'ENTITY_ID' => $companyId] + $requisite['fields'];
            $changes[] = (int)$id > 0 ? Change::changes((int)$id, $fields) : Change::adds($fields);
        }

        return $changes;
    }
}
