<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Outbox\Database;

/** The module's own statements on a SQLite of ours. */
final class PdoDatabase implements Database
{
    private readonly \PDO $pdo;

    public function __construct(string $file = ':memory:')
    {
        $this->pdo = new \PDO('sqlite:' . $file);
        $this->pdo->exec('PRAGMA busy_timeout = 10000');
        $this->pdo->exec(
            'CREATE TABLE IF NOT EXISTS parom_bridge_outbox (ID INTEGER PRIMARY KEY AUTOINCREMENT, ENTITY VARCHAR(16) NOT NULL,'
            . ' ENTITY_ID BIGINT NOT NULL, OWNER_ID BIGINT NOT NULL, EVENT VARCHAR(8) NOT NULL, CREATED_AT BIGINT NOT NULL,'
            . ' SENT_AT BIGINT NOT NULL)',
        );
    }

    public function rows(string $sql): array
    {
        return $this->pdo->query($sql)->fetchAll(\PDO::FETCH_ASSOC);
    }

    public function run(string $sql): void
    {
        $this->pdo->exec($sql);
    }
}
