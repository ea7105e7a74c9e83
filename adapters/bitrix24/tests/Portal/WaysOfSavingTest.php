<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Portal;

use Bitrix\Crm\EntityRequisite;
use Bitrix\Crm\Merger\RequisiteMergingHelper;
use Bitrix\Crm\Requisite\ImportHelper;
use Bitrix\Crm\RequisiteTable;
use Bitrix\Crm\WebForm\Requisite as WebFormRequisite;
use Bitrix\Main\Event;
use Bitrix\Main\ORM\EventResult;
use Bitrix\Main\Result;
use Bitrix\Rest\RestException;
use Parom\Bridge\Core\Guard\Saving;
use Parom\Bridge\Portal\CallStack;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\Parts;
use Parom\Bridge\Portal\RequisiteGuard;
use Parom\Bridge\Tests\Stubs\Portal;

/** Every way in which a portal saves a requisite, and what becomes of a repeated ИНН on it. */
final class WaysOfSavingTest extends PortalTestCase
{
    public function testTheFormOfACardInViewModeRefusesAndSaysItOnce(): void
    {
        Portal::nextRequest(self::FORM);

        $result = (new EntityRequisite())->add($this->of(20, self::INN));

        self::assertSame([self::TEXT], $result->getErrorMessages());
        self::assertCount(1, Portal::$requisites);
        self::assertSame([], $this->logged(), 'the event of the table leaves it to the validator');
    }

    public function testTheFormOfACardInEditModeRefusesByItsCheck(): void
    {
        $requisite = $this->company(20, self::OTHER_INN);
        Portal::nextRequest(self::FORM);

        self::assertSame([self::TEXT], (new EntityRequisite())->checkBeforeAdd($this->of(0, self::INN))->getErrorMessages());
        $change = (new EntityRequisite())->checkBeforeUpdate($requisite, ['RQ_INN' => self::INN]);
        self::assertSame([self::TEXT], $change->getErrorMessages());
        $free = (new EntityRequisite())->checkBeforeAdd($this->of(0, '5001007322'));
        self::assertTrue($free->isSuccess());
    }

    public function testTheFormOfOlderPortalsRefusesToo(): void
    {
        Portal::nextRequest('/bitrix/components/bitrix/crm.requisite.edit/popup.ajax.php');

        self::assertFalse((new EntityRequisite())->checkBeforeAdd($this->of(0, self::INN))->isSuccess());
    }

    public function testTheValidatorStandsOnNoOtherPage(): void
    {
        foreach (['/crm/company/details/10/', self::CARD, '/rest/1/code/crm.requisite.add', '/crm.requisite.details/slider.ajax.php/x', ''] as $page) {
            Portal::nextRequest($page);
            self::assertTrue((new EntityRequisite())->checkBeforeAdd($this->of(0, self::INN))->isSuccess(), $page);
        }
    }

    public function testACardThatIsSavedAtLastIsRefusedBeforeAnythingIsWritten(): void
    {
        Portal::nextRequest(self::CARD);
        $this->posts('n0', ['RQ_INN' => self::INN]);

        self::assertSame(self::TEXT, \CCrmCompany::saveCard(null, ['TITLE' => 'Ромашка']));
        self::assertSame([self::CLIENT], \array_keys(Portal::$companies), 'no company without requisites is left behind');
    }

    public function testACompanyThatIsSavedWithAnotherInnIsRefusedToo(): void
    {
        $requisite = $this->company(20, self::OTHER_INN);
        Portal::nextRequest(self::CARD);
        $this->posts($requisite, ['RQ_INN' => self::INN]);

        self::assertSame(self::TEXT, \CCrmCompany::saveCard(20, ['TITLE' => 'Ромашка']));
        self::assertSame(self::OTHER_INN, $this->innOf($requisite));
    }

    public function testAnUnchangedRepeatDoesNotStopTheCard(): void
    {
        $requisite = $this->company(20, self::INN);
        Portal::nextRequest(self::CARD);
        $this->posts($requisite, ['RQ_INN' => self::INN, 'RQ_DIRECTOR' => 'Иванов']);

        self::assertSame('', \CCrmCompany::saveCard(20, ['TITLE' => 'Ромашка']));
        self::assertSame('Иванов', Portal::$requisites[$requisite]['RQ_DIRECTOR']);
    }

