<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Bitrix\Main\Application;
use Parom\Bridge\Core\Outbox\Effort;

/**
 * Work that begins when the employee has his answer. It is lost when the script dies before, and so is never the only way: the agent
 * posts what stays behind.
 */
final class AfterResponse
{
    /** Locks are let go and companies looked at first: posting waits for another machine. */
    private const AT_LAST = Application::JOB_PRIORITY_LOW;

    /** @var array<string, true> what stands in the list of this request */
    private static array $planned = [];

    public static function post(): void
    {
        self::once('post', [self::class, 'runPost'], self::AT_LAST);
    }

    public static function inspect(): void
    {
        self::once('inspect', [CompanyGuard::class, 'inspectAdded'], Application::JOB_PRIORITY_NORMAL);
    }

    public static function unlock(): void
    {
        self::once('unlock', [ConnectionInnLock::class, 'releaseAll'], Application::JOB_PRIORITY_NORMAL);
    }

    public static function runPost(): void
    {
        unset(self::$planned['post']);
        try {
            Parts::ofRequest()->poster()?->post(Effort::afterSave());
        } catch (\Throwable $failure) {
            (new EventLog())->postingFailed($failure);
        }
    }

    /** @param array{class-string, string} $job */
    private static function once(string $name, array $job, int $priority): void
    {
        if (!isset(self::$planned[$name])) {
            self::$planned[$name] = true;
            Application::getInstance()->addBackgroundJob($job, [], $priority);
        }
    }
}
