<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Package;

use PHPUnit\Framework\TestCase;

/** Rules of the module's code that a program can check. */
final class SourcesTest extends TestCase
{
    /** Names of the portal's classes, and functions that only a portal has. */
    private const OF_PORTAL = '/Bitrix\\\\|\bCCrm|\bCRest|\bCAgent|\bCEventLog|\bCModule|\bLoc::|bitrix_sessid|\$USER|\$APPLICATION|\$_(?:SERVER|POST|GET|REQUEST)/';

    /** What PHP 8.1 cannot read: it came with 8.2, 8.3 and 8.4. */
    private const TOO_NEW = [
        '/\b(?:final\s+|abstract\s+)*readonly\s+(?:final\s+|abstract\s+)*class\b/' => 'readonly class',
        '/\bconst\s+(?:string|int|array|bool|float|\??self)\s+[A-Z_]+\s*=/' => 'typed constant',
        '/[:(,|]\s*\??(?:true|null)\s+\$/' => 'true or null as a type of its own',
        '/\bf(?:unctio)?n\b[^;{=]*\)\s*:\s*(?:true|false|null)\b/' => 'true, false or null as a type of its own',
        '/#\[\\\\?Override\]/' => 'Override',
        '/\bpublic\s+private\(set\)/' => 'asymmetric visibility',
        '/\b(?:json_validate|array_find|array_any|array_all|mb_trim|mb_ucfirst|mb_str_pad)\s*\(/' => 'a function of a later PHP',
        '/::\{\$/' => 'constant by name',
    ];

    public function testTheCoreKnowsNothingOfThePortal(): void
    {
        $core = Sources::below('lib/Core');
        self::assertGreaterThan(25, \count($core));
        foreach ($core as $file => $code) {
            self::assertSame('', self::first(self::OF_PORTAL, self::code($code)), $file);
        }
        self::assertNotSame('', self::first(self::OF_PORTAL, 'use Bitrix\Main\Loader;'));
    }

    public function testEveryFileOfTheLibraryIsStrictAndHoldsTheClassOfItsName(): void
    {
        foreach (Sources::below('lib') as $file => $code) {
            self::assertStringContainsString("\ndeclare(strict_types=1);\n", $code, $file);
            $namespace = 'Parom\Bridge\\' . \strtr(\dirname(\substr($file, 4)), '/', '\\');
            self::assertStringContainsString("\nnamespace {$namespace};\n", $code, $file);
            $name = \basename($file, '.php');
            self::assertMatchesRegularExpression("/^(?:final class|interface|enum) {$name}\\b/m", $code, $file);
            self::assertMatchesRegularExpression('~\*/\n(?:final class|interface|enum) ~', $code, "{$file} says nothing of itself");
        }
    }

    public function testPhp81CanReadEveryFile(): void
    {
        foreach (Sources::below('') as $file => $code) {
            self::assertSame([], self::tooNew(self::code($code)), $file);
        }
        $new = [
            'final readonly class A {}', 'const string A = 1;', 'function a(null $b) {}', 'function a(): true {}', '#[\Override] function a() {}',
            'json_validate($a);', 'return A::{$b};', 'public private(set) int $a;',
        ];
        foreach ($new as $sample) {
            self::assertCount(1, self::tooNew($sample), $sample);
        }
        foreach (['private readonly int $a', 'function a(): ?bool {}', 'function a(): bool|string {}', "const A = 'x';"] as $old) {
            self::assertSame([], self::tooNew($old), $old);
        }
    }

    /** Whatever would stop a save, send a header too early or tell what is nobody's business. */
    public function testNoFileOfTheLibraryPrintsOrEndsTheRequest(): void
    {
        foreach (Sources::below('lib') as $file => $code) {
            self::assertSame('', self::first('/\b(?:echo|print_r|var_dump|die|exit|eval|error_log)\b/', self::code($code)), $file);
        }
    }

    public function testNothingStandsBeforeOrAfterTheCode(): void
    {
        foreach (Sources::below('') as $file => $code) {
            self::assertStringStartsWith('<?php', $code, $file);
            if (!\str_contains($code, '?>')) {
                self::assertStringEndsWith("\n", $code, $file);
            }
        }
    }

    public function testTheInstallerCanBeReadByAnOldPhpThatItRefuses(): void
    {
        $code = self::code((string)\file_get_contents(__DIR__ . '/../../parom.bridge/install/index.php'));

        self::assertSame('', self::first('/\bfn\s*\(|\benum\b|\breadonly\b|\bmatch\s*\(|\?->|public (?:static )?\??(?:int|string|array|bool) \$/', $code));
    }

    /** @return list<string> */
    private static function tooNew(string $code): array
    {
        return \array_values(\array_filter(
            self::TOO_NEW,
            static fn (string $pattern): bool => \preg_match($pattern, $code) === 1,
            \ARRAY_FILTER_USE_KEY,
        ));
    }

    private static function first(string $pattern, string $code): string
    {
        return \preg_match($pattern, $code, $found) === 1 ? $found[0] : '';
    }

    /** Without comments. */
    private static function code(string $source): string
    {
        $code = '';
        foreach (\PhpToken::tokenize(\str_starts_with($source, '<?php') ? $source : "<?php {$source}") as $token) {
            $code .= $token->is([\T_COMMENT, \T_DOC_COMMENT]) ? ' ' : $token->text;
        }

        return $code;
    }
}
