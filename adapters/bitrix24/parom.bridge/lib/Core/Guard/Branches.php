<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/**
 * What makes two clients of one ИНН two clients. The same choice as `match` in Parom's own settings, and it should be
 * set alike on both sides.
 */
enum Branches: string
{
    /** An ИНН is one client, whatever the КПП. */
    case Forbidden = 'inn';

    /** Branches are clients of their own: both have a КПП, and the two differ. */
    case ByKpp = 'inn+kpp';

    /** Whether a client with this ИНН and КПП is the same one as another with the same ИНН. */
    public function areOneClient(Inn $inn, string $kpp, string $otherKpp): bool
    {
        if ($this === self::Forbidden || $inn->isOfPerson()) {
            return true;
        }
        [$kpp, $otherKpp] = [self::plain($kpp), self::plain($otherKpp)];

        return $kpp === '' || $otherKpp === '' || $kpp === $otherKpp;
    }

    /** Letters may stand in the middle of a КПП. */
    private static function plain(string $kpp): string
    {
        return \strtoupper((string)\preg_replace('/[^0-9A-Za-z]+/', '', $kpp));
    }
}