    public function testWhatBearsNoSignatureOrIsBeingDeletedIsNotRead(): void
    {
        Portal::nextRequest(self::CARD);
        $_POST['REQUISITES'] = [
            'n0' => ['DATA' => \json_encode(['fields' => ['RQ_INN' => self::INN]]), 'SIGN' => 'forged'],
            '100' => ['DELETED' => 'Y'],
        ];

        self::assertSame('', \CCrmCompany::saveCard(null, ['TITLE' => 'Ромашка']));
    }

    public function testAnOwnCompanyOfThePortalIsNoClient(): void
    {
        Portal::nextRequest(self::CARD);
        $this->posts('n0', ['RQ_INN' => self::INN]);

        self::assertSame('', \CCrmCompany::saveCard(null, ['TITLE' => 'Мы', 'IS_MY_COMPANY' => 'Y']));
    }

    /** Only its requisites were changed, so the company's events keep silent, and the portal would drop the error. */
    public function testRequisitesBehindACardAreNotThrownAway(): void
    {
        $requisite = $this->company(20, self::OTHER_INN);
        Portal::nextRequest(self::CARD);
        $this->posts($requisite, ['RQ_INN' => self::INN, 'RQ_DIRECTOR' => 'Иванов']);

        self::assertSame('', \CCrmCompany::saveCard(20, []));
        self::assertSame([self::INN, 'Иванов'], [$this->innOf($requisite), Portal::$requisites[$requisite]['RQ_DIRECTOR']]);
        self::assertCount(1, $this->logged());
        self::assertStringContainsString('у компании № 20 тот же ИНН, что у компании № 10', $this->logged()[0]);
        self::assertStringNotContainsString(self::INN, $this->logged()[0]);
    }

    /** The client block of a deal saves a company and its requisites, and passes no error of theirs on. */
    public function testACompanyInsideADealKeepsWhatWasTyped(): void
    {
        Portal::nextRequest('/bitrix/components/bitrix/crm.deal.details/ajax.php');
        $fields = ['TITLE' => 'Ромашка'];
        $company = (int)(new \CCrmCompany())->Add($fields);
        EntityRequisite::saveFormData(4, $company, ['n0' => ['fields' => ['RQ_INN' => self::INN]]], []);
        Portal::endRequest();

        self::assertCount(2, Portal::$requisites);
        self::assertNotSame([], $this->logged());
    }

    public function testRestAnswersTheText(): void
    {
        Portal::nextRequest('/rest/1/k3y/crm.requisite.add.json');
        try {
            $this->rest(fn (): Result => (new EntityRequisite())->add($this->of(20, self::INN)));
            self::fail('it was saved');
        } catch (RestException $refusal) {
            self::assertSame([self::TEXT, ''], [$refusal->getMessage(), $refusal->getErrorCode()]);
        }
    }

    public function testRestRefusesAChangeThatNamesTheNumberAlone(): void
    {
        $requisite = $this->company(20, self::OTHER_INN);
        Portal::nextRequest('/rest/1/k3y/crm.requisite.update.json');

        $this->expectExceptionMessage(self::TEXT);
        $this->rest(fn (): Result => (new EntityRequisite())->update($requisite, ['RQ_INN' => self::INN]));
    }

    public function testARestOfAnotherMakeIsKnownByItsAddress(): void
    {
        Portal::nextRequest('/rest/api/1/k3y/crm.requisite.add');

        self::assertSame([self::TEXT], RequisiteTable::add($this->of(20, self::INN))->getErrorMessages());
        self::assertSame(Saving::Unknown, CallStack::read([]));
        self::assertSame(Saving::Merge, CallStack::read([
            ['class' => '\bitrix\crm\merger\CompanyMerger', 'function' => 'merge'],
            ['class' => 'CRestServer', 'function' => 'process'],
        ]), 'the innermost call decides');
    }

    public function testParomItselfHasNoWayAround(): void
    {
        (new Options())->set(Options::TECHNICAL_USER, '1');
        Portal::nextRequest('/rest/1/k3y/crm.requisite.add.json', user: 1);

        $this->expectExceptionMessage(self::TEXT);
        $this->rest(fn (): Result => (new EntityRequisite())->add($this->of(20, self::INN)));
    }

    public function testRestOfAContactIsNoneOfOurs(): void
    {
        Portal::nextRequest('/rest/1/k3y/crm.requisite.add.json');
        $contact = ['ENTITY_TYPE_ID' => 3, 'ENTITY_ID' => 5, 'RQ_INN' => self::INN];

        self::assertTrue($this->rest(fn (): Result => (new EntityRequisite())->add($contact))->isSuccess());
    }

