<?php

declare(strict_types=1);

/*
 * The outbox of the module as a process of its own, for tests that have a running Parom: the real outbox, recorder and poster, on a
 * file of SQLite and real HTTP.
 *
 *   php driver.php record FILE ENTITY:ID:COMPANY:EVENT…
 *   php driver.php post FILE ADDRESS SECRET
 *   php driver.php check FILE ADDRESS SECRET
 *
 * Every command prints one line of JSON: how it ended, the numbers that still wait, and what the log of a portal would say.
 */

namespace Parom\Bridge\Tests\E2e;

use Parom\Bridge\Core\Outbox\Address;
use Parom\Bridge\Core\Outbox\Effort;
use Parom\Bridge\Core\Outbox\Entity;
use Parom\Bridge\Core\Outbox\Event;
use Parom\Bridge\Core\Outbox\Poster;
use Parom\Bridge\Core\Outbox\Recorder;
use Parom\Bridge\Core\Outbox\Row;
use Parom\Bridge\Core\Outbox\Signer;
use Parom\Bridge\Core\Outbox\SqlOutbox;
use Parom\Bridge\Tests\Doubles\Diary;
use Parom\Bridge\Tests\Doubles\FileStates;
use Parom\Bridge\Tests\Doubles\HandClock;
use Parom\Bridge\Tests\Doubles\OpenLock;
use Parom\Bridge\Tests\Doubles\PdoDatabase;
use Parom\Bridge\Tests\Doubles\StreamTransport;

require __DIR__ . '/../bootstrap.php';

[, $command, $file] = $argv;
$rest = \array_slice($argv, 3);
$outbox = new SqlOutbox(new PdoDatabase($file));
$diary = new Diary();
$clock = new HandClock(\time());

if ($command === 'record') {
    $recorder = new Recorder($outbox, $diary, $clock, static fn (): bool => false, static function (): void {
    });
    foreach ($rest as $change) {
        [$entity, $id, $company, $event] = \explode(':', $change);
        $recorder->record(Entity::from($entity), (int)$id, Event::from($event), (int)$company);
    }
    $posting = null;
} else {
    [$address, $secret] = $rest;
    $poster = new Poster(
        $outbox,
        new StreamTransport(),
        new Signer($secret),
        Address::in($address) ?? throw new \InvalidArgumentException("no address: {$address}"),
        new FileStates($file . '.state'),
        new OpenLock(),
        $diary,
        $clock,
    );
    // Each call stands for a later try: the pauses between them are proven elsewhere.
    $posting = $command === 'check' ? $poster->check() : $poster->post(Effort::onDemand());
}

echo \json_encode([
    'ending' => $posting?->ending->value,
    'taken' => $posting?->taken,
    'trouble' => $posting?->trouble?->value,
    'detail' => $posting?->detail,
    'waiting' => \array_map(static fn (Row $row): int => $row->id, $outbox->oldest(10_000)),
    'log' => $diary->lines,
], \JSON_THROW_ON_ERROR | \JSON_UNESCAPED_UNICODE), "\n";
