<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Parom\Bridge\Core\Clock;
use Parom\Bridge\Core\Guard\Doorkeeper;
use Parom\Bridge\Core\Guard\InnGuard;
use Parom\Bridge\Core\Guard\Requisites;
use Parom\Bridge\Core\Outbox\Database;
use Parom\Bridge\Core\Outbox\Outbox;
use Parom\Bridge\Core\Outbox\Poster;
use Parom\Bridge\Core\Outbox\Recorder;
use Parom\Bridge\Core\Outbox\Signer;
use Parom\Bridge\Core\Outbox\SqlOutbox;
use Parom\Bridge\Core\Outbox\Transport;
use Parom\Bridge\Core\OwnWrites;
use Parom\Bridge\Core\Settings;

/** Puts the parts together, once in a request: handlers are static methods, and this is where they find the rest. */
final class Parts
{
    private static ?self $ofRequest = null;

    private ?Settings $settings = null;
    private ?Doorkeeper $doorkeeper = null;
    private ?Recorder $recorder = null;

    public function __construct(
        private readonly Options $options,
        private readonly Requisites $requisites,
        private readonly Database $database,
        private readonly Transport $transport,
        private readonly Clock $clock,
    ) {
    }

    public static function ofRequest(): self
    {
        return self::$ofRequest ??= new self(
            new Options(),
            new PortalRequisites(),
            new PortalDatabase(),
            new HttpTransport(),
            new PortalClock(),
        );
    }

    public function settings(): Settings
    {
        return $this->settings ??= $this->options->settings();
    }

    /** Settings were saved: what follows sees the new ones. */
    public function forgetSettings(): void
    {
        $this->settings = null;
        $this->doorkeeper = null;
        $this->recorder = null;
    }

    public function options(): Options
    {
        return $this->options;
    }

    public function requisites(): Requisites
    {
        return $this->requisites;
    }

    public function outbox(): Outbox
    {
        return new SqlOutbox($this->database);
    }

    /** `null` where the guard is switched off. */
    public function doorkeeper(): ?Doorkeeper
    {
        if (!$this->settings()->guards) {
            return null;
        }

        return $this->doorkeeper ??= new Doorkeeper(
            new InnGuard($this->requisites, ConnectionInnLock::ofRequest(), $this->settings()->branches),
            new EventLog(),
            CallStack::saving(...),
        );
    }

    /** `null` where changes are not reported. */
    public function recorder(): ?Recorder
    {
        if (!$this->settings()->mayReport()) {
            return null;
        }
        $ownWrites = new OwnWrites($this->settings()->technicalUser);

        return $this->recorder ??= new Recorder(
            $this->outbox(),
            new EventLog(),
            $this->clock,
            static fn (): bool => $ownWrites->isOne(CurrentRequest::isRest(), CurrentRequest::userId()),
            AfterResponse::post(...),
        );
    }

    /** `null` where Parom's address or the secret is not set. */
    public function poster(): ?Poster
    {
        $settings = $this->settings();
        if ($settings->address === null || $settings->secret === '') {
            return null;
        }

        return new Poster(
            $this->outbox(),
            $this->transport,
            new Signer($settings->secret),
            $settings->address,
            $this->options,
            new ConnectionPostLock(),
            new EventLog(),
            $this->clock,
        );
    }
}
