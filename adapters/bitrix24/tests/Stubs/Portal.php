<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Stubs;

use Bitrix\Main\Event;
use Parom\Bridge\Portal\AfterResponse;
use Parom\Bridge\Portal\CompanyGuard;
use Parom\Bridge\Portal\ConnectionInnLock;
use Parom\Bridge\Portal\FormerOwners;
use Parom\Bridge\Portal\FormGuard;
use Parom\Bridge\Portal\Parts;

/**
 * What stands behind the stubs: a portal that behaves where our module touches it as the vendor's pages and our own readings of
 * its behaviour say. It proves that our side keeps to them, and nothing about a real portal.
 */
final class Portal
{
    public static \PDO $database;
    /** @var array<string, array<string, string>> */
    public static array $options = [];
    /** @var array<string, mixed> the file of settings */
    public static array $configuration = [];
    /** @var list<array{from: string, event: string, module: string, class: string, method: string, old: bool}> */
    public static array $handlers = [];
    /** @var array<string, array<string, mixed>> */
    public static array $agents = [];
    /** @var array<string, true> */
    public static array $modules = [];
    /** @var list<array<string, string>> */
    public static array $log = [];
    /** @var list<array{callable, array<mixed>, int}> */
    public static array $jobs = [];
    /** @var array<int, array<string, mixed>> */
    public static array $requisites = [];
    /** @var array<int, array<string, mixed>> */
    public static array $companies = [];
    /** @var array<int, array<string, mixed>> */
    public static array $bankDetails = [];
    /** @var array<string, string> names of locks, and who has them: `we` or `they` */
    public static array $locks = [];
    /** @var list<string> what was asked of locks */
    public static array $lockCalls = [];
    /** @var list<array{url: string, headers: array<string, string>, body: string, options: array<string, mixed>}> */
    public static array $posts = [];
    /** @var ?\Closure(string): array{int, string|false} what another server answers to a body */
    public static ?\Closure $server = null;
    /** @var list<string> */
    public static array $shown = [];
    public static bool $isSessionRight = true;
    public static string $language = 'ru';
    /** Makes every question to tables and every statement fail. */
    public static bool $isBroken = false;

    /** A portal with nothing in it, at the beginning of a request. */
    public static function reset(): void
    {
        self::$database = new \PDO('sqlite::memory:');
        self::$options = self::$configuration = self::$handlers = self::$agents = self::$modules = [];
        self::$log = self::$jobs = self::$requisites = self::$companies = self::$bankDetails = [];
        self::$locks = self::$lockCalls = self::$posts = self::$shown = [];
        self::$server = null;
        self::$isSessionRight = true;
        self::$language = 'ru';
        self::$isBroken = false;
        self::$modules = ['main' => true, 'crm' => true, 'rest' => true];
        self::nextRequest();
    }

    /** What lives in a request's memory is gone. */
    public static function nextRequest(string $uri = '/crm/company/', int $user = 5, bool $isAdmin = false): void
    {
        $_SERVER['REQUEST_URI'] = $uri;
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_POST = $_REQUEST = [];
        $GLOBALS['USER'] = new \CUser($user, $isAdmin);
        $GLOBALS['APPLICATION'] = new \CMain();
        self::$jobs = [];
        \Bitrix\Crm\RequisiteTable::forgetValidators();
        ConnectionInnLock::releaseAll();
        self::forgetRequest();
        // A page begins with this event.
        self::old('main', 'OnPageStart', []);
    }

    /** Static values of our classes live as long as a request does. */
    public static function forgetRequest(): void
    {
        foreach ([AfterResponse::class, CompanyGuard::class, ConnectionInnLock::class, FormGuard::class, FormerOwners::class, Parts::class] as $class) {
            foreach ((new \ReflectionClass($class))->getProperties(\ReflectionProperty::IS_STATIC) as $property) {
                $property->setValue(null, $property->getDefaultValue());
            }
        }
    }

    /** The response has gone out: jobs run, the more important first. */
    public static function endRequest(): void
    {
        while (self::$jobs !== []) {
            \usort(self::$jobs, static fn (array $one, array $other): int => $other[2] <=> $one[2]);
            [$job, $arguments] = \array_shift(self::$jobs);
            $job(...$arguments);
        }
    }

    /**
     * An old-style event: values one by one.
     *
     * @param array<mixed> $arguments
     * @return bool `false` where a handler said so
     */
    public static function old(string $module, string $event, array $arguments): bool
    {
        $isAllowed = true;
        foreach (self::handlersOf($module, $event) as $handler) {
            if (!$handler['old']) {
                throw new \LogicException("{$event} is an old-style event");
            }
            $isAllowed = \call_user_func_array([$handler['class'], $handler['method']], $arguments) !== false && $isAllowed;
        }

        return $isAllowed;
    }

    /** A new-style event: one object. */
    public static function new(Event $event): void
    {
        foreach (self::handlersOf($event->getModuleId(), $event->getEventType()) as $handler) {
            if ($handler['old']) {
                throw new \LogicException($event->getEventType() . ' is a new-style event');
            }
            $event->addResult([$handler['class'], $handler['method']]($event));
        }
    }

    /** @return list<array{from: string, event: string, module: string, class: string, method: string, old: bool}> */
    private static function handlersOf(string $module, string $event): array
    {
        return \array_values(\array_filter(
            self::$handlers,
            static fn (array $handler): bool => \strcasecmp($handler['from'], $module) === 0
                && \strcasecmp($handler['event'], $event) === 0
                // The handlers of a module that is gone are passed over without a word.
                && isset(self::$modules[$handler['module']]),
        ));
    }
}
