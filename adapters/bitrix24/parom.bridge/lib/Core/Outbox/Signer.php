<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Proves to Parom that a body comes from whoever knows the secret, and is as it was sent. */
final class Signer
{
    public const HEADER = 'X-Parom-Signature';

    public function __construct(#[\SensitiveParameter] private readonly string $secret)
    {
    }

    /** The value of the header. */
    public function sign(string $body): string
    {
        return 'sha256=' . \hash_hmac('sha256', $body, $this->secret);
    }

    /** @return array<string, string> so that no dump shows the secret */
    public function __debugInfo(): array
    {
        return ['secret' => '***'];
    }
}
