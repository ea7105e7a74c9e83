<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Core;

use Parom\Bridge\Core\Outbox\Batch;
use Parom\Bridge\Core\Outbox\Change;
use Parom\Bridge\Core\Outbox\Entity;
use Parom\Bridge\Core\Outbox\Event;
use Parom\Bridge\Core\Outbox\Row;
use Parom\Bridge\Core\Outbox\SqlOutbox;
use Parom\Bridge\Core\Outbox\Summary;
use Parom\Bridge\Tests\Doubles\PdoDatabase;
use PHPUnit\Framework\TestCase;

/** The table and what is made of its rows. The statements are the module's own. */
final class OutboxTest extends TestCase
{
    private PdoDatabase $database;
    private SqlOutbox $outbox;

    protected function setUp(): void
    {
        $this->database = new PdoDatabase();
        $this->outbox = new SqlOutbox($this->database);
    }

    public function testRowsComeInTheOrderOfTheirNumbersWhichOnlyGrow(): void
    {
        $this->put(Entity::Requisite, 45, 123);
        $this->put(Entity::Deal, 7);
        $this->outbox->forget([1, 2]);
        $this->put(Entity::Company, 123, 123);

        $rows = $this->outbox->oldest(10);
        self::assertSame([3], self::ids($rows));
        self::assertEquals(new Change(Entity::Company, 123, Event::Changed, 123, 1_800_000_000), $rows[0]->change);
    }

    public function testOnlyNamedRowsAreForgotten(): void
    {
        foreach (\range(1, 1200) as $id) {
            $this->put(Entity::Deal, $id);
        }
        $this->outbox->forget(\array_values(\array_diff(\range(1, 1200), [5, 1200])));

        self::assertSame([5, 1200], self::ids($this->outbox->oldest(10)));
        $this->outbox->forget([]);
        self::assertSame(2, $this->outbox->summary()->length);
    }

    public function testTheBodyIsAsParomReadsIt(): void
    {
        $this->put(Entity::Requisite, 45, 123);
        $this->put(Entity::Deal, 7);

        // The same file is read by Parom's own tests, and its emulated portal writes the same fields.
        self::assertStringEqualsFile(__DIR__ . '/../wire/changes.json', Batch::of($this->outbox->oldest(10))->body);
        self::assertSame('{"changes":[]}', Batch::of([])->body);
    }

    public function testOfRowsOfOneCardTheNewestSpeaksForAll(): void
    {
        $this->put(Entity::Deal, 7, event: Event::Added);
        $this->put(Entity::Deal, 8);
        $this->put(Entity::Deal, 7);
        $this->put(Entity::Requisite, 7, 1);
        $this->put(Entity::Requisite, 7, 2);

        $batch = Batch::of($this->outbox->oldest(10));
        self::assertSame([2, 3, 4, 5], \array_column(\json_decode($batch->body, true)['changes'], 'id'));
        self::assertSame([2, 1, 3], $batch->upTo(3), 'the older row goes with the one that speaks for it');
        self::assertSame([2], $batch->upTo(2), 'and not before');
        self::assertSame([], $batch->upTo(1));
    }

    public function testARowThatWasNotInTheBatchIsNotTakenByItsNumber(): void
    {
        $batch = Batch::of([self::row(6), self::row(9)]);

        self::assertSame([6, 9], $batch->upTo(1_000_000));
    }

    public function testABatchIsNoLongerThanParomTakes(): void
    {
        $rows = \array_map(self::row(...), \range(1, 1500));

        self::assertSame(1000, Batch::of($rows)->size());
        self::assertSame(\range(1, 1000), Batch::of($rows)->ids());
        $short = Batch::of($rows, bytesMax: 10_000);
        self::assertLessThanOrEqual(10_000, \strlen($short->body));
        self::assertGreaterThan(50, $short->size());
        $full = Batch::of(\array_map(self::row(...), \range(\PHP_INT_MAX - 999, \PHP_INT_MAX)));
        self::assertSame(1000, $full->size());
        self::assertLessThan(Batch::BYTES_MAX, \strlen($full->body));
    }

    public function testAWeekOfEditsLeavesARowForEveryCard(): void
    {
        foreach (\range(1, 300) as $edit) {
            $this->put(Entity::Company, $edit % 3 + 1, $edit % 3 + 1);
        }
        $this->put(Entity::Requisite, 1, 1);
        $this->outbox->collapse(500);

        self::assertSame([298, 299, 300, 301], self::ids($this->outbox->oldest(10)));
        $this->outbox->collapse(500);
        self::assertSame(4, $this->outbox->summary()->length);
    }

    public function testCollapsingIsDoneInParts(): void
    {
        foreach ([1, 1, 1, 2, 2, 3] as $deal) {
            $this->put(Entity::Deal, $deal);
        }
        $this->outbox->collapse(1);

        self::assertSame([3, 4, 5, 6], self::ids($this->outbox->oldest(10)), 'what has most rows goes first');
    }

    public function testTheSummaryTellsHowManyWaitAndSinceWhen(): void
    {
        self::assertEquals(new Summary(0, null), $this->outbox->summary());
        $this->put(Entity::Deal, 1, at: 100);
        $this->put(Entity::Deal, 2, at: 200);
        self::assertEquals(new Summary(2, 100), $this->outbox->summary());
    }

    public function testACardTellsWhatOfItWaits(): void
    {
        $this->put(Entity::Company, 123, 123, at: 100);
        $this->put(Entity::Requisite, 45, 123, at: 200);
        $this->put(Entity::Deal, 123, at: 300);
        $this->outbox->sent([1], 150);

        $company = $this->outbox->ofCard(Entity::Company, 123);
        self::assertSame([2, 200, 150], [$company->rows, $company->lastChangeAt, $company->lastSentAt]);
        $deal = $this->outbox->ofCard(Entity::Deal, 123);
        self::assertSame([1, 300, null], [$deal->rows, $deal->lastChangeAt, $deal->lastSentAt]);
        $nothing = $this->outbox->ofCard(Entity::Deal, 5);
        self::assertSame([0, null, null], [$nothing->rows, $nothing->lastChangeAt, $nothing->lastSentAt]);
    }

    private function put(Entity $entity, int $id, int $company = 0, Event $event = Event::Changed, int $at = 1_800_000_000): void
    {
        $this->outbox->put(new Change($entity, $id, $event, $company, $at));
    }

    private static function row(int $id): Row
    {
        return new Row($id, new Change(Entity::Requisite, $id, Event::Changed, $id, 1_800_000_000));
    }

    /**
     * @param list<Row> $rows
     * @return list<int>
     */
    private static function ids(array $rows): array
    {
        return \array_map(static fn (Row $row): int => $row->id, $rows);
    }
}
