<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Core;

use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Guard\Change;
use Parom\Bridge\Core\Guard\Finding;
use Parom\Bridge\Core\Guard\InnGuard;
use Parom\Bridge\Core\Guard\Owner;
use Parom\Bridge\Tests\Doubles\MemoryRequisites;
use PHPUnit\Framework\TestCase;

final class InnGuardTest extends TestCase
{
    private const INN = '7736207543';
    private const OTHER_INN = '7605016030';

    private MemoryRequisites $portal;

    protected function setUp(): void
    {
        $this->portal = (new MemoryRequisites())->has(1, 10, self::INN, '773601001');
    }

    public function testASecondClientWithTheInnIsARepeat(): void
    {
        $verdict = $this->guard()->look(self::new(20, ['RQ_INN' => '7736 207543']));

        self::assertSame(Finding::Repeated, $verdict->finding);
        self::assertSame(10, $verdict->other?->owner->id);
        self::assertSame(20, $verdict->companyId);
    }

    public function testACompanyThatIsBeingMadeIsAClientToo(): void
    {
        self::assertSame(Finding::Repeated, $this->find(self::new(0, ['RQ_INN' => self::INN])));
        $unnumbered = Change::adds(['ENTITY_TYPE_ID' => '4', 'RQ_INN' => self::INN]);
        self::assertSame(Finding::Repeated, $this->find($unnumbered));
    }

    public function testTheOnlyOneIsFree(): void
    {
        self::assertSame(Finding::Free, $this->find(self::new(20, ['RQ_INN' => self::OTHER_INN])));
    }

    public function testASecondRequisiteOfTheSameCompanyIsFree(): void
    {
        self::assertSame(Finding::Free, $this->find(self::new(10, ['RQ_INN' => self::INN])));
    }

    public function testAChangeFindsItsOwnerByTheNumber(): void
    {
        $this->portal->has(2, 20, self::OTHER_INN)->has(3, 10, self::OTHER_INN);

        self::assertSame(Finding::Repeated, $this->find(Change::changes(2, ['RQ_INN' => self::INN])));
        self::assertSame(Finding::Free, $this->find(Change::changes(3, ['RQ_INN' => self::INN])));
        $half = Change::changes(3, ['RQ_INN' => self::INN, 'ENTITY_TYPE_ID' => 4]);
        self::assertSame(Finding::Free, $this->find($half), 'the kind alone does not name the owner');
    }

    public function testAnOldRepeatCanBeSavedForAnotherReason(): void
    {
        $this->portal->has(2, 20, self::INN);

        $again = Change::changes(2, ['RQ_INN' => '7736-207543', 'RQ_DIRECTOR' => 'Иванов']);
        self::assertSame(Finding::Unchanged, $this->find($again));
        self::assertSame(Finding::NotTouched, $this->find(Change::changes(2, ['RQ_KPP' => '770401001'])));
    }

    public function testARequisiteThatChangesHandsIsNotAskedForItsInn(): void
    {
        $this->portal->has(2, 20, self::INN);

        self::assertSame(Finding::NotTouched, $this->find(Change::changes(2, ['ENTITY_TYPE_ID' => 4, 'ENTITY_ID' => 30])));
        self::assertSame([], $this->portal->calls, 'nor is the portal asked for anything');
    }

    public function testAnEmptyInnAndAStubAreNoRepeat(): void
    {
        foreach (['', '0', '0000000000', null] as $stub) {
            self::assertSame(Finding::NoInn, $this->find(self::new(20, ['RQ_INN' => $stub])));
        }
        self::assertSame([], $this->portal->calls);
    }

    public function testContactsOwnCompaniesAndStubsWithAddressesAreNoClients(): void
    {
        $this->portal->ownCompanies = [40];
        $contact = Change::adds(['ENTITY_TYPE_ID' => Owner::CONTACT, 'ENTITY_ID' => 5, 'RQ_INN' => self::INN]);

        self::assertSame(Finding::NoClient, $this->find($contact));
        self::assertSame(Finding::NoClient, $this->find(self::new(40, ['RQ_INN' => self::INN])));
        self::assertSame(Finding::NoClient, $this->find(self::new(20, ['RQ_INN' => self::INN, 'ADDRESS_ONLY' => 'Y'])));
        self::assertSame(Finding::NoClient, $this->find(Change::adds(['RQ_INN' => self::INN])), 'nobody names the owner');
    }

    public function testContactsOwnCompaniesAndStubsAreNobodysRepeat(): void
    {
        $this->portal->all = [];
        $this->portal->has(1, 5, self::INN, type: Owner::CONTACT)->has(2, 40, self::INN)->has(3, 41, self::INN, addressOnly: true)
            ->has(4, 42, self::INN, type: 21);
        $this->portal->ownCompanies = [40];

        self::assertSame(Finding::Free, $this->find(self::new(20, ['RQ_INN' => self::INN])));
    }

    public function testABranchIsLetPassWhereTheOptionAllowsIt(): void
    {
        $branch = self::new(20, ['RQ_INN' => self::INN, 'RQ_KPP' => '770401001']);
        self::assertSame(Finding::Repeated, $this->find($branch));
        self::assertSame(Finding::Free, $this->find($branch, Branches::ByKpp));

        $same = self::new(20, ['RQ_INN' => self::INN, 'RQ_KPP' => '773601001']);
        self::assertSame(Finding::Repeated, $this->find($same, Branches::ByKpp));
    }

    public function testTheKppOfABranchMayStandInThePortalAlready(): void
    {
        $this->portal->has(2, 20, self::OTHER_INN, '770401001');

        self::assertSame(Finding::Free, $this->find(Change::changes(2, ['RQ_INN' => self::INN]), Branches::ByKpp));
    }

    public function testEveryHolderOfTheInnIsLookedAt(): void
    {
        $this->portal->has(2, 11, self::INN, '770401001');

        $third = self::new(20, ['RQ_INN' => self::INN, 'RQ_KPP' => '770401001']);
        self::assertSame(11, $this->guard(Branches::ByKpp)->look($third)->other?->owner->id);
    }

    public function testTheInnIsLockedBeforeThePortalIsAsked(): void
    {
        $this->guard()->look(self::new(20, ['RQ_INN' => self::INN]));

        self::assertSame(['lock ' . self::INN, 'of clients ' . self::INN], $this->portal->calls);
    }

    public function testWhatIsSavedAlreadyIsLookedAtTheSameWay(): void
    {
        $this->portal->has(2, 20, self::INN)->has(3, 30, self::OTHER_INN)->has(4, 5, self::INN, type: Owner::CONTACT);
        $guard = $this->guard();

        self::assertSame(Finding::Repeated, $guard->lookAt($this->portal->all[1])->finding);
        self::assertSame(Finding::Free, $guard->lookAt($this->portal->all[2])->finding);
        self::assertSame(Finding::NoClient, $guard->lookAt($this->portal->all[3])->finding);
    }

    /** @param array<string, mixed> $fields */
    private static function new(int $company, array $fields): Change
    {
        return Change::adds(['ENTITY_TYPE_ID' => Owner::COMPANY, 'ENTITY_ID' => $company] + $fields);
    }

    private function find(Change $change, Branches $branches = Branches::Forbidden): Finding
    {
        return $this->guard($branches)->look($change)->finding;
    }

    private function guard(Branches $branches = Branches::Forbidden): InnGuard
    {
        return new InnGuard($this->portal, $this->portal, $branches);
    }
}
