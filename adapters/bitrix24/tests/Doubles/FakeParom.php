<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Outbox\NoAnswer;
use Parom\Bridge\Core\Outbox\Reply;
use Parom\Bridge\Core\Outbox\Transport;

/** Takes batches as Parom does, unless it is told to do something else. */
final class FakeParom implements Transport
{
    /** @var list<array{url: string, headers: array<string, string>, body: string}> */
    public array $requests = [];
    /** @var list<int> numbers that it has */
    public array $has = [];
    /** @var list<\Closure(string): Reply> what it answers next, before it is itself again */
    public array $instead = [];

    public function post(string $url, array $headers, string $body): Reply
    {
        $this->requests[] = \compact('url', 'headers', 'body');
        $instead = \array_shift($this->instead);

        return $instead === null ? $this->take($body) : $instead($body);
    }

    public function take(string $body): Reply
    {
        $numbers = self::numbers($body);
        \array_push($this->has, ...$numbers);

        return new Reply(200, \json_encode(['accepted_up_to' => $numbers === [] ? 0 : \max($numbers)]));
    }

    public function isAway(int $times = 1): void
    {
        for ($time = 0; $time < $times; $time++) {
            $this->instead[] = static fn (): Reply => throw new NoAnswer('Connection refused');
        }
    }

    public function answers(int $status, string $body = '', int $times = 1): void
    {
        for ($time = 0; $time < $times; $time++) {
            $this->instead[] = static fn (): Reply => new Reply($status, $body);
        }
    }

    /** @return list<int> */
    public static function numbers(string $body): array
    {
        return \array_column(\json_decode($body, true, 8, \JSON_THROW_ON_ERROR)['changes'], 'id');
    }
}