    public function testAnImportListsTheRowAsAnError(): void
    {
        $result = ImportHelper::importParsedRequisites($this->of(20, self::INN));

        self::assertSame([self::TEXT], $result->getErrorMessages());
    }

    public function testAWebFormKeepsWhatWasTyped(): void
    {
        self::assertTrue(WebFormRequisite::fill($this->of(20, self::INN))->isSuccess());
        self::assertStringContainsString('CRM-форма', $this->logged()[0]);
    }

    public function testARobotIsLetPassAndNoted(): void
    {
        self::assertTrue(RequisiteTable::add($this->of(20, self::INN))->isSuccess());
        self::assertStringContainsString('робот', $this->logged()[0]);
    }

    public function testAMergeKeepsTheInn(): void
    {
        $survivor = $this->company(20, '');
        RequisiteMergingHelper::merge($survivor, self::CLIENT * 10);

        self::assertSame(self::INN, $this->innOf($survivor));
        self::assertSame([], $this->logged());
    }

    public function testAMergeOverRestKeepsTheInnToo(): void
    {
        $survivor = $this->company(20, '');
        Portal::nextRequest('/rest/1/k3y/crm.entity.mergeBatch');
        $this->rest(function () use ($survivor): Result {
            RequisiteMergingHelper::merge($survivor, self::CLIENT * 10);

            return new Result();
        });

        self::assertSame(self::INN, $this->innOf($survivor));
    }

    public function testARequisiteThatChangesHandsPasses(): void
    {
        $requisite = $this->company(20, self::INN);

        self::assertTrue(RequisiteMergingHelper::rebind($requisite, 30)->isSuccess());
    }

    public function testACompanyFromTheRecycleBinIsNotedAfterTheResponse(): void
    {
        Portal::nextRequest('/bitrix/services/main/ajax.php');
        $fields = ['TITLE' => 'Ромашка'];
        $company = (int)(new \CCrmCompany())->Add($fields);
        // Its requisites come by a plain statement that sends no event.
        Portal::$requisites[500] = ['ID' => '500'] + $this->of($company, self::INN);
        self::assertSame([], $this->logged());
        Portal::endRequest();

        self::assertStringContainsString("у компании № {$company} тот же ИНН, что у компании № 10", $this->logged()[0]);
    }

    public function testBranchesPassByTheOption(): void
    {
        Portal::$requisites[self::CLIENT * 10]['RQ_KPP'] = '773601001';
        (new Options())->set(Options::BRANCHES, 'inn+kpp');
        Portal::nextRequest(self::FORM);

        $branch = $this->of(20, self::INN) + ['RQ_KPP' => '770401001'];
        self::assertTrue((new EntityRequisite())->add($branch)->isSuccess());
        $same = $this->of(30, self::INN) + ['RQ_KPP' => '773601001'];
        self::assertSame([self::TEXT], (new EntityRequisite())->add($same)->getErrorMessages());
    }

    public function testSwitchedOffItRefusesNothing(): void
    {
        (new Options())->set(Options::GUARD, 'N');
        Portal::nextRequest(self::FORM);
        self::assertTrue((new EntityRequisite())->add($this->of(20, self::INN))->isSuccess());
        self::assertTrue(ImportHelper::importParsedRequisites($this->of(30, self::INN))->isSuccess());

        Portal::nextRequest(self::CARD);
        $this->posts('n0', ['RQ_INN' => self::INN]);
        self::assertSame('', \CCrmCompany::saveCard(null, ['TITLE' => 'Ромашка']));
    }

    public function testAModuleWhoseFolderWasDeletedStopsNobody(): void
    {
        unset(Portal::$modules['parom.bridge']);
        Portal::nextRequest(self::FORM);

        self::assertTrue((new EntityRequisite())->add($this->of(20, self::INN))->isSuccess());
    }

    public function testACheckThatFailsBreaksNoSaveAndStandsInTheLog(): void
    {
        Portal::nextRequest(self::FORM);
        Portal::$isBroken = true;

        self::assertTrue((new EntityRequisite())->add($this->of(20, self::INN))->isSuccess());
        self::assertCount(1, $this->logged());
        self::assertStringContainsString('the database is gone', $this->logged()[0]);
        self::assertSame(['PAROM_BRIDGE', 'parom.bridge'], [Portal::$log[0]['AUDIT_TYPE_ID'], Portal::$log[0]['MODULE_ID']]);
    }

