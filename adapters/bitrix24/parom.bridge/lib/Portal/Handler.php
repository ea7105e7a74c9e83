<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

/** One of our methods, and the event of the portal that calls it. */
final class Handler
{
    private function __construct(
        public readonly string $module,
        public readonly string $event,
        public readonly string $class,
        public readonly string $method,
        /** Old events give their values one by one, new ones an object with all of them. */
        public readonly bool $isOldStyle,
    ) {
    }

    /** @param array{class-string, string} $callback */
    public static function old(string $module, string $event, array $callback): self
    {
        return new self($module, $event, '\\' . $callback[0], $callback[1], true);
    }

    /** @param array{class-string, string} $callback */
    public static function new(string $module, string $event, array $callback): self
    {
        return new self($module, $event, '\\' . $callback[0], $callback[1], false);
    }
}
