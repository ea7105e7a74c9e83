<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Package;

use Bitrix\Main\Event;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\Parts;
use Parom\Bridge\Tests\Portal\PortalTestCase;
use Parom\Bridge\Tests\Stubs\Portal;

/** The page «Настройки модуля», drawn and pressed. */
final class OptionsPageTest extends PortalTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        Portal::nextRequest('/bitrix/admin/settings.php?mid=parom.bridge', isAdmin: true);
    }

    public function testItShowsEverySettingAndButton(): void
    {
        $page = $this->get();
        foreach (['guard', 'branches', 'outbox', 'address', 'secret', 'technical_user', 'save', 'check', 'post_now', 'make_secret', 'sessid'] as $name) {
            self::assertStringContainsString("name=\"{$name}\"", $page);
        }
        foreach (['Отправить сейчас', 'Проверить связь', 'Адрес Парома', 'Изменений в очереди'] as $text) {
            self::assertStringContainsString($text, $page);
        }
    }

    public function testItSavesWhatWasEntered(): void
    {
        $this->press('save', [
            'guard' => 'Y', 'branches' => 'inn+kpp', 'outbox' => 'Y', 'address' => ' http://parom.local:8024 ', 'secret' => self::SECRET, 'technical_user' => '7',
        ]);
        $settings = Parts::ofRequest()->settings();

        self::assertSame(['Настройки сохранены.'], Portal::$shown);
        self::assertSame([true, 'inn+kpp', true, 'http://parom.local:8024/bitrix24/changes', self::SECRET, 7], [
            $settings->guards, $settings->branches->value, $settings->reports, $settings->address?->url, $settings->secret, $settings->technicalUser,
        ]);
        self::assertTrue($settings->mayReport());
    }

    public function testSwitchesThatWereTakenOutAreOff(): void
    {
        $this->press('save', ['branches' => 'inn']);
        $settings = Parts::ofRequest()->settings();

        self::assertFalse($settings->guards || $settings->reports);
    }

    public function testASecretIsNeverShownAndAnEmptyFieldKeepsIt(): void
    {
        $this->reports();
        $page = $this->get() . $this->press('save', ['guard' => 'Y', 'secret' => '', 'address' => 'http://parom.local:8024']);

        self::assertStringNotContainsString(self::SECRET, $page . \implode(Portal::$shown));
        self::assertSame(self::SECRET, (new Options())->get(Options::SECRET));
    }

    public function testWhatIsWrongIsSaidAndNotSaved(): void
    {
        $this->reports();
        $this->press('save', ['address' => 'parom.local', 'secret' => 'short', 'technical_user' => 'Иванов']);

        self::assertCount(3, Portal::$shown);
        foreach (['http://сервер:8024', 'не короче 16', 'номер (ID)'] as $index => $text) {
            self::assertStringContainsString($text, Portal::$shown[$index]);
        }
        self::assertSame(['http://parom.local:8024', self::SECRET], [(new Options())->get(Options::ADDRESS), (new Options())->get(Options::SECRET)]);
    }

    public function testANewSecretIsShownOnce(): void
    {
        $this->press('make_secret');
        $secret = (new Options())->get(Options::SECRET);

        self::assertMatchesRegularExpression('/^[0-9a-f]{64}$/', $secret);
        self::assertStringContainsString($secret, \implode(Portal::$shown));
        Portal::$shown = [];
        self::assertStringNotContainsString($secret, $this->get() . \implode(Portal::$shown));
    }

    public function testTheCheckSaysHowItIs(): void
    {
        $this->press('check');
        self::assertStringContainsString('Не заданы адрес Парома или секрет', Portal::$shown[0]);

        $this->reports();
        Portal::$server = static fn (): array => [200, '{"accepted_up_to":0}'];
        $this->press('check');
        self::assertSame('Паром отвечает, секрет подходит.', Portal::$shown[1]);

        Portal::$server = static fn (): array => [403, '<b>подпись</b>'];
        $this->press('check');
        self::assertStringContainsString('одним и тем же', Portal::$shown[2]);
    }

    public function testWhatWaitsIsSentAtOnce(): void
    {
        $this->reports();
        Portal::new(new Event('crm', 'OnAfterRequisiteDelete', ['id' => 100]));
        Portal::endRequest();
        $page = $this->get();
        self::assertStringContainsString('Паром не отвечает', $page);
        self::assertMatchesRegularExpression('~Изменений в очереди</td>\s*<td>1</td>~u', $page);

        Portal::$server = static fn (): array => [200, '{"accepted_up_to":1}'];
        $page = $this->press('post_now');
        self::assertStringContainsString('Паром принял изменений: 1', Portal::$shown[0]);
        self::assertStringNotContainsString('Паром не отвечает', $page);
        self::assertMatchesRegularExpression('~Изменений в очереди</td>\s*<td>0</td>~u', $page);
    }

    public function testWhatParomAnsweredIsShownAsText(): void
    {
        $this->reports();
        Portal::$server = static fn (): array => [403, '&lt;b&gt;<script>alert(1)</script>" onload="'];
        Portal::new(new Event('crm', 'OnAfterRequisiteDelete', ['id' => 100]));
        Portal::endRequest();
        $page = $this->get();

        self::assertStringNotContainsString('<script>', $page);
        self::assertStringContainsString('&amp;lt;b&amp;gt;', $page);
        self::assertStringContainsString('&quot; onload=&quot;', $page);
    }

    public function testAForeignRequestChangesNothing(): void
    {
        Portal::$isSessionRight = false;
        $this->press('save', ['address' => 'http://evil.example.ru', 'secret' => \str_repeat('x', 40)]);
        $this->press('make_secret');

        self::assertSame(['', ''], [(new Options())->get(Options::ADDRESS), (new Options())->get(Options::SECRET)]);
        self::assertStringContainsString('Сессия истекла', Portal::$shown[0]);
    }

    public function testOnlyAnAdministratorSeesIt(): void
    {
        $this->reports();
        Portal::nextRequest('/bitrix/admin/settings.php?mid=parom.bridge');

        self::assertSame('', $this->press('save', ['address' => 'http://evil.example.ru']));
        self::assertSame('http://parom.local:8024', (new Options())->get(Options::ADDRESS));
    }

    public function testWhatStandsInTheFileOfSettingsCannotBeChangedHere(): void
    {
        Portal::$configuration['parom.bridge'] = ['secret' => \str_repeat('s', 40)];
        $page = $this->press('save', ['secret' => self::SECRET, 'address' => 'http://parom.local:8024']);
        $this->press('make_secret');

        self::assertSame(\str_repeat('s', 40), Parts::ofRequest()->settings()->secret);
        self::assertArrayNotHasKey(Options::SECRET, Portal::$options['parom.bridge']);
        self::assertStringNotContainsString('ssss', $page . \implode(Portal::$shown));
    }

    public function testItSpeaksEnglishWhereThePortalDoes(): void
    {
        Portal::$language = 'en';

        self::assertStringContainsString('Send now', $this->get());
    }

    private function get(): string
    {
        $_SERVER['REQUEST_METHOD'] = 'GET';
        $_POST = [];

        return $this->draw();
    }

    /** @param array<string, string> $fields */
    private function press(string $button, array $fields = []): string
    {
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_POST = [$button => 'pressed'] + $fields;

        return $this->draw();
    }

    private function draw(): string
    {
        $APPLICATION = $GLOBALS['APPLICATION'];
        $USER = $GLOBALS['USER'];
        \ob_start();
        try {
            require __DIR__ . '/../../parom.bridge/options.php';
        } finally {
            $page = (string)\ob_get_clean();
        }

        return $page;
    }
}
