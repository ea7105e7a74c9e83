<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Portal;

use Bitrix\Main\ModuleManager;
use Bitrix\Rest\RestException;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\Setup;
use Parom\Bridge\Tests\Stubs\Portal;

final class RestApiTest extends PortalTestCase
{
    private const TIME = '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/';

    public function testPingSaysWhatParomAsks(): void
    {
        $this->reports();
        Portal::old('crm', 'OnAfterCrmDealDelete', [7]);
        $this->admin();
        $answer = $this->call('parom.bridge.ping');

        $sample = self::sample('ping');
        self::assertSame(\array_keys($sample), \array_keys($answer));
        self::assertSame(\array_slice($sample, 0, 4), \array_slice($answer, 0, 4));
        self::assertSame(\array_keys($sample['outbox']), \array_keys($answer['outbox']));
        self::assertSame([true, 1, ''], [$answer['outbox']['enabled'], $answer['outbox']['length'], $answer['outbox']['last_error']]);
        self::assertMatchesRegularExpression(self::TIME, $answer['outbox']['oldest_at']);
        self::assertMatchesRegularExpression(self::TIME, $answer['time']);
        self::assertSame([\PHP_VERSION, '26.250.100'], [$answer['php'], $answer['main']]);
    }

    /**
     * The answers as Parom's own tests read them, and as its emulated portal gives them.
     *
     * @return array<string, mixed>
     */
    private static function sample(string $name): array
    {
        return \json_decode((string)\file_get_contents(__DIR__ . "/../wire/{$name}.json"), true, 16, \JSON_THROW_ON_ERROR);
    }

    public function testPingSaysWhatIsSwitchedOffAndWhatIsWrong(): void
    {
        $this->admin();
        (new Options())->set(Options::GUARD, 'N');
        $answer = $this->call('parom.bridge.ping');
        self::assertSame([false, false, 0, null], [$answer['guard'], $answer['outbox']['enabled'], $answer['outbox']['length'], $answer['outbox']['oldest_at']]);

        $this->reports();
        Portal::$server = static fn (): array => [403, 'подпись уведомления не сошлась'];
        Portal::old('crm', 'OnAfterCrmDealDelete', [7]);
        Portal::endRequest();
        $error = $this->call('parom.bridge.ping')['outbox']['last_error'];
        self::assertStringContainsString('module_secret', $error);
        self::assertStringContainsString('подпись уведомления не сошлась', $error);
    }

    public function testStateSaysWhatOfACardWaits(): void
    {
        $this->reports();
        Portal::old('crm', 'OnAfterCrmDealDelete', [7]);
        Portal::endRequest();
        $this->admin();

        $state = $this->call('parom.bridge.state', ['entity' => 'deal', 'id' => '7']);
        self::assertSame(\array_keys(self::sample('state')), \array_keys($state));
        self::assertSame(['deal', 7, 1], [$state['entity'], $state['id'], $state['waiting']]);
        self::assertMatchesRegularExpression(self::TIME, $state['last_change_at']);
        self::assertMatchesRegularExpression(self::TIME, $state['last_posted_at']);
        self::assertSame(
            ['entity' => 'company', 'id' => 10, 'waiting' => 0, 'last_change_at' => null, 'last_posted_at' => null],
            $this->call('parom.bridge.state', ['ENTITY' => 'company', 'ID' => 10]),
        );
    }

    public function testAWrongQuestionIsAnsweredWithWhatIsWrong(): void
    {
        $this->admin();
        foreach ([[], ['entity' => 'lead', 'id' => 1], ['entity' => ['deal'], 'id' => 1], ['entity' => 'deal'], ['entity' => 'deal', 'id' => 'x']] as $query) {
            try {
                $this->call('parom.bridge.state', $query);
                self::fail(\json_encode($query));
            } catch (RestException $refusal) {
                self::assertSame('ERROR_ARGUMENT', $refusal->getErrorCode());
                self::assertStringStartsWith('Параметр', $refusal->getMessage());
            }
        }
    }

    public function testEverybodyWithTheRightHearsThatTheGuardIsAwakeAndNoMore(): void
    {
        $this->reports();
        Portal::$server = static fn (): array => [403, 'подпись уведомления не сошлась'];
        Portal::old('crm', 'OnAfterCrmDealDelete', [7]);
        Portal::endRequest();
        Portal::nextRequest('/rest/5/k3y/parom.bridge.ping', user: 5);
        $answer = $this->call('parom.bridge.ping');

        self::assertSame([true, '', ''], [$answer['guard'], $answer['php'], $answer['main']]);
        self::assertStringContainsString('module_secret', $answer['outbox']['last_error']);
        self::assertStringNotContainsString('подпись уведомления не сошлась', $answer['outbox']['last_error']);
    }

    public function testCardsAreForAdministratorsAndTheTechnicalUser(): void
    {
        (new Options())->set(Options::TECHNICAL_USER, '9');
        Portal::nextRequest('/rest/9/k3y/parom.bridge.state', user: 9);
        self::assertSame(7, $this->call('parom.bridge.state', ['entity' => 'deal', 'id' => 7])['id']);
        self::assertSame(\PHP_VERSION, $this->call('parom.bridge.ping')['php']);

        foreach ([[5, '9'], [0, '0']] as [$user, $technicalUser]) {
            (new Options())->set(Options::TECHNICAL_USER, $technicalUser);
            Portal::nextRequest('/rest/5/k3y/parom.bridge.state', user: $user);
            try {
                $this->call('parom.bridge.state', ['entity' => 'deal', 'id' => 7]);
                self::fail("user {$user}");
            } catch (RestException $refusal) {
                self::assertSame(['ACCESS_DENIED', '403 Forbidden'], [$refusal->getErrorCode(), $refusal->getStatus()]);
            }
        }
    }

    public function testAPortalWithoutTheModuleDoesNotKnowTheMethods(): void
    {
        $this->admin();
        Setup::remove(false);
        ModuleManager::unRegisterModule('parom.bridge');

        $this->expectExceptionMessage('Method not found!');
        $this->call('parom.bridge.ping');
    }

    private function admin(): void
    {
        Portal::nextRequest('/rest/1/k3y/parom.bridge.ping', user: 1, isAdmin: true);
    }

    /** @return array<string, mixed> */
    private function call(string $method, array $query = []): array
    {
        return (new \CRestServer())->call($method, $query);
    }
}
