<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** The changes that Parom does not have yet. */
interface Outbox
{
    /** Belongs to the transaction of the save: both are kept or neither. */
    public function put(Change $change): void;

    /** @return list<Row> in the order of their numbers */
    public function oldest(int $limit): array;

    /**
     * By number, one by one. A number may be taken before a greater one and become visible after it, when its transaction
     * ends late: «everything up to here» would forget a change that was never posted.
     *
     * @param list<int> $ids
     */
    public function forget(array $ids): void;

    /** @param list<int> $ids rows that were sent, whatever came of it */
    public function sent(array $ids, int $at): void;

    /**
     * Leaves of rows with the same key the newest. Nothing is lost by it: the newest asks for the same look, and it is
     * later. So a Parom that is away leaves at most a row per card, however often the cards change.
     *
     * @param int $limit cards at once
     */
    public function collapse(int $limit): void;

    public function summary(): Summary;

    /** Of a company: with its requisites, addresses and bank details. */
    public function ofCard(Entity $entity, int $entityId): Waiting;
}
