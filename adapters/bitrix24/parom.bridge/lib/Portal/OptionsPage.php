<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Localization\Loc;
use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Outbox\Address;
use Parom\Bridge\Core\Outbox\Effort;
use Parom\Bridge\Core\Outbox\Ending;
use Parom\Bridge\Core\Outbox\Posting;
use Parom\Bridge\Core\Settings;

Loc::loadMessages(__FILE__);

/** What the buttons of the options page do. The page itself only draws. */
final class OptionsPage
{
    /** Bytes of chance in a new secret. */
    private const SECRET_BYTES = 32;

    /** @var list<string> plain text */
    public array $errors = [];
    /** @var list<string> plain text */
    public array $notes = [];
    /** A secret that was just made: shown this once, to be copied into Parom's settings. */
    public string $newSecret = '';

    public function __construct(private readonly Options $options)
    {
    }

    /** @param array<string, mixed> $post what came with the form, after the session and the rights were checked */
    public function handle(array $post): void
    {
        match (true) {
            isset($post['save']), isset($post['apply']) => $this->save($post),
            isset($post['make_secret']) => $this->makeSecret(),
            isset($post['post_now']) => $this->postNow(),
            isset($post['check']) => $this->check(),
            default => null,
        };
    }

    /** @param array<string, mixed> $post */
    private function save(array $post): void
    {
        $text = static fn (string $name): string => \is_string($post[$name] ?? null) ? \trim($post[$name]) : '';

        $this->set(Options::GUARD, $text(Options::GUARD) === 'Y' ? 'Y' : 'N');
        $this->set(Options::OUTBOX, $text(Options::OUTBOX) === 'Y' ? 'Y' : 'N');
        $this->set(Options::BRANCHES, (Branches::tryFrom($text(Options::BRANCHES)) ?? Branches::Forbidden)->value);

        $address = $text(Options::ADDRESS);
        if ($address === '' || Address::in($address) !== null) {
            $this->set(Options::ADDRESS, $address);
        } else {
            $this->errors[] = self::text('PAROM_BRIDGE_PAGE_BAD_ADDRESS');
        }

        // The field is always empty: whoever does not touch it keeps the secret that is set.
        $secret = $text(Options::SECRET);
        if (\strlen($secret) >= Settings::SECRET_LENGTH_MIN) {
            $this->set(Options::SECRET, $secret);
        } elseif ($secret !== '') {
            $this->errors[] = self::text('PAROM_BRIDGE_PAGE_SHORT_SECRET', ['#MIN#' => (string)Settings::SECRET_LENGTH_MIN]);
        }

        $user = $text(Options::TECHNICAL_USER);
        if (\preg_match('/^\d{0,9}$/D', $user) === 1) {
            $this->set(Options::TECHNICAL_USER, (string)(int)$user);
        } else {
            $this->errors[] = self::text('PAROM_BRIDGE_PAGE_BAD_USER');
        }

        $this->renew();
        if ($this->errors === []) {
            $this->notes[] = self::text('PAROM_BRIDGE_PAGE_SAVED');
        }
    }

    private function makeSecret(): void
    {
        if ($this->options->isFixed(Options::SECRET)) {
            return;
        }
        $this->newSecret = \bin2hex(\random_bytes(self::SECRET_BYTES));
        $this->set(Options::SECRET, $this->newSecret);
        $this->renew();
    }

    private function postNow(): void
    {
        $poster = Parts::ofRequest()->poster();
        $posting = $poster?->post(Effort::onDemand()) ?? new Posting(Ending::NotSetUp, 0);
        $count = ['#COUNT#' => (string)$posting->taken];
        match ($posting->ending) {
            Ending::Done => $this->notes[] = self::text('PAROM_BRIDGE_PAGE_POSTED', $count),
            Ending::EffortSpent => $this->notes[] = self::text('PAROM_BRIDGE_PAGE_POSTED_PART', $count),
            Ending::SomebodyElsePosts => $this->notes[] = self::text('PAROM_BRIDGE_PAGE_BUSY'),
            Ending::NotSetUp => $this->errors[] = self::text('PAROM_BRIDGE_PAGE_NOT_SET_UP'),
            Ending::Failed, Ending::Pausing => $this->errors[] = self::failure($posting),
        };
    }

    private function check(): void
    {
        $posting = Parts::ofRequest()->poster()?->check() ?? new Posting(Ending::NotSetUp, 0);
        match ($posting->ending) {
            Ending::Done => $this->notes[] = self::text('PAROM_BRIDGE_PAGE_CHECKED'),
            Ending::NotSetUp => $this->errors[] = self::text('PAROM_BRIDGE_PAGE_NOT_SET_UP'),
            default => $this->errors[] = self::failure($posting),
        };
    }

    private static function failure(Posting $posting): string
    {
        return $posting->trouble === null ? $posting->detail : TroubleText::of($posting->trouble, $posting->detail);
    }

    private function set(string $name, string $value): void
    {
        if (!$this->options->isFixed($name)) {
            $this->options->set($name, $value);
        }
    }

    /** What follows in this request is to see the new settings. */
    private function renew(): void
    {
        Parts::ofRequest()->forgetSettings();
    }

    /** @param array<string, string> $values */
    private static function text(string $key, array $values = []): string
    {
        return (string)Loc::getMessage($key, $values);
    }
}
