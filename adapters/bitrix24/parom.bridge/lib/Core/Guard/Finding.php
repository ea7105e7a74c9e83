<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Guard;

/** How the look at a change ended. */
enum Finding
{
    /** The change does not speak of the ИНН. */
    case NotTouched;
    /** There is no ИНН in it: empty, a stub, another country's number. */
    case NoInn;
    /** The requisite has this ИНН already. Whoever saves an old repeat for another reason is not stopped. */
    case Unchanged;
    /** A contact, an own company of the portal, a stub with addresses, an owner that nobody names. */
    case NoClient;
    /** Nobody else has it. */
    case Free;
    /** Another client has it. */
    case Repeated;
}
