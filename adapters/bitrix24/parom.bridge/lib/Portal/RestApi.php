<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\ModuleManager;
use Bitrix\Rest\RestException;
use Parom\Bridge\Core\Module;
use Parom\Bridge\Core\Outbox\Entity;

/**
 * What Parom asks of the module. The answers name no client and change nothing.
 *
 * Whoever has the right `parom` may ask whether the module is there and its guard awake. Versions of the server, what Parom
 * answered, and cards are for administrators and for the technical user of the settings.
 */
final class RestApi
{
    /** The right that a webhook needs. */
    public const SCOPE = 'parom';

    /** @return array<string, array<string, array<string, mixed>>> */
    public static function describe(): array
    {
        return [
            self::SCOPE => [
                'parom.bridge.ping' => ['callback' => [self::class, 'ping'], 'options' => []],
                'parom.bridge.state' => ['callback' => [self::class, 'state'], 'options' => []],
            ],
        ];
    }

    /**
     * @param array<string, mixed> $query
     * @return array<string, mixed>
     */
    public static function ping(array $query = [], mixed $start = 0, mixed $server = null): array
    {
        $isTrusted = self::isTrusted();
        $settings = Parts::ofRequest()->settings();
        $summary = Parts::ofRequest()->outbox()->summary();
        $state = Parts::ofRequest()->options()->load();

        return [
            'module' => Module::ID,
            'version' => Module::VERSION,
            'protocol' => Module::PROTOCOL,
            'guard' => $settings->guards,
            'outbox' => [
                'enabled' => $settings->mayReport(),
                'length' => $summary->length,
                'oldest_at' => self::time($summary->oldestAt),
                'last_error' => $state->trouble === null
                    ? ''
                    : TroubleText::of($state->trouble, $isTrusted ? $state->detail : ''),
            ],
            'php' => $isTrusted ? \PHP_VERSION : '',
            'main' => $isTrusted ? (string)ModuleManager::getVersion('main') : '',
            'time' => self::time(\time()),
        ];
    }

    /**
     * @param array<string, mixed> $query
     * @return array<string, mixed>
     */
    public static function state(array $query = [], mixed $start = 0, mixed $server = null): array
    {
        if (!self::isTrusted()) {
            throw new RestException(
                'Метод доступен администратору портала и техническому пользователю из настроек модуля «Паром»',
                'ACCESS_DENIED',
                \CRestServer::STATUS_FORBIDDEN,
            );
        }
        $query = \array_change_key_case($query, \CASE_LOWER);
        $asked = $query['entity'] ?? null;
        $entity = \is_string($asked) ? Entity::tryFrom($asked) : null;
        if ($entity === null) {
            $known = \implode(', ', \array_column(Entity::cases(), 'value'));
            throw new RestException("Параметр entity — одно из: {$known}", 'ERROR_ARGUMENT', \CRestServer::STATUS_WRONG_REQUEST);
        }
        $id = \is_scalar($query['id'] ?? null) ? (int)$query['id'] : 0;
        if ($id <= 0) {
            throw new RestException('Параметр id — номер больше нуля', 'ERROR_ARGUMENT', \CRestServer::STATUS_WRONG_REQUEST);
        }
        $waiting = Parts::ofRequest()->outbox()->ofCard($entity, $id);

        return [
            'entity' => $entity->value,
            'id' => $id,
            'waiting' => $waiting->rows,
            'last_change_at' => self::time($waiting->lastChangeAt),
            'last_posted_at' => self::time($waiting->lastSentAt),
        ];
    }

    private static function isTrusted(): bool
    {
        $user = $GLOBALS['USER'] ?? null;
        $isAdmin = \is_object($user) && \method_exists($user, 'IsAdmin') && $user->IsAdmin();
        $technicalUser = Parts::ofRequest()->settings()->technicalUser;

        return $isAdmin || ($technicalUser > 0 && CurrentRequest::userId() === $technicalUser);
    }

    private static function time(?int $seconds): ?string
    {
        return $seconds === null ? null : \date('c', $seconds);
    }
}
