<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** When to try again, and when to tell somebody. */
final class Pauses
{
    /** The first pause is that of the agent, and each is twice the one before. */
    private const FIRST = 60;
    /** A Parom that comes back is noticed within a quarter of an hour. */
    private const LONGEST = 900;
    /** A silence of some seven minutes: three pauses. A restart is no news. */
    private const TELL_AFTER_TRIES = 4;

    /** @param int $tries failed ones, from 1 */
    public static function after(int $tries): int
    {
        $doublings = \min(\max($tries, 1) - 1, 10);

        return \min(self::FIRST << $doublings, self::LONGEST);
    }

    public static function isTimeToTell(Trouble $trouble, int $tries): bool
    {
        return $trouble->needsPerson() || $tries >= self::TELL_AFTER_TRIES;
    }
}
