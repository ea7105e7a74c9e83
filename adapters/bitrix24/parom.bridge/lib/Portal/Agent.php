<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

use Parom\Bridge\Core\Outbox\Effort;

/** Posts each minute what stayed behind. */
final class Agent
{
    /** As the portal keeps it. An agent that answers anything else is never called again. */
    public const CALL = '\Parom\Bridge\Portal\Agent::run();';
    public const SECONDS = 60;

    public static function run(): string
    {
        try {
            if (Parts::ofRequest()->settings()->mayReport()) {
                Parts::ofRequest()->poster()?->post(Effort::ofAgent());
            }
        } catch (\Throwable $failure) {
            (new EventLog())->postingFailed($failure);
        }

        return self::CALL;
    }
}
