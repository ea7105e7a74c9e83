<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Outbox\QueueState;
use Parom\Bridge\Core\Outbox\QueueStates;

/** Keeps the state as the portal's options do: as a text. In a file, where another process is to find it. */
final class FileStates implements QueueStates
{
    private string $kept = '';
    /** How often it was written. */
    public int $writes = 0;

    public function __construct(private readonly ?string $file = null)
    {
        if ($file !== null && \is_file($file)) {
            $this->kept = (string)\file_get_contents($file);
        }
    }

    public function load(): QueueState
    {
        return QueueState::fromJson($this->kept);
    }

    public function save(QueueState $state): void
    {
        $this->kept = $state->toJson();
        $this->writes++;
        if ($this->file !== null) {
            \file_put_contents($this->file, $this->kept);
        }
    }
}
