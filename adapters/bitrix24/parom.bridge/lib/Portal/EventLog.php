<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Localization\Loc;
use Parom\Bridge\Core\Guard\Saving;
use Parom\Bridge\Core\Journal;
use Parom\Bridge\Core\Module;
use Parom\Bridge\Core\Outbox\Trouble;

Loc::loadMessages(__FILE__);

/** The portal's log: Настройки → Инструменты → Журнал событий. */
final class EventLog implements Journal
{
    public const TYPE = 'PAROM_BRIDGE';

    /** Letters of somebody else's message. */
    private const DETAIL_MAX = 500;

    /** @return array<string, string> names of our kinds of entries, for the filter of the log */
    public static function auditTypes(): array
    {
        return [self::TYPE => '[' . self::TYPE . '] ' . self::text('PAROM_BRIDGE_LOG_TYPE')];
    }

    public function checkFailed(\Throwable $failure): void
    {
        self::add('ERROR', self::text('PAROM_BRIDGE_LOG_CHECK_FAILED', ['#WHY#' => self::why($failure)]));
    }

    public function repeatPassed(int $companyId, int $otherCompanyId, Saving $saving): void
    {
        self::add('WARNING', self::text('PAROM_BRIDGE_LOG_REPEAT_PASSED', [
            '#COMPANY#' => (string)$companyId,
            '#OTHER#' => (string)$otherCompanyId,
            '#WAY#' => self::text('PAROM_BRIDGE_LOG_WAY_' . \strtoupper(\strtr($saving->value, '-', '_'))),
        ]));
    }

    public function changeLost(\Throwable $failure): void
    {
        self::add('ERROR', self::text('PAROM_BRIDGE_LOG_CHANGE_LOST', ['#WHY#' => self::why($failure)]));
    }

    public function troubleBegan(Trouble $trouble, string $detail): void
    {
        $text = TroubleText::of($trouble, $detail);
        self::add('WARNING', self::text('PAROM_BRIDGE_LOG_TROUBLE_BEGAN', ['#TROUBLE#' => $text]));
    }

    public function troubleEnded(): void
    {
        self::add('INFO', self::text('PAROM_BRIDGE_LOG_TROUBLE_ENDED'));
    }

    /** Posting ended in a way that nobody foresaw. The rows stay. */
    public function postingFailed(\Throwable $failure): void
    {
        self::add('ERROR', self::text('PAROM_BRIDGE_LOG_POSTING_FAILED', ['#WHY#' => self::why($failure)]));
    }

    private static function why(\Throwable $failure): string
    {
        return \mb_substr(\get_class($failure) . ': ' . $failure->getMessage(), 0, self::DETAIL_MAX);
    }

    /** @param array<string, string> $values */
    private static function text(string $key, array $values = []): string
    {
        return (string)Loc::getMessage($key, $values);
    }

    /** A log that cannot be written is no reason to break what is being logged. */
    private static function add(string $severity, string $text): void
    {
        try {
            \CEventLog::Add([
                'SEVERITY' => $severity,
                'AUDIT_TYPE_ID' => self::TYPE,
                'MODULE_ID' => Module::ID,
                'ITEM_ID' => '',
                'DESCRIPTION' => $text,
            ]);
        } catch (\Throwable) {
            // There is nobody left to tell.
        }
    }
}
