<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Localization\Loc;
use Parom\Bridge\Core\Outbox\Trouble;

Loc::loadMessages(__FILE__);

/** Says to an administrator what is wrong between the portal and Parom, and what to do. */
final class TroubleText
{
    /** Plain text: whoever shows it on a page escapes it. */
    public static function of(Trouble $trouble, string $detail = ''): string
    {
        $text = (string)Loc::getMessage('PAROM_BRIDGE_TROUBLE_' . \strtoupper(\strtr($trouble->value, '-', '_')));
        if ($detail === '') {
            return $text;
        }

        return $text . ' ' . Loc::getMessage('PAROM_BRIDGE_TROUBLE_DETAIL', ['#DETAIL#' => $detail]);
    }
}
