<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Event;
use Bitrix\Main\ORM\EntityError;
use Bitrix\Main\ORM\EventResult;
use Parom\Bridge\Core\Guard\Change;

/**
 * Refuses in the table itself, for REST, import and whatever else writes requisites.
 *
 * A handler answers `null` or the result class of the ORM. Anything else, `true` and the result class of the same name in the
 * main module included, is a fatal error of the portal in the middle of somebody's save.
 */
final class RequisiteGuard
{
    public static function onBeforeAdd(Event $event): ?EventResult
    {
        return self::answer(static fn (): Change => Change::adds(self::fields($event)));
    }

    /** The number comes as an array, and of the fields only the changed ones come, without the owner. */
    public static function onBeforeUpdate(Event $event): ?EventResult
    {
        return self::answer(static fn (): Change => Change::changes(self::id($event), self::fields($event)));
    }

    /** The number of the row that an event of a table speaks of. */
    public static function id(Event $event): int
    {
        $id = $event->getParameter('id') ?? $event->getParameter('primary');

        return (int)(\is_array($id) ? ($id['ID'] ?? 0) : $id);
    }

    /** @return array<string, mixed> */
    public static function fields(Event $event): array
    {
        $fields = $event->getParameter('fields');

        return \is_array($fields) ? $fields : [];
    }

    /** @param \Closure(): Change $change */
    private static function answer(\Closure $change): ?EventResult
    {
        try {
            $refusal = FormGuard::isAttached() ? null : Parts::ofRequest()->doorkeeper()?->refusal($change());
            if ($refusal === null) {
                return null;
            }
            $result = new EventResult();
            $result->addError(new EntityError($refusal));

            return $result;
        } catch (\Throwable $failure) {
            (new EventLog())->checkFailed($failure);

            return null;
        }
    }
}
