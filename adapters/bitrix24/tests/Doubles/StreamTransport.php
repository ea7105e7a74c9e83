<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Outbox\NoAnswer;
use Parom\Bridge\Core\Outbox\Reply;
use Parom\Bridge\Core\Outbox\Transport;

/** Real HTTP by PHP's own streams. */
final class StreamTransport implements Transport
{
    private const SECONDS = 10;

    public function post(string $url, array $headers, string $body): Reply
    {
        $lines = [];
        foreach ($headers as $name => $value) {
            $lines[] = "{$name}: {$value}";
        }
        $context = \stream_context_create(['http' => [
            'method' => 'POST',
            'header' => $lines,
            'content' => $body,
            'timeout' => self::SECONDS,
            'ignore_errors' => true,
            'follow_location' => 0,
        ]]);
        $http_response_header = [];
        $answer = @\file_get_contents($url, false, $context);
        if ($answer === false || \preg_match('~^HTTP/\S+ (\d{3})~', $http_response_header[0] ?? '', $status) !== 1) {
            throw new NoAnswer((string)(\error_get_last()['message'] ?? 'no answer'));
        }

        return new Reply((int)$status[1], $answer);
    }
}
