<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Config\Configuration;
use Bitrix\Main\Config\Option;
use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Module;
use Parom\Bridge\Core\Outbox\Address;
use Parom\Bridge\Core\Outbox\QueueState;
use Parom\Bridge\Core\Outbox\QueueStates;
use Parom\Bridge\Core\Settings;

/**
 * What is kept in the portal's options of our module. Address and secret may stand in the section `parom.bridge` of
 * `.settings_extra.php` instead, where no administrator of the portal sees them; then those count.
 */
final class Options implements QueueStates
{
    public const GUARD = 'guard';
    public const BRANCHES = 'branches';
    public const OUTBOX = 'outbox';
    public const ADDRESS = 'address';
    public const SECRET = 'secret';
    public const TECHNICAL_USER = 'technical_user';
    private const STATE = 'queue_state';

    public function settings(): Settings
    {
        return new Settings(
            guards: $this->get(self::GUARD) === 'Y',
            branches: Branches::tryFrom($this->get(self::BRANCHES)) ?? Branches::Forbidden,
            reports: $this->get(self::OUTBOX) === 'Y',
            address: Address::in($this->get(self::ADDRESS)),
            secret: $this->get(self::SECRET),
            technicalUser: (int)$this->get(self::TECHNICAL_USER),
        );
    }

    public function get(string $name): string
    {
        if ($this->isFixed($name)) {
            return (string)self::ofFile()[$name];
        }

        return (string)Option::get(Module::ID, $name);
    }

    public function set(string $name, string $value): void
    {
        Option::set(Module::ID, $name, $value);
    }

    /** Whether the value stands in the file of settings and cannot be changed on the page. */
    public function isFixed(string $name): bool
    {
        $isMovable = $name === self::ADDRESS || $name === self::SECRET;

        return $isMovable && \is_string(self::ofFile()[$name] ?? null) && self::ofFile()[$name] !== '';
    }

    public function load(): QueueState
    {
        return QueueState::fromJson((string)Option::get(Module::ID, self::STATE));
    }

    public function save(QueueState $state): void
    {
        Option::set(Module::ID, self::STATE, $state->toJson());
    }

    /** @return array<string, mixed> */
    private static function ofFile(): array
    {
        $section = Configuration::getValue(Module::ID);

        return \is_array($section) ? $section : [];
    }
}
