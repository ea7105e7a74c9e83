<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Where Parom listens. */
final class Address
{
    private const PATH = '/bitrix24/changes';

    private function __construct(public readonly string $url)
    {
    }

    /**
     * Reads what an administrator typed: the address of Parom, or the whole address of its notices. `null` for what is none.
     * A password in it is refused, because addresses are shown.
     */
    public static function in(string $typed): ?self
    {
        $typed = \trim($typed);
        $parts = \parse_url($typed);
        $isPlain = \preg_match('~^https?://[^\s@?#]+$~i', $typed) === 1;
        if (!\is_array($parts) || !$isPlain || !isset($parts['host'])) {
            return null;
        }
        $path = \rtrim($parts['path'] ?? '', '/');
        $base = \rtrim($typed, '/');

        return new self(\str_ends_with($path, self::PATH) ? $base : $base . self::PATH);
    }
}
