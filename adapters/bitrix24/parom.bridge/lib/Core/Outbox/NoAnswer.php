<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Parom could not be reached, or was silent. It may have the changes all the same. */
final class NoAnswer extends \RuntimeException
{
}
