<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Parom\Bridge\Core\Guard\Saving;

/**
 * Tells from the calls that led here how a requisite is being saved. The portal passes no such thing to handlers, and the address of
 * a request does not tell it: companies are merged over REST too. Asked only when there is something to refuse.
 */
final class CallStack
{
    /** Beginnings of class names with what they mean. The innermost call that is known decides. */
    private const CLASSES = [
        'Bitrix\Crm\Merger\\' => Saving::Merge,
        'Bitrix\Crm\Recycling\\' => Saving::Restore,
        'Bitrix\Crm\Requisite\ImportHelper' => Saving::Import,
        'Bitrix\Crm\Import\\' => Saving::Import,
        'Bitrix\Crm\WebForm\\' => Saving::WebForm,
        'CRestServer' => Saving::Rest,
    ];

    /** Requisites of a card are saved by this method, and what it answers is dropped. */
    private const AFTER_CARD = ['Bitrix\Crm\EntityRequisite', 'saveFormData'];

    public static function saving(): Saving
    {
        $seen = self::read(\debug_backtrace(\DEBUG_BACKTRACE_IGNORE_ARGS));

        // A newer REST may have a server of another name; its address is the same.
        return $seen === Saving::Unknown && CurrentRequest::isRest() ? Saving::Rest : $seen;
    }

    /** @param list<array<string, mixed>> $calls the innermost first */
    public static function read(array $calls): Saving
    {
        foreach ($calls as $call) {
            $class = \ltrim((string)($call['class'] ?? ''), '\\');
            if (\strcasecmp($class, self::AFTER_CARD[0]) === 0 && ($call['function'] ?? '') === self::AFTER_CARD[1]) {
                return Saving::AfterCard;
            }
            foreach (self::CLASSES as $beginning => $saving) {
                if (\stripos($class, $beginning) === 0) {
                    return $saving;
                }
            }
        }

        return Saving::Unknown;
    }
}
