<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** What has changed, in the words of Parom. */
enum Entity: string
{
    case Company = 'company';
    case Requisite = 'requisite';
    case BankDetail = 'bankdetail';
    /** Has no number of its own: it goes under that of its requisite. */
    case Address = 'address';
    /** Its product rows too. */
    case Deal = 'deal';
}
