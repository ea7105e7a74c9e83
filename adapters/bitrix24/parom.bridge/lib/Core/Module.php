<?php

declare(strict_types=1);

namespace Parom\Bridge\Core;

/** Who we are. */
final class Module
{
    public const ID = 'parom.bridge';
    public const VERSION = '1.0.0';

    /** Of what goes between the module and Parom. Grows when one could not understand the other any more. */
    public const PROTOCOL = 1;
}
