<?php

declare(strict_types=1);

// Signatures and habits of the portal's ORM, as far as ours meets them. Written by us.

namespace Bitrix\Main\ORM {
    use Bitrix\Main\Error;

    final class EntityError extends Error
    {
        public function __construct(string $message, string|int $code = 'BX_ERROR')
        {
            parent::__construct($message, $code);
        }
    }

    final class EventResult extends \Bitrix\Main\EventResult
    {
        /** @var list<EntityError> */
        private array $errors = [];

        public function __construct()
        {
            parent::__construct(1);
        }

        public function addError(EntityError $error): void
        {
            $this->errors[] = $error;
        }

        /** @return list<EntityError> */
        public function getErrors(): array
        {
            return $this->errors;
        }
    }
}

namespace Bitrix\Main\ORM\Data {
    use Bitrix\Main\Event;
    use Bitrix\Main\ORM\EntityError;
    use Bitrix\Main\ORM\EventResult;
    use Bitrix\Main\Result;
    use Parom\Bridge\Tests\Stubs\Portal;
    use Parom\Bridge\Tests\Stubs\Rows;

    /** A table whose rows are an array of the stub portal. */
    abstract class DataManager
    {
        /** @var array<string, list<callable>> validators of all tables by their names */
        private static array $validators = [];

        /** @return array<int, array<string, mixed>> */
        abstract protected static function &rows(): array;

        /** The full name of its events, without the moment. */
        abstract protected static function eventName(): string;

        public static function forgetValidators(): void
        {
            self::$validators = [];
        }

        public static function getEntity(): object
        {
            return new class (self::$validators) {
                /** @param array<string, list<callable>> $validators */
                public function __construct(private array &$validators)
                {
                }

                public function getField(string $name): object
                {
                    return new class ($name, $this->validators) {
                        /** @param array<string, list<callable>> $validators */
                        public function __construct(private string $name, private array &$validators)
                        {
                        }

                        public function addValidator(callable $validator): static
                        {
                            $this->validators[$this->name][] = $validator;

                            return $this;
                        }
                    };
                }
            };
        }

        /** @param array<string, mixed> $parameters */
        public static function getList(array $parameters): Rows
        {
            if (Portal::$isBroken) {
                throw new \RuntimeException('the database is gone');
            }
            $found = \array_filter(
                static::rows(),
                static fn (array $row): bool => self::fits($row, $parameters['filter'] ?? []),
            );
            $select = \array_flip($parameters['select'] ?? []);
            $rows = \array_map(static fn (array $row): array => \array_intersect_key($row, $select), \array_values($found));

            return new Rows(\array_slice($rows, 0, $parameters['limit'] ?? null));
        }

        /**
         * Validators see only fields that are in the data.
         *
         * @param array<string, mixed> $data
         */
        public static function checkFields(Result $result, mixed $primary, array $data): void
        {
            foreach (self::$validators as $field => $validators) {
                foreach (\array_key_exists($field, $data) ? $validators : [] as $validator) {
                    $answer = $validator($data[$field], $primary, $data, (object)['name' => $field]);
                    if ($answer !== true) {
                        $result->addError(\is_string($answer) ? new EntityError($answer) : $answer);
                    }
                }
            }
        }

        /** @param array<string, mixed> $data */
        public static function add(array $data): Result
        {
            $result = new Result();
            self::before('OnBeforeAdd', ['fields' => $data], $result);
            // It goes on after a refusal of the event: two of one mind are two texts.
            static::checkFields($result, null, $data);
            if ($result->isSuccess()) {
                $rows = &static::rows();
                $id = $rows === [] ? 1 : \max(\array_keys($rows)) + 1;
                $rows[$id] = ['ID' => (string)$id] + \array_map(
                    static fn (mixed $value): mixed => \is_int($value) ? (string)$value : $value,
                    $data,
                );
            }

            return $result;
        }

        /** @param array<string, mixed> $data */
        public static function update(int $id, array $data): Result
        {
            $result = new Result();
            self::before('OnBeforeUpdate', ['id' => ['ID' => $id], 'primary' => ['ID' => $id], 'fields' => $data], $result);
            static::checkFields($result, ['ID' => $id], $data);
            if ($result->isSuccess()) {
                $rows = &static::rows();
                $rows[$id] = $data + $rows[$id];
            }

            return $result;
        }

        public static function delete(int $id): Result
        {
            $result = new Result();
            self::before('OnBeforeDelete', ['id' => ['ID' => $id], 'primary' => ['ID' => $id]], $result);
            if ($result->isSuccess()) {
                $rows = &static::rows();
                unset($rows[$id]);
            }

            return $result;
        }

        /** @param array<string, mixed> $parameters */
        private static function before(string $moment, array $parameters, Result $result): void
        {
            $event = new Event('crm', static::eventName() . '::' . $moment, $parameters);
            $event->send();
            foreach ($event->getResults() as $answer) {
                // `false` and `null` are passed over; anything else is asked for what only the ORM's class has.
                if ($answer === null || $answer === false) {
                    continue;
                }
                if (!$answer instanceof EventResult) {
                    throw new \Error('Call to undefined method ' . \get_debug_type($answer) . '::getErrors()');
                }
                foreach ($answer->getErrors() as $error) {
                    $result->addError($error);
                }
            }
        }

        /**
         * @param array<string, mixed> $row
         * @param array<string, mixed> $filter
         */
        private static function fits(array $row, array $filter): bool
        {
            foreach ($filter as $key => $wanted) {
                \preg_match('/^(=|@|!=)(\w+)$/', $key, $parts) === 1 || throw new \LogicException("filter {$key}");
                $value = (string)($row[$parts[2]] ?? '');
                $isThere = \in_array($value, \array_map('strval', (array)$wanted), true);
                if ($isThere === ($parts[1] === '!=')) {
                    return false;
                }
            }

            return true;
        }
    }
}
