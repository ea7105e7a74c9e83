<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Package;

use Parom\Bridge\Core\Guard\Saving;
use Parom\Bridge\Core\Outbox\Trouble;
use Parom\Bridge\Portal\TroubleText;
use Parom\Bridge\Tests\Stubs\Portal;
use PHPUnit\Framework\TestCase;

/** Every text exists in both languages, and none that nobody says. */
final class TextsTest extends TestCase
{
    private const ROOT = __DIR__ . '/../../parom.bridge';

    public function testBothLanguagesHaveTheSameTextsInTheSameFiles(): void
    {
        self::assertSame(self::keys('ru'), self::keys('en'));
        self::assertGreaterThan(50, \count(self::keys('ru'), \COUNT_RECURSIVE));
    }

    public function testEveryTextHasWordsAndTheSameGaps(): void
    {
        foreach (self::keys('ru') as $file => $keys) {
            foreach ($keys as $key) {
                $texts = \array_map(static fn (string $language): string => self::texts($language, $file)[$key], ['ru', 'en']);
                self::assertMatchesRegularExpression('/[а-яё]/iu', $texts[0], $key);
                self::assertDoesNotMatchRegularExpression('/[а-яё]/iu', $texts[1], $key);
                self::assertSame(self::gaps($texts[0]), self::gaps($texts[1]), $key);
            }
        }
    }

    /** A file of texts belongs to the file of code that loads it, and holds what that says, no more and no less. */
    public function testEveryTextThatIsSaidExistsAndNoneIsLeftOver(): void
    {
        $said = [];
        foreach (Sources::all() as $file => $code) {
            \preg_match_all("/'(PAROM_BRIDGE_[A-Z_]+[A-Z])'/", $code, $keys);
            $keys = \array_unique(\array_merge($keys[1], self::composed($file)));
            \sort($keys);
            if ($keys !== []) {
                self::assertStringContainsString('Loc::loadMessages(__FILE__)', $code, $file);
                $said[$file] = $keys;
            }
        }

        self::assertSame(self::keys('ru'), $said);
    }

    public function testEveryTroubleSaysWhatToDo(): void
    {
        Portal::reset();
        foreach (Trouble::cases() as $trouble) {
            $text = TroubleText::of($trouble, 'подробность');
            self::assertStringEndsWith('Ответ: подробность', $text);
            self::assertMatchesRegularExpression('/очеред/u', $text, 'nothing is lost');
        }
    }

    /**
     * Keys that are put together of a beginning and a case.
     *
     * @return list<string>
     */
    private static function composed(string $file): array
    {
        $name = static fn (Trouble|Saving $case): string => \strtoupper(\strtr($case->value, '-', '_'));

        return match ($file) {
            'lib/Portal/TroubleText.php' => \array_map(static fn (Trouble $case) => 'PAROM_BRIDGE_TROUBLE_' . $name($case), Trouble::cases()),
            'lib/Portal/EventLog.php' => \array_map(static fn (Saving $case) => 'PAROM_BRIDGE_LOG_WAY_' . $name($case), Saving::cases()),
            default => [],
        };
    }

    /** @return array<string, list<string>> keys by file */
    private static function keys(string $language): array
    {
        $keys = [];
        foreach (Sources::below("lang/{$language}") as $file => $_) {
            $file = \substr($file, \strlen("lang/{$language}/"));
            $keys[$file] = \array_keys(self::texts($language, $file));
            \sort($keys[$file]);
        }
        \ksort($keys);

        return $keys;
    }

    /** @return array<string, string> */
    private static function texts(string $language, string $file): array
    {
        $MESS = [];
        include self::ROOT . "/lang/{$language}/{$file}";

        return $MESS;
    }

    /** @return list<string> */
    private static function gaps(string $text): array
    {
        \preg_match_all('/#[A-Z]+#/', $text, $gaps);
        \sort($gaps[0]);

        return $gaps[0];
    }
}
