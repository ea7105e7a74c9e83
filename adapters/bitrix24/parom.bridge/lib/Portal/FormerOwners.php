<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Event;
use Parom\Bridge\Core\Guard\Owner;

/**
 * Remembers within a request whose a requisite or a bank detail was. The events afterwards give the number alone, and by then
 * nobody can be asked.
 */
final class FormerOwners
{
    /** A script that goes on for hours must not fill the memory. Numbers are needed right after they are remembered. */
    private const KEPT_MAX = 1_000;

    /** @var array<int, Owner> */
    private static array $ofRequisites = [];

    /** @var array<int, int> numbers of requisites */
    private static array $ofBankDetails = [];

    /** A requisite that changes hands: merging does that. */
    public static function onBeforeRequisiteUpdate(Event $event): void
    {
        $fields = RequisiteGuard::fields($event);
        if (\array_key_exists('ENTITY_ID', $fields) || \array_key_exists('ENTITY_TYPE_ID', $fields)) {
            self::rememberRequisite(RequisiteGuard::id($event));
        }
    }

    public static function onBeforeRequisiteDelete(Event $event): void
    {
        self::rememberRequisite(RequisiteGuard::id($event));
    }

    public static function onBeforeBankDetailDelete(Event $event): void
    {
        self::quietly(static function () use ($event): void {
            $id = RequisiteGuard::id($event);
            $requisite = (new PortalRequisites())->requisiteOfBankDetail($id);
            if ($requisite !== null) {
                self::$ofBankDetails = self::with(self::$ofBankDetails, $id, $requisite);
            }
        });
    }

    public static function ofRequisite(int $id): ?Owner
    {
        return self::$ofRequisites[$id] ?? null;
    }

    /** The requisite that it belonged to. */
    public static function ofBankDetail(int $id): ?int
    {
        return self::$ofBankDetails[$id] ?? null;
    }

    /**
     * @template T
     * @param array<int, T> $kept
     * @param T $value
     * @return array<int, T>
     */
    private static function with(array $kept, int $id, mixed $value): array
    {
        if (\count($kept) >= self::KEPT_MAX) {
            $kept = \array_slice($kept, -\intdiv(self::KEPT_MAX, 2), null, true);
        }
        unset($kept[$id]);

        return $kept + [$id => $value];
    }

    private static function rememberRequisite(int $id): void
    {
        self::quietly(static function () use ($id): void {
            $owner = Parts::ofRequest()->requisites()->find($id)?->owner;
            if ($owner !== null) {
                self::$ofRequisites = self::with(self::$ofRequisites, $id, $owner);
            }
        });
    }

    /** @param \Closure(): void $work spared where nobody wants to know */
    private static function quietly(\Closure $work): void
    {
        $recorder = null;
        try {
            $recorder = Parts::ofRequest()->recorder();
            if ($recorder?->isListening() === true) {
                $work();
            }
        } catch (\Throwable $failure) {
            $recorder?->lost($failure);
        }
    }
}
