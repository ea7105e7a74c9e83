<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Main\EventManager;
use Parom\Bridge\Core\Module;
use Parom\Bridge\Core\Outbox\SqlOutbox;

/** Puts into the portal what the module needs there, and takes the same away. Either may be repeated. */
final class Setup
{
    public static function install(): void
    {
        self::createTable();
        // What an earlier version registered by the same names would run twice.
        self::unregister();
        $events = EventManager::getInstance();
        foreach (Handlers::all() as $handler) {
            $register = $handler->isOldStyle ? 'registerEventHandlerCompatible' : 'registerEventHandler';
            $events->$register($handler->module, $handler->event, Module::ID, $handler->class, $handler->method);
        }
        \CAgent::AddAgent(Agent::CALL, Module::ID, 'N', Agent::SECONDS);
    }

    /** @param bool $keepsData the outbox and the settings, for whoever installs again */
    public static function remove(bool $keepsData): void
    {
        self::unregister();
        if (!$keepsData) {
            self::dropTable();
            Option::delete(Module::ID);
        }
    }

    private static function unregister(): void
    {
        $events = EventManager::getInstance();
        foreach (Handlers::all() as $handler) {
            $events->unRegisterEventHandler(
                $handler->module,
                $handler->event,
                Module::ID,
                $handler->class,
                $handler->method,
            );
        }
        \CAgent::RemoveModuleAgents(Module::ID);
    }

    private static function createTable(): void
    {
        $connection = Application::getConnection();
        if ($connection->isTableExists(SqlOutbox::TABLE)) {
            return;
        }
        foreach (self::schema($connection->getType()) as $statement) {
            $connection->queryExecute($statement);
        }
    }

    private static function dropTable(): void
    {
        $connection = Application::getConnection();
        if ($connection->isTableExists(SqlOutbox::TABLE)) {
            $connection->dropTable(SqlOutbox::TABLE);
        }
    }

    /** @return list<string> the statements that make the table */
    public static function schema(string $database): array
    {
        $sql = \file_get_contents(\dirname(__DIR__, 2) . "/install/db/{$database}/install.sql");
        if ($sql === false) {
            throw new \RuntimeException("install/db/{$database}/install.sql");
        }

        return \array_values(\array_filter(\array_map('trim', \explode(';', $sql)), 'strlen'));
    }
}
