<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** A change in the outbox. */
final class Row
{
    public function __construct(public readonly int $id, public readonly Change $change)
    {
    }

    /** Rows with the same key ask for the same look. The company belongs to it: a requisite may have moved between two. */
    public function key(): string
    {
        return $this->change->entity->value . ':' . $this->change->entityId . ':' . $this->change->companyId;
    }

    /** @return array<string, int|string> as Parom reads it */
    public function toWire(): array
    {
        $wire = [
            'id' => $this->id,
            'entity' => $this->change->entity->value,
            'entity_id' => $this->change->entityId,
            'event' => $this->change->event->value,
            'at' => \gmdate('Y-m-d\TH:i:s\Z', $this->change->at),
        ];
        if ($this->change->companyId > 0) {
            $wire['owner_id'] = $this->change->companyId;
        }

        return $wire;
    }
}
