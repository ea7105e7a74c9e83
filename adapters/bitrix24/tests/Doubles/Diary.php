<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Doubles;

use Parom\Bridge\Core\Guard\Saving;
use Parom\Bridge\Core\Journal;
use Parom\Bridge\Core\Outbox\Trouble;

/** A log that keeps its lines. */
final class Diary implements Journal
{
    /** @var list<string> */
    public array $lines = [];

    public function checkFailed(\Throwable $failure): void
    {
        $this->lines[] = 'check failed: ' . $failure->getMessage();
    }

    public function repeatPassed(int $companyId, int $otherCompanyId, Saving $saving): void
    {
        $this->lines[] = "repeat passed: {$companyId} {$otherCompanyId} {$saving->value}";
    }

    public function changeLost(\Throwable $failure): void
    {
        $this->lines[] = 'change lost: ' . $failure->getMessage();
    }

    public function troubleBegan(Trouble $trouble, string $detail): void
    {
        $this->lines[] = \trim("trouble began: {$trouble->value} {$detail}");
    }

    public function troubleEnded(): void
    {
        $this->lines[] = 'trouble ended';
    }
}
