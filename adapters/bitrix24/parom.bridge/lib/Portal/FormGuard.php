<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Crm\RequisiteTable;
use Bitrix\Main\Loader;
use Parom\Bridge\Core\Guard\Change;
use Parom\Bridge\Core\Guard\Saving;

/**
 * Speaks to whoever fills in a requisite in a card.
 *
 * The form of a requisite, and a card before it saves anything, ask one address of the portal whether the requisite is right. That
 * check sends no event; it only runs the validators of the table's fields. So on that address, and on no other, a validator is
 * attached to the ИНН. What it answers stands in the form or in an alert, and nothing is saved.
 *
 * It is not attached where the card is saved at last (`crm.company.details/ajax.php`): there the portal writes the company
 * first and drops errors of requisites together with the requisites. That way is watched by `CompanyGuard`.
 *
 * The portal documents no validators on its own tables for others, so this is to be tried after every update of the portal.
 */
final class FormGuard
{
    /** The form of today, and that of older portals. */
    private const PATHS = '~/crm\.requisite\.(details|edit)/[a-z.]*ajax\.php$~';

    private static bool $isAttached = false;

    /** Runs at the beginning of every hit of the portal, and costs one look at the address. */
    public static function onPageStart(): void
    {
        try {
            if (\preg_match(self::PATHS, CurrentRequest::path()) === 1) {
                self::attach();
            }
        } catch (\Throwable $failure) {
            (new EventLog())->checkFailed($failure);
        }
    }

    /** While it is, the events of the table keep silent: the text would come twice. */
    public static function isAttached(): bool
    {
        return self::$isAttached;
    }

    /**
     * @param mixed $value the ИНН as it was typed
     * @param mixed $primary `null` for a new requisite, `['ID' => 15]` for one that exists
     * @param mixed $row the fields that were passed
     */
    public static function validate(mixed $value, mixed $primary = null, mixed $row = [], mixed $field = null): bool|string
    {
        $fields = ['RQ_INN' => $value] + (\is_array($row) ? $row : []);
        $id = (int)(\is_array($primary) ? ($primary['ID'] ?? 0) : $primary);
        $change = $id > 0 ? Change::changes($id, $fields) : Change::adds($fields);

        try {
            return Parts::ofRequest()->doorkeeper()?->refusal($change, Saving::Form) ?? true;
        } catch (\Throwable $failure) {
            (new EventLog())->checkFailed($failure);

            return true;
        }
    }

    private static function attach(): void
    {
        if (self::$isAttached || Parts::ofRequest()->doorkeeper() === null || !Loader::includeModule('crm')) {
            return;
        }
        RequisiteTable::getEntity()->getField('RQ_INN')->addValidator([self::class, 'validate']);
        self::$isAttached = true;
    }
}
