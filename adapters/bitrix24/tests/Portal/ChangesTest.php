<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Portal;

use Bitrix\Crm\EntityBankDetail;
use Bitrix\Crm\EntityRequisite;
use Bitrix\Crm\Merger\RequisiteMergingHelper;
use Bitrix\Main\Application;
use Bitrix\Main\Event;
use Parom\Bridge\Portal\Agent;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\Parts;
use Parom\Bridge\Tests\Stubs\Portal;

/** What happens in the portal, and what of it stands in the outbox. */
final class ChangesTest extends PortalTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->reports();
    }

    public function testACompany(): void
    {
        $fields = ['ID' => 10, 'TITLE' => 'Ромашка'];
        Portal::old('crm', 'OnAfterCrmCompanyAdd', [&$fields]);
        Portal::old('crm', 'OnAfterCrmCompanyUpdate', [&$fields]);
        Portal::old('crm', 'OnAfterCrmCompanyDelete', ['10']);

        self::assertSame(['company 10 10 add', 'company 10 10 update', 'company 10 10 delete'], $this->waiting());
    }

    public function testADealAndItsProductRows(): void
    {
        $fields = ['ID' => '7'];
        Portal::old('crm', 'OnAfterCrmDealAdd', [&$fields]);
        Portal::old('crm', 'OnAfterCrmDealUpdate', [&$fields]);
        Portal::old('crm', 'OnAfterCrmDealProductRowsSave', [7, [['PRODUCT_NAME' => 'Насос']]]);
        Portal::new(new Event('crm', 'OnAfterDealMoveToCategory', ['id' => 7, 'categoryId' => 1, 'stageId' => 'C1:NEW']));
        Portal::old('crm', 'OnAfterCrmDealDelete', [7]);

        self::assertSame(
            ['deal 7 0 add', 'deal 7 0 update', 'deal 7 0 update', 'deal 7 0 update', 'deal 7 0 delete'],
            $this->waiting(),
        );
    }

    public function testARequisiteNamesItsCompanyEvenWhenItIsGone(): void
    {
        $entity = new EntityRequisite();
        $entity->add($this->of(20, self::OTHER_INN));
        $entity->update(101, ['RQ_DIRECTOR' => 'Иванов']);
        $entity->delete(101);

        self::assertSame(['requisite 101 20 add', 'requisite 101 20 update', 'requisite 101 20 delete'], $this->waiting());
    }

    public function testABankDetailNamesTheCompanyOfItsRequisite(): void
    {
        Portal::$bankDetails[5] = ['ID' => '5', 'ENTITY_TYPE_ID' => '8', 'ENTITY_ID' => '100'];
        $full = ['ENTITY_TYPE_ID' => 8, 'ENTITY_ID' => 100, 'RQ_BIK' => '044525225'];
        Portal::new(new Event('crm', 'OnAfterBankDetailAdd', ['id' => 5, 'fields' => $full]));
        Portal::new(new Event('crm', 'OnAfterBankDetailUpdate', ['id' => 5, 'fields' => ['RQ_BIK' => '044525225']]));
        (new EntityBankDetail())->delete(5);

        self::assertSame(['bankdetail 5 10 add', 'bankdetail 5 10 update', 'bankdetail 5 10 delete'], $this->waiting());
    }

    public function testABankDetailThatGoesWithItsRequisiteStillNamesTheCompany(): void
    {
        Portal::$bankDetails[5] = ['ID' => '5', 'ENTITY_TYPE_ID' => '8', 'ENTITY_ID' => '100'];
        (new EntityRequisite())->delete(100);
        (new EntityBankDetail())->delete(5);

        self::assertSame(['requisite 100 10 delete', 'bankdetail 5 10 delete'], $this->waiting());
    }

    public function testAnAddressGoesUnderItsRequisite(): void
    {
        $key = ['TYPE_ID' => 6, 'ENTITY_TYPE_ID' => 8, 'ENTITY_ID' => 100];
        Portal::new(new Event('crm', 'OnAfterAddressRegister', [
            'fields' => $key + ['ANCHOR_TYPE_ID' => 4, 'ANCHOR_ID' => 10, 'ADDRESS_1' => 'ул. Льва Толстого, 16'],
        ]));
        Portal::new(new Event('crm', 'OnAfterAddressUnregister', ['fields' => $key]));

        self::assertSame(['address 100 10 update', 'address 100 10 delete'], $this->waiting());
    }

    public function testAnAddressOfACompanyOnOldPortalsIsAChangeOfTheCompany(): void
    {
        $fields = ['TYPE_ID' => 6, 'ENTITY_TYPE_ID' => 4, 'ENTITY_ID' => 10];
        Portal::new(new Event('crm', 'OnAfterAddressRegister', ['fields' => $fields]));

        self::assertSame(['company 10 10 update'], $this->waiting());
    }

    public function testWhatBelongsToContactsIsLeftOut(): void
    {
        Portal::$requisites[300] = ['ID' => '300', 'ENTITY_TYPE_ID' => '3', 'ENTITY_ID' => '5', 'RQ_INN' => ''];
        Portal::$bankDetails[6] = ['ID' => '6', 'ENTITY_TYPE_ID' => '8', 'ENTITY_ID' => '300'];
        $entity = new EntityRequisite();
        $entity->add(['ENTITY_TYPE_ID' => 3, 'ENTITY_ID' => 5]);
        $entity->update(300, ['RQ_DIRECTOR' => 'Иванов']);
        Portal::new(new Event('crm', 'OnAfterBankDetailUpdate', ['id' => 6, 'fields' => []]));
        $address = ['TYPE_ID' => 1, 'ENTITY_TYPE_ID' => 8, 'ENTITY_ID' => 300, 'ANCHOR_TYPE_ID' => 3, 'ANCHOR_ID' => 5];
        Portal::new(new Event('crm', 'OnAfterAddressRegister', ['fields' => $address]));
        (new EntityBankDetail())->delete(6);
        $entity->delete(300);

        self::assertSame([], $this->waiting());
    }

    public function testWhoseSomethingIsNeedNotBeKnown(): void
    {
        Portal::new(new Event('crm', 'OnAfterRequisiteDelete', ['id' => 999]));
        Portal::new(new Event('crm', 'OnAfterBankDetailDelete', ['id' => 999]));

        self::assertSame(['requisite 999 0 delete', 'bankdetail 999 0 delete'], $this->waiting());
    }

    public function testARequisiteThatChangesHandsIsAChangeOfBothCompanies(): void
    {
        $this->company(20, '');
        RequisiteMergingHelper::rebind(100, 20);

        self::assertSame(['requisite 100 20 update', 'company 10 10 update'], $this->waiting());
    }

    public function testARowSharesTheFateOfTheSave(): void
    {
        $connection = Application::getConnection();
        $connection->startTransaction();
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов']);
        $connection->rollbackTransaction();
        self::assertSame([], $this->waiting());

        $connection->startTransaction();
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов']);
        $connection->commitTransaction();
        self::assertSame(['requisite 100 10 update'], $this->waiting());
    }

    public function testItIsPostedOnceAfterTheResponse(): void
    {
        Portal::$server = static fn (): array => [200, '{"accepted_up_to":2}'];
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов']);
        Portal::old('crm', 'OnAfterCrmDealDelete', [7]);
        self::assertSame([], Portal::$posts);
        self::assertCount(1, Portal::$jobs, 'however much was changed');
        Portal::endRequest();

        self::assertCount(1, Portal::$posts);
        $post = Portal::$posts[0];
        self::assertSame('http://parom.local:8024/bitrix24/changes', $post['url']);
        self::assertSame('sha256=' . \hash_hmac('sha256', $post['body'], self::SECRET), $post['headers']['X-Parom-Signature']);
        self::assertSame([false, false], [$post['options']['redirect'], $post['options']['disableSslVerification']]);
        self::assertLessThanOrEqual(5, $post['options']['streamTimeout']);
        self::assertSame([], $this->waiting());
        self::assertSame([], Portal::$locks);
    }

    public function testWhatStaysBehindIsPostedByTheAgent(): void
    {
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов']);
        Portal::endRequest();
        self::assertCount(1, $this->waiting());
        Portal::$server = static fn (): array => [200, '{"accepted_up_to":1}'];

        self::assertSame('\Parom\Bridge\Portal\Agent::run();', Agent::run());
        self::assertCount(1, $this->waiting(), 'a pause lasts');
        $state = \json_decode(Portal::$options['parom.bridge']['queue_state'], true);
        Portal::$options['parom.bridge']['queue_state'] = \json_encode(['next_try_at' => \time()] + $state);
        self::assertSame(Agent::CALL, Agent::run());
        self::assertSame([], $this->waiting());
    }

    public function testAnAgentThatFailsIsCalledAgain(): void
    {
        Portal::$isBroken = true;

        self::assertSame(Agent::CALL, Agent::run());
        self::assertStringContainsString('очередь цела', $this->logged()[0]);
    }

    public function testWhatParomWritesDoesNotComeBack(): void
    {
        (new Options())->set(Options::TECHNICAL_USER, '1');
        Portal::nextRequest('/rest/1/k3y/batch.json', user: 1);
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов']);
        RequisiteMergingHelper::rebind(100, 20);
        Portal::endRequest();
        self::assertSame([[], []], [$this->waiting(), Portal::$posts]);

        Portal::nextRequest('/rest/2/k3y/batch.json', user: 2);
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Петров']);
        Portal::nextRequest('/crm/company/details/10/', user: 1);
        (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Сидоров']);
        self::assertCount(2, $this->waiting(), 'another application, and that user in a card');
    }

    public function testNothingIsWrittenBeforeSomebodyConnectedParom(): void
    {
        foreach ([[Options::ADDRESS, ''], [Options::ADDRESS, 'parom'], [Options::SECRET, 'short'], [Options::OUTBOX, 'N']] as [$name, $value]) {
            $this->reports();
            (new Options())->set(Options::OUTBOX, 'Y');
            (new Options())->set($name, $value);
            Portal::nextRequest();
            (new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов']);
            Portal::endRequest();
            self::assertSame([], $this->waiting(), "{$name} {$value}");
        }
    }

    public function testAnOutboxThatIsGoneBreaksNoSave(): void
    {
        Application::getConnection()->dropTable('parom_bridge_outbox');

        self::assertTrue((new EntityRequisite())->update(100, ['RQ_DIRECTOR' => 'Иванов'])->isSuccess());
        self::assertCount(1, $this->logged());
        self::assertStringContainsString('Изменение не записано в очередь', $this->logged()[0]);
    }

    public function testAddressAndSecretMayStandInTheFileOfSettings(): void
    {
        Portal::$configuration['parom.bridge'] = ['address' => 'https://other.example.ru', 'secret' => \str_repeat('s', 40)];
        Portal::forgetRequest();
        $settings = Parts::ofRequest()->settings();

        self::assertSame('https://other.example.ru/bitrix24/changes', $settings->address?->url);
        self::assertSame(\str_repeat('s', 40), $settings->secret);
        self::assertStringNotContainsString('ssss', \print_r($settings, true));
    }
}
