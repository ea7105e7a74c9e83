<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** The outbox as a table of the portal. Times are seconds, so that no dialect's dates come into it. */
final class SqlOutbox implements Outbox
{
    public const TABLE = 'parom_bridge_outbox';

    /** Numbers in one statement. */
    private const IDS_MAX = 500;

    public function __construct(private readonly Database $database)
    {
    }

    public function put(Change $change): void
    {
        $this->database->run(\sprintf(
            "INSERT INTO %s (ENTITY, ENTITY_ID, OWNER_ID, EVENT, CREATED_AT, SENT_AT) VALUES ('%s', %d, %d, '%s', %d, 0)",
            self::TABLE,
            $change->entity->value,
            $change->entityId,
            $change->companyId,
            $change->event->value,
            $change->at,
        ));
    }

    public function oldest(int $limit): array
    {
        $rows = $this->database->rows(\sprintf(
            'SELECT ID, ENTITY, ENTITY_ID, OWNER_ID, EVENT, CREATED_AT FROM %s ORDER BY ID LIMIT %d',
            self::TABLE,
            $limit,
        ));

        return \array_map(
            static fn (array $row): Row => new Row((int)$row['ID'], new Change(
                Entity::from((string)$row['ENTITY']),
                (int)$row['ENTITY_ID'],
                Event::from((string)$row['EVENT']),
                (int)$row['OWNER_ID'],
                (int)$row['CREATED_AT'],
            )),
            $rows,
        );
    }

    public function forget(array $ids): void
    {
        foreach (\array_chunk($ids, self::IDS_MAX) as $some) {
            $this->database->run(\sprintf('DELETE FROM %s WHERE ID IN (%s)', self::TABLE, self::list($some)));
        }
    }

    public function sent(array $ids, int $at): void
    {
        foreach (\array_chunk($ids, self::IDS_MAX) as $some) {
            $this->database->run(\sprintf(
                'UPDATE %s SET SENT_AT = %d WHERE ID IN (%s)',
                self::TABLE,
                $at,
                self::list($some),
            ));
        }
    }

    public function collapse(int $limit): void
    {
        $repeated = $this->database->rows(\sprintf(
            'SELECT ENTITY, ENTITY_ID, OWNER_ID, MAX(ID) AS NEWEST FROM %s GROUP BY ENTITY, ENTITY_ID, OWNER_ID'
                . ' HAVING COUNT(*) > 1 ORDER BY COUNT(*) DESC LIMIT %d',
            self::TABLE,
            $limit,
        ));
        foreach ($repeated as $card) {
            $this->database->run(\sprintf(
                "DELETE FROM %s WHERE ENTITY = '%s' AND ENTITY_ID = %d AND OWNER_ID = %d AND ID < %d",
                self::TABLE,
                Entity::from((string)$card['ENTITY'])->value,
                (int)$card['ENTITY_ID'],
                (int)$card['OWNER_ID'],
                (int)$card['NEWEST'],
            ));
        }
    }

    public function summary(): Summary
    {
        $counted = $this->database->rows(\sprintf(
            'SELECT COUNT(*) AS COUNTED FROM (SELECT ID FROM %s LIMIT %d) first_rows',
            self::TABLE,
            Summary::COUNTED_MAX,
        ));
        $oldest = $this->database->rows(
            \sprintf('SELECT CREATED_AT FROM %s ORDER BY ID LIMIT 1', self::TABLE),
        );

        return new Summary(
            (int)($counted[0]['COUNTED'] ?? 0),
            $oldest === [] ? null : (int)$oldest[0]['CREATED_AT'],
        );
    }

    public function ofCard(Entity $entity, int $entityId): Waiting
    {
        $rows = $this->database->rows(\sprintf(
            'SELECT COUNT(*) AS COUNTED, MAX(CREATED_AT) AS CHANGED_AT, MAX(SENT_AT) AS LAST_SENT_AT FROM %s WHERE %s',
            self::TABLE,
            $entity === Entity::Company
                ? \sprintf('OWNER_ID = %d', $entityId)
                : \sprintf("ENTITY = '%s' AND ENTITY_ID = %d", $entity->value, $entityId),
        ));
        $time = static fn (string $column): ?int => (int)($rows[0][$column] ?? 0) ?: null;

        return new Waiting((int)($rows[0]['COUNTED'] ?? 0), $time('CHANGED_AT'), $time('LAST_SENT_AT'));
    }

    /** @param list<int> $ids */
    private static function list(array $ids): string
    {
        return \implode(',', \array_map('intval', $ids));
    }
}
