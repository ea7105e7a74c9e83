<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Core;

use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Guard\Change;
use Parom\Bridge\Core\Guard\Doorkeeper;
use Parom\Bridge\Core\Guard\InnGuard;
use Parom\Bridge\Core\Guard\Saving;
use Parom\Bridge\Tests\Doubles\Diary;
use Parom\Bridge\Tests\Doubles\MemoryRequisites;
use PHPUnit\Framework\TestCase;

final class DoorkeeperTest extends TestCase
{
    private const TEXT = 'Клиент с таким ИНН уже создан';

    private MemoryRequisites $portal;
    private Diary $diary;

    protected function setUp(): void
    {
        $this->portal = (new MemoryRequisites())->has(1, 10, '7736207543');
        $this->diary = new Diary();
    }

    public function testItRefusesWhereSomebodyReadsIt(): void
    {
        foreach ([Saving::Form, Saving::Card, Saving::Rest, Saving::Import] as $saving) {
            self::assertSame(self::TEXT, $this->keeper($saving)->refusal(self::repeat()), $saving->value);
        }
        self::assertSame([], $this->diary->lines);
    }

    public function testItLetsPassAndNotesWhereARefusalWouldLoseData(): void
    {
        foreach ([Saving::AfterCard, Saving::Restore, Saving::WebForm, Saving::Unknown] as $saving) {
            $this->diary->lines = [];
            self::assertNull($this->keeper($saving)->refusal(self::repeat()), $saving->value);
            self::assertSame(["repeat passed: 20 10 {$saving->value}"], $this->diary->lines);
        }
    }

    public function testAMergeIsNoNews(): void
    {
        self::assertNull($this->keeper(Saving::Merge)->refusal(self::repeat()));
        self::assertSame([], $this->diary->lines);
    }

    public function testWhatTheCallerKnowsCountsUnlessCompaniesAreBeingMerged(): void
    {
        self::assertSame(self::TEXT, $this->keeper(Saving::Unknown)->refusal(self::repeat(), Saving::Form));
        self::assertNull($this->keeper(Saving::Merge)->refusal(self::repeat(), Saving::Card));
        self::assertNull($this->keeper(Saving::Restore)->refusal(self::repeat(), Saving::Card));
    }

    public function testTheWayIsAskedForOnlyWhereThereIsSomethingToRefuse(): void
    {
        $keeper = new Doorkeeper($this->guard(), $this->diary, static fn (): Saving => throw new \LogicException('asked'));

        self::assertNull($keeper->refusal(Change::adds(['ENTITY_TYPE_ID' => 4, 'ENTITY_ID' => 20, 'RQ_INN' => '7605016030'])));
        self::assertSame([], $this->diary->lines);
    }

    public function testAFailureOfTheCheckLetsTheSavePassAndIsToldOnce(): void
    {
        $this->portal->isBroken = true;
        $keeper = $this->keeper(Saving::Form);

        self::assertNull($keeper->refusal(self::repeat()));
        self::assertNull($keeper->refusal(self::repeat()));
        self::assertSame(['check failed: the database is gone'], $this->diary->lines);
    }

    public function testALogThatFailsBreaksNoSaveEither(): void
    {
        $keeper = new Doorkeeper(
            $this->guard(),
            $this->createConfiguredMock(\Parom\Bridge\Core\Journal::class, []),
            static fn (): Saving => throw new \LogicException('the stack is gone'),
        );
        self::assertNull($keeper->refusal(self::repeat()));

        $journal = $this->createMock(\Parom\Bridge\Core\Journal::class);
        $journal->method('checkFailed')->willThrowException(new \RuntimeException('the log is gone'));
        $this->portal->isBroken = true;
        self::assertNull((new Doorkeeper($this->guard(), $journal, static fn (): Saving => Saving::Form))->refusal(self::repeat()));
    }

    public function testARobotThatSavesThousandsDoesNotFillTheLog(): void
    {
        $keeper = $this->keeper(Saving::Unknown);
        for ($company = 100; $company < 200; $company++) {
            $keeper->refusal(self::repeat($company));
        }

        self::assertCount(20, $this->diary->lines);
    }

    public function testACompanyFromTheRecycleBinIsNotedWhenItRepeatsAnother(): void
    {
        $this->portal->has(2, 20, '7736207543')->has(3, 30, '7605016030');
        $keeper = $this->keeper(Saving::Unknown);
        $keeper->inspect(20, $this->portal);
        $keeper->inspect(30, $this->portal);

        self::assertSame(['repeat passed: 20 10 restore'], $this->diary->lines);
    }

    private static function repeat(int $company = 20): Change
    {
        return Change::adds(['ENTITY_TYPE_ID' => 4, 'ENTITY_ID' => $company, 'RQ_INN' => '7736207543']);
    }

    private function guard(): InnGuard
    {
        return new InnGuard($this->portal, $this->portal, Branches::Forbidden);
    }

    private function keeper(Saving $saving): Doorkeeper
    {
        return new Doorkeeper($this->guard(), $this->diary, static fn (): Saving => $saving);
    }
}
