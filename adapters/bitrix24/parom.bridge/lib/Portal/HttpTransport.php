<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Web\HttpClient;
use Parom\Bridge\Core\Outbox\NoAnswer;
use Parom\Bridge\Core\Outbox\Reply;
use Parom\Bridge\Core\Outbox\Transport;

/** The portal's own HTTP client, which keeps to its settings of proxies and forbidden addresses. */
final class HttpTransport implements Transport
{
    /** Its own defaults, 30 and 60 seconds, would hold a web server's process for a Parom that is away. */
    private const OPTIONS = [
        'socketTimeout' => 3,
        'streamTimeout' => 5,
        // A signed body goes where the administrator said, and nowhere else.
        'redirect' => false,
        'disableSslVerification' => false,
        // An answer of Parom has less than a hundred bytes.
        'bodyLengthMax' => 65_536,
    ];

    public function post(string $url, array $headers, string $body): Reply
    {
        $client = new HttpClient(self::OPTIONS);
        foreach ($headers as $name => $value) {
            $client->setHeader($name, $value);
        }
        $answer = $client->post($url, $body);
        $status = (int)$client->getStatus();
        if ($answer === false || $status === 0) {
            throw new NoAnswer(self::reason($client->getError()));
        }

        return new Reply($status, (string)$answer);
    }

    /** @param mixed $errors texts by their codes */
    private static function reason(mixed $errors): string
    {
        $lines = [];
        foreach (\is_array($errors) ? $errors : [] as $code => $text) {
            $lines[] = $code . ': ' . (\is_scalar($text) ? (string)$text : '');
        }

        return \mb_substr(\mb_scrub(\implode('; ', $lines), 'UTF-8'), 0, 300);
    }
}
