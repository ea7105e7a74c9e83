<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** How posting goes. The queue has one reader, so this is kept for the whole of it and not for every row. */
final class QueueState
{
    private function __construct(
        /** Failed ones in a row. */
        public readonly int $tries = 0,
        public readonly int $nextTryAt = 0,
        public readonly ?Trouble $trouble = null,
        /** What Parom said of it. */
        public readonly string $detail = '',
        /** When the trouble began. */
        public readonly ?int $since = null,
        /** The trouble that stands in the log already. */
        public readonly ?Trouble $told = null,
        /** When Parom last took something. */
        public readonly ?int $acceptedAt = null,
    ) {
    }

    public static function fresh(): self
    {
        return new self();
    }

    public function mayTry(int $now): bool
    {
        // A clock that was set back must not stop the queue for as long as it went back.
        return $this->nextTryAt <= $now || $this->nextTryAt - $now > Pauses::after(\PHP_INT_MAX);
    }

    public function failed(Trouble $trouble, string $detail, int $now): self
    {
        $tries = $this->tries + 1;

        return new self(
            $tries,
            $now + Pauses::after($tries),
            $trouble,
            $detail,
            $this->since ?? $now,
            $this->told,
            $this->acceptedAt,
        );
    }

    public function wasTold(): self
    {
        return new self(
            $this->tries,
            $this->nextTryAt,
            $this->trouble,
            $this->detail,
            $this->since,
            $this->trouble,
            $this->acceptedAt,
        );
    }

    public function accepted(int $now): self
    {
        return new self(acceptedAt: $now);
    }

    /** Whether the log should have a line about the trouble, and has none yet. */
    public function isToBeTold(): bool
    {
        return $this->trouble !== null
            && $this->told !== $this->trouble
            && Pauses::isTimeToTell($this->trouble, $this->tries);
    }

    public function toJson(): string
    {
        return \json_encode([
            'tries' => $this->tries,
            'next_try_at' => $this->nextTryAt,
            'trouble' => $this->trouble?->value,
            'detail' => $this->detail,
            'since' => $this->since,
            'told' => $this->told?->value,
            'accepted_at' => $this->acceptedAt,
        ], \JSON_THROW_ON_ERROR | \JSON_UNESCAPED_UNICODE | \JSON_INVALID_UTF8_SUBSTITUTE);
    }

    /** Whatever cannot be read is a fresh start: at worst one attempt comes early. */
    public static function fromJson(string $json): self
    {
        $kept = \json_decode($json, true);
        if (!\is_array($kept)) {
            return self::fresh();
        }
        $time = static fn (string $name): ?int => \is_int($kept[$name] ?? null) ? $kept[$name] : null;
        $trouble = static fn (string $name): ?Trouble
            => \is_string($kept[$name] ?? null) ? Trouble::tryFrom($kept[$name]) : null;

        return new self(
            $time('tries') ?? 0,
            $time('next_try_at') ?? 0,
            $trouble('trouble'),
            \is_string($kept['detail'] ?? null) ? $kept['detail'] : '',
            $time('since'),
            $trouble('told'),
            $time('accepted_at'),
        );
    }
}
