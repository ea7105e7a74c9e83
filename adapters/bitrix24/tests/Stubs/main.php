<?php

declare(strict_types=1);

// Signatures of the portal's main module, as far as ours calls it. Written by us.

namespace Bitrix\Main {
    use Parom\Bridge\Tests\Stubs\Connection;
    use Parom\Bridge\Tests\Stubs\Portal;

    final class Application
    {
        public const JOB_PRIORITY_NORMAL = 100;
        public const JOB_PRIORITY_LOW = 50;

        private static ?self $instance = null;

        public static function getInstance(): self
        {
            return self::$instance ??= new self();
        }

        public static function getConnection(): Connection
        {
            return new Connection();
        }

        /** @param array<mixed> $args */
        public function addBackgroundJob(callable $job, array $args = [], int $priority = self::JOB_PRIORITY_NORMAL): self
        {
            Portal::$jobs[] = [$job, $args, $priority];

            return $this;
        }
    }

    class Event
    {
        /** @var list<mixed> */
        private array $results = [];

        /** @param array<string, mixed> $parameters */
        public function __construct(
            private string $moduleId,
            private string $type,
            private array $parameters = [],
        ) {
        }

        public function getModuleId(): string
        {
            return $this->moduleId;
        }

        public function getEventType(): string
        {
            return $this->type;
        }

        public function getParameter(string $key): mixed
        {
            return $this->parameters[$key] ?? null;
        }

        /** @return array<string, mixed> */
        public function getParameters(): array
        {
            return $this->parameters;
        }

        public function addResult(mixed $result): void
        {
            $this->results[] = $result;
        }

        /** @return list<mixed> */
        public function getResults(): array
        {
            return $this->results;
        }

        public function send(): void
        {
            Portal::new($this);
        }
    }

    /** Has the name of the ORM's class and none of its methods: a handler of a table that answers this is a fatal error. */
    class EventResult
    {
        public const ERROR = 2;

        public function __construct(public int $type = self::ERROR)
        {
        }
    }

    class Error
    {
        public function __construct(protected string $message, protected string|int $code = 0)
        {
        }

        public function getMessage(): string
        {
            return $this->message;
        }
    }

    class Result
    {
        /** @var list<Error> */
        protected array $errors = [];

        public function addError(Error $error): static
        {
            $this->errors[] = $error;

            return $this;
        }

        public function isSuccess(): bool
        {
            return $this->errors === [];
        }

        /** @return list<string> */
        public function getErrorMessages(): array
        {
            return \array_map(static fn (Error $error): string => $error->getMessage(), $this->errors);
        }
    }

    final class EventManager
    {
        public static function getInstance(): self
        {
            return new self();
        }

        public function registerEventHandler(
            string $fromModuleId,
            string $eventType,
            string $toModuleId,
            string $toClass = '',
            string $toMethod = '',
        ): void {
            $this->register($fromModuleId, $eventType, $toModuleId, $toClass, $toMethod, false);
        }

        public function registerEventHandlerCompatible(
            string $fromModuleId,
            string $eventType,
            string $toModuleId,
            string $toClass = '',
            string $toMethod = '',
        ): void {
            $this->register($fromModuleId, $eventType, $toModuleId, $toClass, $toMethod, true);
        }

        public function unRegisterEventHandler(
            string $fromModuleId,
            string $eventType,
            string $toModuleId,
            string $toClass = '',
            string $toMethod = '',
        ): void {
            Portal::$handlers = \array_values(\array_filter(
                Portal::$handlers,
                static fn (array $kept): bool => [$kept['from'], $kept['event'], $kept['module'], $kept['class'], $kept['method']]
                    !== [$fromModuleId, $eventType, $toModuleId, $toClass, $toMethod],
            ));
        }

        private function register(string $from, string $event, string $module, string $class, string $method, bool $old): void
        {
            Portal::$handlers[] = \compact('from', 'event', 'module', 'class', 'method', 'old');
        }
    }

    final class Loader
    {
        public static function includeModule(string $moduleName): bool
        {
            return isset(Portal::$modules[$moduleName]);
        }
    }

    final class ModuleManager
    {
        public static function registerModule(string $moduleName): void
        {
            Portal::$modules[$moduleName] = true;
        }

        public static function unRegisterModule(string $moduleName): void
        {
            unset(Portal::$modules[$moduleName]);
        }

        public static function isModuleInstalled(string $moduleName): bool
        {
            return isset(Portal::$modules[$moduleName]);
        }

        public static function getVersion(string $moduleName): string|false
        {
            return isset(Portal::$modules[$moduleName]) ? '26.250.100' : false;
        }
    }
}

