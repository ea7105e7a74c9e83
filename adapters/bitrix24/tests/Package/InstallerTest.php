<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Package;

use Parom\Bridge\Core\Module;
use Parom\Bridge\Portal\Agent;
use Parom\Bridge\Portal\Handlers;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\Setup;
use Parom\Bridge\Tests\Stubs\Connection;
use Parom\Bridge\Tests\Stubs\Portal;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/../../parom.bridge/install/index.php';

final class InstallerTest extends TestCase
{
    /** The names of the vendor, to the letter: a slip here is a module that keeps silent. */
    private const EVENTS = [
        'main OnPageStart old \Parom\Bridge\Portal\FormGuard::onPageStart',
        'crm \Bitrix\Crm\Requisite::OnBeforeAdd new \Parom\Bridge\Portal\RequisiteGuard::onBeforeAdd',
        'crm \Bitrix\Crm\Requisite::OnBeforeUpdate new \Parom\Bridge\Portal\RequisiteGuard::onBeforeUpdate',
        'crm OnBeforeCrmCompanyAdd old \Parom\Bridge\Portal\CompanyGuard::onBeforeSave',
        'crm OnBeforeCrmCompanyUpdate old \Parom\Bridge\Portal\CompanyGuard::onBeforeSave',
        'crm OnAfterCrmCompanyAdd old \Parom\Bridge\Portal\CompanyGuard::onAfterAdd',
        'crm OnAfterCrmCompanyAdd old \Parom\Bridge\Portal\Changes::onCompanyAdded',
        'crm OnAfterCrmCompanyUpdate old \Parom\Bridge\Portal\Changes::onCompanyChanged',
        'crm OnAfterCrmCompanyDelete old \Parom\Bridge\Portal\Changes::onCompanyDeleted',
        'crm OnAfterCrmDealAdd old \Parom\Bridge\Portal\Changes::onDealAdded',
        'crm OnAfterCrmDealUpdate old \Parom\Bridge\Portal\Changes::onDealChanged',
        'crm OnAfterCrmDealDelete old \Parom\Bridge\Portal\Changes::onDealDeleted',
        'crm OnAfterCrmDealProductRowsSave old \Parom\Bridge\Portal\Changes::onProductRowsSaved',
        'crm OnAfterDealMoveToCategory new \Parom\Bridge\Portal\Changes::onDealMoved',
        'crm OnAfterRequisiteAdd new \Parom\Bridge\Portal\Changes::onRequisiteAdded',
        'crm OnAfterRequisiteUpdate new \Parom\Bridge\Portal\Changes::onRequisiteChanged',
        'crm OnAfterRequisiteDelete new \Parom\Bridge\Portal\Changes::onRequisiteDeleted',
        'crm OnAfterBankDetailAdd new \Parom\Bridge\Portal\Changes::onBankDetailAdded',
        'crm OnAfterBankDetailUpdate new \Parom\Bridge\Portal\Changes::onBankDetailChanged',
        'crm OnAfterBankDetailDelete new \Parom\Bridge\Portal\Changes::onBankDetailDeleted',
        'crm OnAfterAddressRegister new \Parom\Bridge\Portal\Changes::onAddressRegistered',
        'crm OnAfterAddressUnregister new \Parom\Bridge\Portal\Changes::onAddressUnregistered',
        'crm \Bitrix\Crm\Requisite::OnBeforeUpdate new \Parom\Bridge\Portal\FormerOwners::onBeforeRequisiteUpdate',
        'crm \Bitrix\Crm\Requisite::OnBeforeDelete new \Parom\Bridge\Portal\FormerOwners::onBeforeRequisiteDelete',
        'crm \Bitrix\Crm\BankDetail::OnBeforeDelete new \Parom\Bridge\Portal\FormerOwners::onBeforeBankDetailDelete',
        'rest OnRestServiceBuildDescription old \Parom\Bridge\Portal\RestApi::describe',
        'main OnEventLogGetAuditTypes old \Parom\Bridge\Portal\EventLog::auditTypes',
    ];

    protected function setUp(): void
    {
        Portal::reset();
        $this->signIn(isAdmin: true);
    }

    public function testInstallingRegistersExactlyTheseEvents(): void
    {
        $this->install();

        self::assertSame(self::EVENTS, self::registered());
        self::assertSame([Module::ID], \array_values(\array_unique(\array_column(Portal::$handlers, 'module'))));
        self::assertTrue((new Connection())->isTableExists('parom_bridge_outbox'));
        self::assertSame('parom.bridge', Portal::$agents[Agent::CALL]['MODULE_ID']);
        self::assertSame(60, Portal::$agents[Agent::CALL]['AGENT_INTERVAL']);
        self::assertTrue(isset(Portal::$modules['parom.bridge']));
    }

    public function testEveryHandlerIsAPublicStaticMethodThatTakesWhatItsEventGives(): void
    {
        foreach (Handlers::all() as $handler) {
            $method = new \ReflectionMethod($handler->class, $handler->method);
            self::assertTrue($method->isPublic() && $method->isStatic(), $handler->method);
            $first = $method->getParameters()[0] ?? null;
            $takesObject = $first?->getType() instanceof \ReflectionNamedType && $first->getType()->getName() === 'Bitrix\Main\Event';
            self::assertSame(!$handler->isOldStyle, $takesObject, $handler->method);
        }
    }

    public function testTheEventOfATableIsRegisteredUnderOneOfItsTwoNames(): void
    {
        $this->install();
        foreach (Portal::$handlers as $handler) {
            self::assertDoesNotMatchRegularExpression('/^(Requisite|BankDetail)On/', $handler['event']);
        }
    }

