<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/**
 * «Look at this card». Holds numbers only: Parom reads the card as it is by then, so order and repeats do not matter, and
 * nothing about clients lies in the outbox or travels by it.
 */
final class Change
{
    public function __construct(
        public readonly Entity $entity,
        public readonly int $entityId,
        public readonly Event $event,
        /** The company, of a company itself; 0 where nobody named it. Of what is deleted it is the only trace. */
        public readonly int $companyId,
        /** Seconds since 1970. */
        public readonly int $at,
    ) {
    }
}
