<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Portal;

use Bitrix\Crm\EntityRequisite;
use Bitrix\Main\Result;
use Parom\Bridge\Core\Outbox\Row;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\Parts;
use Parom\Bridge\Portal\Setup;
use Parom\Bridge\Tests\Stubs\Portal;
use PHPUnit\Framework\TestCase;

/** A portal into which the module was installed by its own installer, with a client in it. */
abstract class PortalTestCase extends TestCase
{
    protected const TEXT = 'Клиент с таким ИНН уже создан';
    protected const INN = '7736207543';
    protected const OTHER_INN = '7605016030';
    protected const SECRET = '0123456789abcdef0123456789abcdef';

    /** The form of a requisite, and what a card asks before it is saved. */
    protected const FORM = '/bitrix/components/bitrix/crm.requisite.details/slider.ajax.php?site=s1&sessid=0';
    protected const CARD = '/bitrix/components/bitrix/crm.company.details/ajax.php';

    /** A company with a requisite. */
    protected const CLIENT = 10;

    protected function setUp(): void
    {
        Portal::reset();
        Portal::$modules['parom.bridge'] = true;
        Setup::install();
        $this->company(self::CLIENT, self::INN);
        Portal::nextRequest();
    }

    protected function reports(): void
    {
        (new Options())->set(Options::ADDRESS, 'http://parom.local:8024');
        (new Options())->set(Options::SECRET, self::SECRET);
        Portal::forgetRequest();
    }

    /** A company that was there before. Returns the number of its requisite. */
    protected function company(int $id, string $inn, string $kpp = '', bool $isOwn = false): int
    {
        Portal::$companies[$id] = ['ID' => (string)$id, 'IS_MY_COMPANY' => $isOwn ? 'Y' : 'N'];
        $requisite = $id * 10;
        Portal::$requisites[$requisite] = ['ID' => (string)$requisite, 'RQ_INN' => $inn, 'RQ_KPP' => $kpp]
            + $this->of($id);

        return $requisite;
    }

    /** @return array<string, mixed> */
    protected function of(int $company, string $inn = ''): array
    {
        return ['ENTITY_TYPE_ID' => 4, 'ENTITY_ID' => $company] + ($inn === '' ? [] : ['RQ_INN' => $inn]);
    }

    /** What the browser sends with a card: requisites as the form signed them. */
    protected function posts(int|string $id, array $fields): void
    {
        $data = \json_encode(['fields' => $fields]);
        $_POST['REQUISITES'][$id] = ['DATA' => $data, 'SIGN' => EntityRequisite::sign($data, 4)];
    }

    /** @param array<string, mixed> $fields */
    protected function rest(\Closure $work): Result
    {
        return (new \CRestServer())->process($work);
    }

    protected function innOf(int $requisite): string
    {
        return (string)(Portal::$requisites[$requisite]['RQ_INN'] ?? '');
    }

    /** @return list<string> */
    protected function logged(): array
    {
        return \array_column(Portal::$log, 'DESCRIPTION');
    }

    /** @return list<string> entity, number, company, event */
    protected function waiting(): array
    {
        return \array_map(static fn (Row $row): string => \implode(' ', [
            $row->change->entity->value,
            $row->change->entityId,
            $row->change->companyId,
            $row->change->event->value,
        ]), Parts::ofRequest()->outbox()->oldest(100));
    }
}
