<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** What has become of it, in the words of Parom. */
enum Event: string
{
    case Added = 'add';
    case Changed = 'update';
    case Deleted = 'delete';
}
