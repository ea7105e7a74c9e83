<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/**
 * How a requisite is being saved. It decides whether a refusal helps anybody: it does where somebody reads it, and it does
 * harm where the portal throws it away together with the data.
 */
enum Saving: string
{
    /** The form of a requisite, and the check that a card makes before it saves anything. Shows the error. */
    case Form = 'form';
    /** The company's card, before anything is written. Shows the error. */
    case Card = 'card';
    /** A call of REST. Answers the error. */
    case Rest = 'rest';
    /** An import of companies. Lists the error beside the row. */
    case Import = 'import';
    /**
     * The requisites of a card whose company is written already. The portal drops the error and the requisites with it
     * and tells nobody. Such data bears a signature that only the checked form gives, so this is the rare race.
     */
    case AfterCard = 'after-card';
    /**
     * Two companies become one. The survivor takes the ИНН over while the other still has it, the result is not looked
     * at, and then the other is deleted: a refusal would lose the ИНН for good.
     */
    case Merge = 'merge';
    /** A company comes back from the recycle bin. */
    case Restore = 'restore';
    /** A form on a site. Who typed it is no employee, and what was typed would be lost. */
    case WebForm = 'web-form';
    /** Anything else: robots, business processes, programs of the portal's owner. */
    case Unknown = 'unknown';

    public function shouldRefuse(): bool
    {
        return match ($this) {
            self::Form, self::Card, self::Rest, self::Import => true,
            self::AfterCard, self::Merge, self::Restore, self::WebForm, self::Unknown => false,
        };
    }

    /** Whether a repeat that was let pass is worth a line in the portal's log. While two become one it is no news. */
    public function isWorthNoting(): bool
    {
        return $this !== self::Merge;
    }
}
