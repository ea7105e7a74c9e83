<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Core;

use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Guard\Inn;
use PHPUnit\Framework\TestCase;

final class InnTest extends TestCase
{
    /** @dataProvider spellings */
    public function testAnInnIsKnownInEverySpelling(mixed $typed, string $digits): void
    {
        self::assertSame($digits, Inn::in($typed)?->digits);
    }

    /** @return iterable<array{mixed, string}> */
    public static function spellings(): iterable
    {
        yield ['7736207543', '7736207543'];
        yield [' 7736 207-543 ', '7736207543'];
        yield ["7736207543\u{a0}", '7736207543'];
        yield [7736207543, '7736207543'];
        yield ['ИНН 500100732259', '500100732259'];
        yield ['0277000000', '0277000000'];
    }

    /** @dataProvider stubs */
    public function testAStubAndANumberOfAnotherCountryAreNoInn(mixed $typed): void
    {
        self::assertNull(Inn::in($typed));
    }

    /** @return iterable<array{mixed}> */
    public static function stubs(): iterable
    {
        foreach (['', '0', 'нет', '0000000000', '000000000000', '123456789', '77362075431', '1234567890123', null, [], true, 1.5] as $stub) {
            yield [$stub];
        }
    }

    public function testAnInnIsOneClientUnlessBranchesAreAllowed(): void
    {
        $inn = Inn::in('7736207543');
        self::assertTrue(Branches::Forbidden->areOneClient($inn, '773601001', '770401001'));
        self::assertFalse(Branches::ByKpp->areOneClient($inn, '773601001', '770401001'));
        self::assertTrue(Branches::ByKpp->areOneClient($inn, '7736 01 001', '773601001'));
        self::assertTrue(Branches::ByKpp->areOneClient($inn, '7736AB001', '7736ab001'));
    }

    public function testABranchIsOneOnlyWithAKppOnBothSides(): void
    {
        $inn = Inn::in('7736207543');
        self::assertTrue(Branches::ByKpp->areOneClient($inn, '', '773601001'));
        self::assertTrue(Branches::ByKpp->areOneClient($inn, '773601001', ' '));
    }

    public function testAPersonHasNoBranches(): void
    {
        self::assertTrue(Branches::ByKpp->areOneClient(Inn::in('500100732259'), '773601001', '770401001'));
    }
}
