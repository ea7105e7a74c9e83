<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Core;

use Parom\Bridge\Core\Outbox\Entity;
use Parom\Bridge\Core\Outbox\Event;
use Parom\Bridge\Core\Outbox\Outbox;
use Parom\Bridge\Core\Outbox\Recorder;
use Parom\Bridge\Core\Outbox\SqlOutbox;
use Parom\Bridge\Core\OwnWrites;
use Parom\Bridge\Tests\Doubles\Diary;
use Parom\Bridge\Tests\Doubles\HandClock;
use Parom\Bridge\Tests\Doubles\PdoDatabase;
use PHPUnit\Framework\TestCase;

final class RecorderTest extends TestCase
{
    private int $posts = 0;
    private bool $isEcho = false;
    private Diary $diary;

    protected function setUp(): void
    {
        $this->diary = new Diary();
    }

    public function testEveryEventMakesARowEvenARepeatedOne(): void
    {
        $outbox = new SqlOutbox(new PdoDatabase());
        $recorder = $this->recorder($outbox);
        $recorder->record(Entity::Deal, 7, Event::Changed);
        $recorder->record(Entity::Deal, 7, Event::Changed);

        self::assertCount(2, $outbox->oldest(10), 'the first may be on its way to Parom already');
        self::assertSame(2, $this->posts);
    }

    public function testACompanyIsItsOwnOwnerAndNobodyIsNoOwner(): void
    {
        $outbox = new SqlOutbox(new PdoDatabase());
        $recorder = $this->recorder($outbox);
        $recorder->record(Entity::Company, 7, Event::Changed);
        $recorder->record(Entity::Requisite, 8, Event::Changed, -1);
        $recorder->record(Entity::Requisite, 0, Event::Changed, 7);

        $owners = \array_map(static fn ($row): int => $row->change->companyId, $outbox->oldest(10));
        self::assertSame([7, 0], $owners);
    }

    public function testAnEchoIsNotRecorded(): void
    {
        $outbox = new SqlOutbox(new PdoDatabase());
        $this->isEcho = true;
        $this->recorder($outbox)->record(Entity::Deal, 7, Event::Changed);

        self::assertSame([[], 0], [$outbox->oldest(10), $this->posts]);
    }

    public function testAnOutboxThatFailsBreaksNoSaveAndIsToldOnce(): void
    {
        $outbox = $this->createMock(Outbox::class);
        $outbox->method('put')->willThrowException(new \RuntimeException('the table is gone'));
        $recorder = $this->recorder($outbox);
        $recorder->record(Entity::Deal, 7, Event::Changed);
        $recorder->record(Entity::Deal, 8, Event::Changed);

        self::assertSame(['change lost: the table is gone'], $this->diary->lines);
        self::assertSame(0, $this->posts);
    }

    public function testParomsOwnWritesAreThoseOfItsUserOverRest(): void
    {
        $own = new OwnWrites(7);
        self::assertTrue($own->isOne(true, 7));
        self::assertFalse($own->isOne(false, 7), 'the same person in a card is an employee');
        self::assertFalse($own->isOne(true, 8));
        self::assertFalse((new OwnWrites(0))->isOne(true, 0), 'nobody was named');
    }

    private function recorder(Outbox $outbox): Recorder
    {
        return new Recorder($outbox, $this->diary, new HandClock(), fn (): bool => $this->isEcho, function (): void {
            $this->posts++;
        });
    }
}
