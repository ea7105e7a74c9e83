<?php

declare(strict_types=1);

namespace Parom\Bridge\Core;

use Parom\Bridge\Core\Guard\Saving;
use Parom\Bridge\Core\Outbox\Trouble;

/** What an administrator finds in the portal's log. Each thing is said once, not at every repetition. */
interface Journal
{
    /** The guard could not do its work, and the save went on. */
    public function checkFailed(\Throwable $failure): void;

    /** A repeated ИНН was saved where refusing would have lost data. */
    public function repeatPassed(int $companyId, int $otherCompanyId, Saving $saving): void;

    /** A change could not be written into the outbox. */
    public function changeLost(\Throwable $failure): void;

    /** Parom does not take what the outbox holds. */
    public function troubleBegan(Trouble $trouble, string $detail): void;

    /** It takes it again. */
    public function troubleEnded(): void;
}