namespace Bitrix\Main\Config {
    use Parom\Bridge\Tests\Stubs\Portal;

    final class Option
    {
        public static function get(string $moduleId, string $name, mixed $default = ''): string
        {
            $defaults = [];
            if ($moduleId === 'parom.bridge') {
                require __DIR__ . '/../../parom.bridge/default_option.php';
                $defaults = $parom_bridge_default_option;
            }

            return Portal::$options[$moduleId][$name] ?? $defaults[$name] ?? (string)$default;
        }

        public static function set(string $moduleId, string $name, string $value = ''): void
        {
            Portal::$options[$moduleId][$name] = $value;
        }

        /** @param array<string, string> $filter */
        public static function delete(string $moduleId, array $filter = []): void
        {
            unset(Portal::$options[$moduleId]);
        }
    }

    final class Configuration
    {
        public static function getValue(string $name): mixed
        {
            return Portal::$configuration[$name] ?? null;
        }
    }
}

namespace Bitrix\Main\Localization {
    use Parom\Bridge\Tests\Stubs\Portal;

    /** Stricter than the portal's, which gives `null` for a text that nobody wrote. */
    final class Loc
    {
        /** @var array<string, true> */
        private static array $files = [];

        public static function loadMessages(string $file): void
        {
            self::$files[\realpath($file) ?: $file] = true;
        }

        /** @param ?array<string, string> $replace */
        public static function getMessage(string $code, ?array $replace = null): string
        {
            $root = (string)\realpath(__DIR__ . '/../../parom.bridge');
            foreach (\array_keys(self::$files) as $file) {
                $lang = $root . '/lang/' . Portal::$language . \substr($file, \strlen($root));
                $MESS = [];
                if (\is_file($lang)) {
                    include $lang;
                }
                if (isset($MESS[$code])) {
                    return \strtr($MESS[$code], $replace ?? []);
                }
            }

            throw new \LogicException("No text {$code}");
        }
    }
}

namespace Bitrix\Main\Web {
    use Parom\Bridge\Tests\Stubs\Portal;

    final class HttpClient
    {
        /** @var array<string, string> */
        private array $headers = [];
        private int $status = 0;
        /** @var array<string, string> */
        private array $errors = [];

        /** @param array<string, mixed> $options */
        public function __construct(private array $options = [])
        {
        }

        public function setHeader(string $name, string $value): static
        {
            $this->headers[$name] = $value;

            return $this;
        }

        public function post(string $url, string $postData): string|false
        {
            Portal::$posts[] = ['url' => $url, 'headers' => $this->headers, 'body' => $postData, 'options' => $this->options];
            [$this->status, $answer] = Portal::$server === null ? [0, false] : (Portal::$server)($postData);
            $this->errors = $answer === false ? ['CONNECTION' => 'Connection refused'] : [];

            return $answer;
        }

        public function getStatus(): int
        {
            return $this->status;
        }

        /** @return array<string, string> */
        public function getError(): array
        {
            return $this->errors;
        }
    }
}

namespace {
    use Parom\Bridge\Tests\Stubs\Portal;

    final class CUser
    {
        public function __construct(private int $id, private bool $isAdmin)
        {
        }

        public function GetID(): int
        {
            return $this->id;
        }

        public function IsAdmin(): bool
        {
            return $this->isAdmin;
        }
    }

    final class CEventLog
    {
        /** @param array<string, string> $fields */
        public static function Add(array $fields): int
        {
            Portal::$log[] = $fields;

            return \count(Portal::$log);
        }
    }

    final class CAgent
    {
        public static function AddAgent(string $name, string $module = '', string $period = 'N', int $interval = 86400): int
        {
            Portal::$agents[$name] = ['MODULE_ID' => $module, 'AGENT_INTERVAL' => $interval, 'LAST_EXEC' => '28.11.2026 12:00:00'];

            return \count(Portal::$agents);
        }

        public static function RemoveModuleAgents(string $module): void
        {
            Portal::$agents = \array_filter(Portal::$agents, static fn (array $agent): bool => $agent['MODULE_ID'] !== $module);
        }

        /**
         * @param array<string, string> $order
         * @param array<string, string> $filter
         */
        public static function GetList(array $order = [], array $filter = []): object
        {
            $agent = Portal::$agents[$filter['NAME'] ?? ''] ?? false;

            return new class ($agent) {
                /** @param array<string, mixed>|false $agent */
                public function __construct(private array|false $agent)
                {
                }

                /** @return array<string, mixed>|false */
                public function Fetch(): array|false
                {
                    return $this->agent;
                }
            };
        }
    }
}
