<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** An answer as it came. */
final class Reply
{
    /** Letters of an answer that are shown to a person. */
    private const SHOWN_MAX = 300;

    public function __construct(public readonly int $status, public readonly string $body)
    {
    }

    /** The number up to which Parom has everything; `null` where the answer does not say, as one that was cut in half. */
    public function acceptedUpTo(): ?int
    {
        if ($this->status !== 200) {
            return null;
        }
        $answer = \json_decode($this->body, true);
        $number = \is_array($answer) ? ($answer['accepted_up_to'] ?? null) : null;

        return \is_int($number) && $number >= 0 ? $number : null;
    }

    public function trouble(): Trouble
    {
        return match (true) {
            $this->status === 200 => Trouble::Unreadable,
            $this->status === 401 => Trouble::NotSigned,
            $this->status === 403 => Trouble::WrongSecret,
            $this->status === 404 => Trouble::NobodyListens,
            $this->status === 413 => Trouble::TooLarge,
            $this->status >= 300 && $this->status < 400 => Trouble::Redirected,
            $this->status === 408, $this->status === 429, $this->status >= 500 => Trouble::Busy,
            default => Trouble::Refused,
        };
    }

    /** What it says, for a person: one line of plain text. A proxy answers whole pages. */
    public function says(): string
    {
        $text = \mb_scrub($this->body, 'UTF-8');
        $text = (string)\preg_replace('~<(script|style)\b.*?</\1>~is', ' ', $text);
        $text = \trim((string)\preg_replace('/[\s\p{C}]+/u', ' ', \strip_tags($text)));

        return \trim($this->status . ' ' . \mb_substr($text, 0, self::SHOWN_MAX));
    }
}
