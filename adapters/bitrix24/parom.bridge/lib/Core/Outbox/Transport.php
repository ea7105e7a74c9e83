<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Carries a request to Parom. */
interface Transport
{
    /**
     * @param array<string, string> $headers
     * @throws NoAnswer where none came
     */
    public function post(string $url, array $headers, string $body): Reply;
}
