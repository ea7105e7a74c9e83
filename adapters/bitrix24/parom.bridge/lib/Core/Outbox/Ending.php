<?php

declare(strict_types=1);

namespace Parom\Bridge\Core\Outbox;

/** Why posting ended. */
enum Ending: string
{
    /** Nothing waits any more. */
    case Done = 'done';
    /** More waits, and the agent goes on with it. */
    case EffortSpent = 'effort-spent';
    /** The last try failed, and the next is not due. */
    case Pausing = 'pausing';
    /** Another process is at it. */
    case SomebodyElsePosts = 'somebody-else-posts';
    /** Parom did not take it. */
    case Failed = 'failed';
    /** Switched off, or without an address or a secret. */
    case NotSetUp = 'not-set-up';
}
