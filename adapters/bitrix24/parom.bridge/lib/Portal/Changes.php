<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Event as PortalEvent;
use Parom\Bridge\Core\Guard\Owner;
use Parom\Bridge\Core\Outbox\Entity;
use Parom\Bridge\Core\Outbox\Event;
use Parom\Bridge\Core\Outbox\Recorder;

/**
 * Hears what has happened in the portal and has it written into the outbox.
 *
 * Requisites, bank details and addresses of contacts are left out: Parom carries companies. Where nobody can say whose something is,
 * it is written without a company, and Parom finds out.
 */
final class Changes
{
    /** @param array<string, mixed> $fields */
    public static function onCompanyAdded(array $fields): void
    {
        self::ofCard(Entity::Company, $fields['ID'] ?? 0, Event::Added);
    }

    /** @param array<string, mixed> $fields */
    public static function onCompanyChanged(array $fields): void
    {
        self::ofCard(Entity::Company, $fields['ID'] ?? 0, Event::Changed);
    }

    public static function onCompanyDeleted(mixed $id): void
    {
        self::ofCard(Entity::Company, $id, Event::Deleted);
    }

    /** @param array<string, mixed> $fields */
    public static function onDealAdded(array $fields): void
    {
        self::ofCard(Entity::Deal, $fields['ID'] ?? 0, Event::Added);
    }

    /** @param array<string, mixed> $fields */
    public static function onDealChanged(array $fields): void
    {
        self::ofCard(Entity::Deal, $fields['ID'] ?? 0, Event::Changed);
    }

    public static function onDealDeleted(mixed $id): void
    {
        self::ofCard(Entity::Deal, $id, Event::Deleted);
    }

    public static function onProductRowsSaved(mixed $dealId): void
    {
        self::ofCard(Entity::Deal, $dealId, Event::Changed);
    }

    public static function onDealMoved(PortalEvent $event): void
    {
        self::ofCard(Entity::Deal, $event->getParameter('id'), Event::Changed);
    }

    public static function onRequisiteAdded(PortalEvent $event): void
    {
        self::ofRequisite($event, Event::Added);
    }

    /** When it changed hands, its former company has changed too. */
    public static function onRequisiteChanged(PortalEvent $event): void
    {
        self::ofRequisite($event, Event::Changed);
        self::record(static function (Recorder $recorder) use ($event): void {
            $id = RequisiteGuard::id($event);
            $former = FormerOwners::ofRequisite($id);
            $present = Parts::ofRequest()->requisites()->find($id)?->owner;
            if ($former !== null && $former->isCompany() && $present !== null && !$present->is($former)) {
                $recorder->record(Entity::Company, $former->id, Event::Changed);
            }
        });
    }

    public static function onRequisiteDeleted(PortalEvent $event): void
    {
        self::ofRequisite($event, Event::Deleted);
    }

    public static function onBankDetailAdded(PortalEvent $event): void
    {
        self::ofBankDetail($event, Event::Added);
    }

    public static function onBankDetailChanged(PortalEvent $event): void
    {
        self::ofBankDetail($event, Event::Changed);
    }

    public static function onBankDetailDeleted(PortalEvent $event): void
    {
        self::ofBankDetail($event, Event::Deleted);
    }

    public static function onAddressRegistered(PortalEvent $event): void
    {
        self::ofAddress($event, Event::Changed);
    }

    public static function onAddressUnregistered(PortalEvent $event): void
    {
        self::ofAddress($event, Event::Deleted);
    }

    private static function ofCard(Entity $entity, mixed $id, Event $event): void
    {
        self::record(static fn (Recorder $recorder) => $recorder->record($entity, (int)$id, $event));
    }

    private static function ofRequisite(PortalEvent $portalEvent, Event $event): void
    {
        self::record(static function (Recorder $recorder) use ($portalEvent, $event): void {
            $id = RequisiteGuard::id($portalEvent);
            $fields = RequisiteGuard::fields($portalEvent);
            $owner = isset($fields['ENTITY_TYPE_ID'], $fields['ENTITY_ID'])
                ? new Owner((int)$fields['ENTITY_TYPE_ID'], (int)$fields['ENTITY_ID'])
                : self::ownerOf($id);
            self::recordOf($owner, $recorder, Entity::Requisite, $id, $event);
        });
    }

    private static function ofBankDetail(PortalEvent $portalEvent, Event $event): void
    {
        self::record(static function (Recorder $recorder) use ($portalEvent, $event): void {
            $id = RequisiteGuard::id($portalEvent);
            $fields = RequisiteGuard::fields($portalEvent);
            $isNamed = (int)($fields['ENTITY_TYPE_ID'] ?? 0) === Owner::REQUISITE && isset($fields['ENTITY_ID']);
            $requisite = $isNamed
                ? (int)$fields['ENTITY_ID']
                : (new PortalRequisites())->requisiteOfBankDetail($id) ?? FormerOwners::ofBankDetail($id);
            $owner = $requisite === null ? null : self::ownerOf($requisite);
            self::recordOf($owner, $recorder, Entity::BankDetail, $id, $event);
        });
    }

    /** Its owner is a requisite; on old portals, the company itself. The company stands beside it as the anchor, or nowhere. */
    private static function ofAddress(PortalEvent $portalEvent, Event $event): void
    {
        self::record(static function (Recorder $recorder) use ($portalEvent, $event): void {
            $fields = RequisiteGuard::fields($portalEvent);
            $of = new Owner((int)($fields['ENTITY_TYPE_ID'] ?? 0), (int)($fields['ENTITY_ID'] ?? 0));
            $anchor = new Owner((int)($fields['ANCHOR_TYPE_ID'] ?? 0), (int)($fields['ANCHOR_ID'] ?? 0));
            if ($of->isCompany()) {
                $recorder->record(Entity::Company, $of->id, Event::Changed);
            } elseif ($of->type === Owner::REQUISITE) {
                $owner = $anchor->id > 0 ? $anchor : self::ownerOf($of->id);
                self::recordOf($owner, $recorder, Entity::Address, $of->id, $event);
            }
        });
    }

    private static function ownerOf(int $requisiteId): ?Owner
    {
        return Parts::ofRequest()->requisites()->find($requisiteId)?->owner ?? FormerOwners::ofRequisite($requisiteId);
    }

    private static function recordOf(?Owner $owner, Recorder $recorder, Entity $entity, int $id, Event $event): void
    {
        if ($owner === null || $owner->isCompany()) {
            $recorder->record($entity, $id, $event, $owner?->id ?? 0);
        }
    }

    /** @param \Closure(Recorder): void $work */
    private static function record(\Closure $work): void
    {
        $recorder = null;
        try {
            $recorder = Parts::ofRequest()->recorder();
            if ($recorder?->isListening() === true) {
                $work($recorder);
            }
        } catch (\Throwable $failure) {
            $recorder?->lost($failure);
        }
    }
}
