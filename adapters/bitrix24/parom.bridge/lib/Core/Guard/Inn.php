<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/**
 * An ИНН as it is compared: ten digits of an organisation or twelve of a person.
 *
 * Check digits are not asked for: a mistyped ИНН that is entered twice is a repeat too. What has another length is the
 * number of another country or a stub («0», «нет»), and zeros alone are a stub as well: many clients may share those.
 */
final class Inn
{
    private function __construct(public readonly string $digits)
    {
    }

    /** The ИНН in what somebody typed, `null` where there is none. Spaces, dashes and the like are no difference. */
    public static function in(mixed $typed): ?self
    {
        if (!\is_string($typed) && !\is_int($typed)) {
            return null;
        }
        $digits = (string)\preg_replace('/\D+/', '', (string)$typed);
        $isInn = \preg_match('/^(\d{10}|\d{12})$/D', $digits) === 1 && \trim($digits, '0') !== '';

        return $isInn ? new self($digits) : null;
    }

    public function is(?self $other): bool
    {
        return $other !== null && $other->digits === $this->digits;
    }

    /** A person has no КПП, and so no branches. */
    public function isOfPerson(): bool
    {
        return \strlen($this->digits) === 12;
    }
}