    public function testACheckThatFailsInTheTableBreaksNoSaveEither(): void
    {
        Portal::$isBroken = true;

        self::assertTrue(ImportHelper::importParsedRequisites($this->of(20, self::INN))->isSuccess());
        self::assertCount(1, $this->logged());
    }

    public function testSettingsThatCannotBeReadBreakNoSave(): void
    {
        Portal::$configuration['parom.bridge'] = new \stdClass();
        Portal::$options['parom.bridge'] = ['guard' => 'Y', 'branches' => 'nonsense', 'queue_state' => '{"tries":"x"'];
        Portal::nextRequest(self::FORM);

        self::assertSame([self::TEXT], (new EntityRequisite())->add($this->of(20, self::INN))->getErrorMessages());
    }

    /** Anything else in the answer of a table's event is a fatal error in the middle of a save. */
    public function testTheTableIsAnsweredNothingOrTheResultOfTheOrm(): void
    {
        $ask = static fn (string $method, array $parameters): mixed
            => RequisiteGuard::$method(new Event('crm', '', $parameters));
        $of = $this->of(20, self::INN);

        self::assertNull($ask('onBeforeAdd', ['fields' => $this->of(20, self::OTHER_INN)]));
        self::assertNull($ask('onBeforeAdd', []));
        self::assertNull($ask('onBeforeUpdate', []));
        self::assertNull($ask('onBeforeUpdate', ['id' => ['ID' => 999], 'fields' => ['RQ_INN' => self::INN]]));
        self::assertNull($ask('onBeforeAdd', ['fields' => $of]), 'on an unknown way');
        $refused = $this->restAnswer(static fn (): mixed => $ask('onBeforeAdd', ['fields' => $of]));
        self::assertSame(EventResult::class, \get_class($refused));
        self::assertSame(self::TEXT, $refused->getErrors()[0]->getMessage());
        $id = $this->company(20, self::OTHER_INN);
        foreach ([['ID' => $id], (string)$id] as $spelled) {
            $asked = ['id' => $spelled, 'fields' => ['RQ_INN' => self::INN]];
            self::assertInstanceOf(EventResult::class, $this->restAnswer(static fn (): mixed => $ask('onBeforeUpdate', $asked)));
        }
    }

    public function testTheInnIsLockedUntilTheResponseHasGoneOut(): void
    {
        Portal::nextRequest(self::FORM);
        Portal::$lockCalls = [];
        (new EntityRequisite())->add($this->of(20, self::OTHER_INN));
        self::assertSame(['lock parom_bridge_inn_' . self::OTHER_INN . ' 2'], Portal::$lockCalls);
        self::assertNotSame([], Portal::$locks);
        Portal::endRequest();

        self::assertSame([], Portal::$locks);
    }

    public function testALockThatSomebodyElseKeepsTooLongStopsNobody(): void
    {
        Portal::nextRequest(self::FORM);
        Portal::$locks['parom_bridge_inn_' . self::OTHER_INN] = 'they';

        self::assertTrue((new EntityRequisite())->add($this->of(20, self::OTHER_INN))->isSuccess());
    }

    public function testALongImportHoldsFewLocks(): void
    {
        Portal::nextRequest('/crm/company/import/');
        for ($company = 1000; $company < 1200; $company++) {
            ImportHelper::importParsedRequisites($this->of($company, '773620' . $company));
        }

        self::assertCount(50, Portal::$locks);
    }

    public function testSpellingsAreNoDifference(): void
    {
        Portal::$requisites[self::CLIENT * 10]['RQ_INN'] = '7736 207543';
        Portal::nextRequest(self::FORM);

        self::assertSame([self::TEXT], (new EntityRequisite())->add($this->of(20, ' 7736 207543'))->getErrorMessages());
    }

    public function testCompaniesThatAreGoneAndOwnOnesAreNobodysRepeat(): void
    {
        Portal::nextRequest(self::FORM);
        Portal::$companies[self::CLIENT]['IS_MY_COMPANY'] = 'Y';
        self::assertTrue((new EntityRequisite())->checkBeforeAdd($this->of(20, self::INN))->isSuccess());
        unset(Portal::$companies[self::CLIENT]);
        self::assertTrue((new EntityRequisite())->checkBeforeAdd($this->of(20, self::INN))->isSuccess());
    }

    private function restAnswer(\Closure $work): mixed
    {
        $answer = null;
        $this->rest(static function () use ($work, &$answer): Result {
            $answer = $work();

            return new Result();
        });

        return $answer;
    }
}