    public function testInstallingAgainDoublesNothing(): void
    {
        $this->install();
        Setup::install();

        self::assertSame(self::EVENTS, self::registered());
        self::assertCount(1, Portal::$agents);
    }

    public function testUninstallingAsksFirst(): void
    {
        $this->install();
        $page = $this->render(static fn () => (new \parom_bridge())->DoUninstall());

        self::assertStringContainsString('name="keep_data"', $page);
        self::assertStringContainsString('name="sessid"', $page);
        self::assertSame(self::EVENTS, self::registered());
    }

    public function testUninstallingLeavesNothing(): void
    {
        $foreign = ['from' => 'crm', 'event' => 'OnAfterCrmDealAdd', 'module' => 'other.module', 'class' => 'Other', 'method' => 'on', 'old' => true];
        Portal::$handlers[] = $foreign;
        \CAgent::AddAgent('Other::run();', 'other.module');
        $this->install();
        (new Options())->set(Options::SECRET, 'a secret that must not stay');
        $this->uninstall();

        self::assertSame([$foreign], Portal::$handlers);
        self::assertSame(['Other::run();'], \array_keys(Portal::$agents));
        self::assertSame([], Portal::$options);
        self::assertFalse((new Connection())->isTableExists('parom_bridge_outbox'));
        self::assertFalse(isset(Portal::$modules['parom.bridge']));
    }

    public function testDataStayForWhoeverInstallsAgain(): void
    {
        $this->install();
        (new Options())->set(Options::ADDRESS, 'http://parom.local:8024');
        $this->uninstall(['keep_data' => 'Y']);

        self::assertSame([], Portal::$handlers);
        self::assertSame([], Portal::$agents);
        self::assertTrue((new Connection())->isTableExists('parom_bridge_outbox'));
        $this->install();
        self::assertSame('http://parom.local:8024', (new Options())->get(Options::ADDRESS));
    }

    public function testOnlyAnAdministratorInstallsAndUninstalls(): void
    {
        $this->signIn(isAdmin: false);
        self::assertFalse((new \parom_bridge())->DoInstall());
        self::assertFalse((new \parom_bridge())->DoUninstall());
        self::assertSame([], Portal::$handlers);
    }

    public function testAForeignRequestUninstallsNothing(): void
    {
        $this->install();
        Portal::$isSessionRight = false;
        $this->uninstall();

        self::assertSame(self::EVENTS, self::registered());
    }

    public function testAPortalWithoutCrmIsToldWhatIsMissing(): void
    {
        unset(Portal::$modules['crm']);
        self::assertFalse((new \parom_bridge())->DoInstall());
        self::assertStringContainsString('«crm»', $GLOBALS['APPLICATION']->exception);
        self::assertSame([], Portal::$handlers);
    }

    public function testAnInstallationThatFailsIsTakenBack(): void
    {
        Portal::$isBroken = true;
        self::assertFalse((new \parom_bridge())->DoInstall());

        self::assertStringContainsString('the database is gone', $GLOBALS['APPLICATION']->exception);
        self::assertSame([], Portal::$handlers);
        self::assertFalse(isset(Portal::$modules['parom.bridge']));
    }

    public function testTheVersionIsTheSameEverywhere(): void
    {
        $module = new \parom_bridge();

        self::assertSame(Module::VERSION, $module->MODULE_VERSION);
        self::assertMatchesRegularExpression('/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/', $module->MODULE_VERSION_DATE);
        self::assertSame('parom.bridge', $module->MODULE_ID);
        self::assertSame('parom_bridge', \get_class($module), 'the portal makes it of the folder\'s name');
        self::assertFileExists(__DIR__ . '/../../parom.bridge/install/version.php');
    }

    /** @dataProvider databases */
    public function testTheTableHasTheSameColumnsOnEveryDatabase(string $database): void
    {
        $statements = Setup::schema($database);
        \preg_match_all('/^\s+([A-Z_]+) (?:BIGINT|VARCHAR)/m', $statements[0], $columns);
        self::assertSame(['ID', 'ENTITY', 'ENTITY_ID', 'OWNER_ID', 'EVENT', 'CREATED_AT', 'SENT_AT'], $columns[1]);
        foreach (['parom_bridge_outbox_card', 'parom_bridge_outbox_owner'] as $index) {
            self::assertStringContainsString($index, \implode(';', $statements));
        }
    }

    /** @return iterable<array{string}> */
    public static function databases(): iterable
    {
        yield ['mysql'];
        yield ['pgsql'];
    }

    public function testOnMysqlTheTableTakesPartInTransactions(): void
    {
        self::assertStringContainsString('ENGINE = InnoDB', Setup::schema('mysql')[0]);
    }

    /** @return list<string> */
    private static function registered(): array
    {
        return \array_map(
            static fn (array $kept): string => "{$kept['from']} {$kept['event']} " . ($kept['old'] ? 'old' : 'new')
                . " {$kept['class']}::{$kept['method']}",
            Portal::$handlers,
        );
    }

    private function signIn(bool $isAdmin): void
    {
        $GLOBALS['USER'] = new \CUser(1, $isAdmin);
        $GLOBALS['APPLICATION'] = new \CMain();
    }

    private function install(): void
    {
        $this->render(static fn () => self::assertTrue((new \parom_bridge())->DoInstall(), $GLOBALS['APPLICATION']->exception));
    }

    /** @param array<string, string> $answers */
    private function uninstall(array $answers = []): void
    {
        $_REQUEST = ['step' => '2'] + $answers;
        $this->render(static fn () => (new \parom_bridge())->DoUninstall());
        $_REQUEST = [];
    }

    private function render(\Closure $work): string
    {
        \ob_start();
        try {
            $work();
        } finally {
            $page = (string)\ob_get_clean();
        }

        return $page;
    }
}
