<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Keeps the state of the queue between requests. */
interface QueueStates
{
    public function load(): QueueState;

    public function save(QueueState $state): void;
}
