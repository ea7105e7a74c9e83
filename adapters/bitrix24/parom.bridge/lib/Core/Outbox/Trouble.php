<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Why Parom does not take what the outbox holds. Whatever it is, the rows stay. */
enum Trouble: string
{
    /** No connection, no answer in time. */
    case Unreachable = 'unreachable';
    /** It cannot take them now: 5xx, 429, 408. */
    case Busy = 'busy';
    /** An answer that was cut in half, or is no answer of Parom. It may have the changes. */
    case Unreadable = 'unreadable';
    /** Read, but nothing of it was accepted. */
    case NothingAccepted = 'nothing-accepted';
    /** 401: the signature did not come through, or none is expected there. */
    case NotSigned = 'not-signed';
    /** 403: the secrets differ. */
    case WrongSecret = 'wrong-secret';
    /** 404: another program answers there, or Parom has no secret. */
    case NobodyListens = 'nobody-listens';
    /** 413, even with a single change: something between the two shortens bodies. */
    case TooLarge = 'too-large';
    /** 3xx: the address is not the exact one. A signed body is not sent wherever an answer points. */
    case Redirected = 'redirected';
    /** Any other refusal. */
    case Refused = 'refused';

    /** What does not mend itself is told at once; a silence first has the chance to end. */
    public function needsPerson(): bool
    {
        return match ($this) {
            self::Unreachable, self::Busy, self::Unreadable, self::NothingAccepted => false,
            self::NotSigned, self::WrongSecret, self::NobodyListens, self::TooLarge, self::Redirected, self::Refused => true,
        };
    }
}
