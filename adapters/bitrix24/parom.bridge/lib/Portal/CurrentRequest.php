<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

/** What the present request is: its path, and in whose name it runs. */
final class CurrentRequest
{
    /** In small letters, without what follows `?`. Empty where no browser asked: agents, the command line. */
    public static function path(): string
    {
        $uri = $_SERVER['REQUEST_URI'] ?? '';
        $path = \is_string($uri) ? \explode('?', $uri, 2)[0] : '';

        return (string)\preg_replace('~/{2,}~', '/', \strtolower(\rawurldecode($path)));
    }

    public static function isRest(): bool
    {
        return \str_starts_with(self::path(), '/rest/') || \str_starts_with(self::path(), '/bitrix/services/rest/');
    }

    public static function userId(): int
    {
        $user = $GLOBALS['USER'] ?? null;

        return \is_object($user) && \method_exists($user, 'GetID') ? (int)$user->GetID() : 0;
    }

    /**
     * The requisites that came with the card of a company, signed by the form that checked them.
     *
     * @return array<mixed>
     */
    public static function postedRequisites(): array
    {
        $posted = $_POST['REQUISITES'] ?? null;

        return \is_array($posted) ? $posted : [];
    }
}
