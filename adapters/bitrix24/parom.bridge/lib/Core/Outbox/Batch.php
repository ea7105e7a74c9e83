<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Rows that go in one request. Of rows with the same key the newest speaks for all. */
final class Batch
{
    /** Parom refuses more. */
    public const CHANGES_MAX = 1000;
    public const BYTES_MAX = 1 << 20;

    /** @param array<int, list<int>> $covered numbers of rows by the number of the row that speaks for them, itself included */
    private function __construct(
        public readonly string $body,
        private readonly array $covered,
    ) {
    }

    /** @param list<Row> $rows in the order of their numbers; what does not fit waits for the next batch */
    public static function of(array $rows, int $changesMax = self::CHANGES_MAX, int $bytesMax = self::BYTES_MAX): self
    {
        /** @var array<string, list<Row>> $cards */
        $cards = [];
        foreach ($rows as $row) {
            $cards[$row->key()][] = $row;
        }
        $newest = \array_map(static fn (array $same): Row => $same[\count($same) - 1], $cards);
        \uasort($newest, static fn (Row $one, Row $other): int => $one->id <=> $other->id);

        $entries = [];
        $covered = [];
        $bytes = \strlen('{"changes":[]}');
        foreach ($newest as $key => $row) {
            $entry = \json_encode($row->toWire(), \JSON_THROW_ON_ERROR);
            $bytes += \strlen($entry) + 1;
            if (\count($entries) >= $changesMax || $bytes > $bytesMax) {
                break;
            }
            $entries[] = $entry;
            $covered[$row->id] = \array_map(static fn (Row $same): int => $same->id, $cards[$key]);
        }

        return new self('{"changes":[' . \implode(',', $entries) . ']}', $covered);
    }

    public function size(): int
    {
        return \count($this->covered);
    }

    /**
     * The rows that may be forgotten once Parom has everything of this batch up to a number. Rows that were not in it are
     * none of them, whatever number was answered.
     *
     * @return list<int>
     */
    public function upTo(int $number): array
    {
        $taken = \array_filter($this->covered, static fn (int $id): bool => $id <= $number, \ARRAY_FILTER_USE_KEY);

        return \array_merge([], ...\array_values($taken));
    }

    /** @return list<int> every row that this batch stands for */
    public function ids(): array
    {
        return $this->upTo(\PHP_INT_MAX);
    }
}
