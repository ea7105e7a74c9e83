<?php

declare(strict_types=1);

// Signatures of the portal's administrative pages, as far as ours meet them. Written by us.

use Parom\Bridge\Tests\Stubs\Portal;

class CModule
{
}

final class CMain
{
    public string $exception = '';
    public string $page = '';

    public function ThrowException(string $text): void
    {
        $this->exception = $text;
    }

    public function IncludeAdminFile(string $title, string $file): void
    {
        $this->page = \basename($file);
        $APPLICATION = $this;
        require $file;
    }

    public function GetCurPage(): string
    {
        return '/bitrix/admin/settings.php';
    }
}

final class CAdminMessage
{
    /** @param string|array<string, mixed> $message */
    public static function ShowMessage(string|array $message): void
    {
        Portal::$shown[] = \is_array($message) ? \trim($message['MESSAGE'] . ' ' . ($message['DETAILS'] ?? '')) : $message;
    }

    public static function ShowNote(string $message): void
    {
        Portal::$shown[] = $message;
    }
}

final class CAdminTabControl
{
    /** @param list<array<string, string>> $tabs */
    public function __construct(string $name, array $tabs)
    {
    }

    public function Begin(): void
    {
    }

    public function BeginNextTab(): void
    {
    }

    public function Buttons(): void
    {
    }

    public function End(): void
    {
    }
}

function check_bitrix_sessid(): bool
{
    return Portal::$isSessionRight;
}

function bitrix_sessid_post(): string
{
    return '<input type="hidden" name="sessid" value="0123456789abcdef">';
}

function htmlspecialcharsbx(string $text): string
{
    return \htmlspecialchars($text, \ENT_QUOTES | \ENT_SUBSTITUTE, 'UTF-8');
}
