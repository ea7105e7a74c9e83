<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Application;
use Parom\Bridge\Core\Outbox\Database;

/** The portal's own connection, so that a row shares the fate of the save that made it. */
final class PortalDatabase implements Database
{
    public function rows(string $sql): array
    {
        $result = Application::getConnection()->query($sql);
        $rows = [];
        while ($row = $result->fetch()) {
            // PostgreSQL gives names in small letters.
            $rows[] = \array_change_key_case($row, \CASE_UPPER);
        }

        return $rows;
    }

    public function run(string $sql): void
    {
        Application::getConnection()->queryExecute($sql);
    }
}
