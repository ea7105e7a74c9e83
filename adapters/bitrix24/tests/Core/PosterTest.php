<?php

declare(strict_types=1);

namespace Parom\Bridge\Tests\Core;

use Parom\Bridge\Core\Outbox\Address;
use Parom\Bridge\Core\Outbox\Change;
use Parom\Bridge\Core\Outbox\Effort;
use Parom\Bridge\Core\Outbox\Ending;
use Parom\Bridge\Core\Outbox\Entity;
use Parom\Bridge\Core\Outbox\Event;
use Parom\Bridge\Core\Outbox\Poster;
use Parom\Bridge\Core\Outbox\Posting;
use Parom\Bridge\Core\Outbox\Reply;
use Parom\Bridge\Core\Outbox\Signer;
use Parom\Bridge\Core\Outbox\SqlOutbox;
use Parom\Bridge\Core\Outbox\Trouble;
use Parom\Bridge\Tests\Doubles\Diary;
use Parom\Bridge\Tests\Doubles\FakeParom;
use Parom\Bridge\Tests\Doubles\FileStates;
use Parom\Bridge\Tests\Doubles\HandClock;
use Parom\Bridge\Tests\Doubles\OpenLock;
use Parom\Bridge\Tests\Doubles\PdoDatabase;
use PHPUnit\Framework\TestCase;

final class PosterTest extends TestCase
{
    private const SECRET = 'тайна портала, никому';

    private SqlOutbox $outbox;
    private FakeParom $parom;
    private FileStates $states;
    private OpenLock $lock;
    private Diary $diary;
    private HandClock $clock;

    protected function setUp(): void
    {
        $this->outbox = new SqlOutbox(new PdoDatabase());
        $this->parom = new FakeParom();
        $this->states = new FileStates();
        $this->lock = new OpenLock();
        $this->diary = new Diary();
        $this->clock = new HandClock();
    }

    public function testWhatParomHasLeavesTheOutbox(): void
    {
        $this->changes(3);

        $posting = $this->post();

        self::assertEquals(new Posting(Ending::Done, 3), $posting);
        self::assertSame([1, 2, 3], $this->parom->has);
        self::assertSame([], $this->waiting());
        self::assertFalse($this->lock->isTaken);
    }

    public function testTheBodyIsSignedAndGoesWhereParomListens(): void
    {
        $this->changes(1);
        $this->post();

        $request = $this->parom->requests[0];
        self::assertSame('http://parom.local:8024/bitrix24/changes', $request['url']);
        $expected = 'sha256=' . \hash_hmac('sha256', $request['body'], self::SECRET);
        self::assertSame($expected, $request['headers']['X-Parom-Signature']);
        self::assertSame('application/json', $request['headers']['Content-Type']);
    }

    public function testTheSignatureIsThatOfTheStandard(): void
    {
        // RFC 4231, test case 2.
        $signed = (new Signer('Jefe'))->sign('what do ya want for nothing?');

        self::assertSame('sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', $signed);
        self::assertStringNotContainsString('Jefe', \print_r(new Signer('Jefe'), true));
    }

    public function testThousandsGoInSeveralRequests(): void
    {
        $this->changes(2500);

        self::assertEquals(new Posting(Ending::Done, 2500), $this->post());
        $sizes = \array_map(static fn (array $request): int => \count(FakeParom::numbers($request['body'])), $this->parom->requests);
        self::assertSame([1000, 1000, 500], $sizes);
    }

    public function testAfterASaveOnlyALittleIsPosted(): void
    {
        $this->changes(5000);

        self::assertEquals(new Posting(Ending::EffortSpent, 2000), $this->poster()->post(Effort::afterSave()));
        self::assertCount(3000, $this->waiting());
    }

    public function testNothingIsBegunWhenTheTimeIsUp(): void
    {
        $this->changes(5000);
        $this->parom->instead[] = function (string $body): Reply {
            $this->clock->now += 60;

            return $this->parom->take($body);
        };

        self::assertSame(1000, $this->post()->taken);
    }

    public function testParomThatIsAwayCostsNothingButTime(): void
    {
        $this->changes(2);
        $this->parom->isAway();

        $posting = $this->post();

        self::assertSame([Ending::Failed, Trouble::Unreachable], [$posting->ending, $posting->trouble]);
        self::assertSame([1, 2], $this->waiting());
        $this->clock->now += 60;
        self::assertSame(Ending::Done, $this->post()->ending);
        self::assertSame([1, 2], $this->parom->has);
    }

    public function testPausesGrowToAQuarterOfAnHour(): void
    {
        $this->changes(1);
        $this->parom->isAway(100);
        $pauses = [];
        $last = $this->clock->now;
        for ($minute = 0; \count($pauses) < 7 && $minute < 200; $minute++) {
            if ($this->post()->ending === Ending::Failed) {
                $pauses[] = $this->clock->now - $last;
                $last = $this->clock->now;
            }
            $this->clock->now += 60;
        }

        self::assertSame([0, 60, 120, 240, 480, 900, 900], $pauses);
    }

    public function testASaveDoesNotKnockWhileAPauseLasts(): void
    {
        $this->changes(1);
        $this->parom->isAway();
        $this->post();

        $posting = $this->poster()->post(Effort::afterSave());

        self::assertSame([Ending::Pausing, Trouble::Unreachable], [$posting->ending, $posting->trouble]);
        self::assertCount(1, $this->parom->requests);
        self::assertSame(Ending::Done, $this->poster()->post(Effort::onDemand())->ending, 'the button does');
    }

    public function testAClockThatWasSetBackDoesNotStopTheQueue(): void
    {
        $this->changes(1);
        $this->parom->isAway();
        $this->post();
        $this->clock->now -= 86_400;

        self::assertSame(Ending::Done, $this->post()->ending);
    }

    /** @dataProvider unreadable */
    public function testAnAnswerCutInHalfTakesNothingAndIsRepeated(string $answer): void
    {
        $this->changes(2);
        // Parom has them, but its answer is lost on the way.
        $this->parom->instead[] = function (string $body) use ($answer): Reply {
            $this->parom->take($body);

            return new Reply(200, $answer);
        };

        self::assertSame(Trouble::Unreadable, $this->post()->trouble);
        self::assertSame([1, 2], $this->waiting());
        $this->clock->now += 60;
        $this->post();
        self::assertSame([1, 2, 1, 2], $this->parom->has);
        self::assertSame([], $this->waiting());
    }

    /** @return iterable<array{string}> */
    public static function unreadable(): iterable
    {
        foreach (['', '{"accepted_up', '{"accepted_up_to":', '<html>OK</html>', '{}', '[]', '2', '{"accepted_up_to":"2"}', '{"accepted_up_to":-1}'] as $answer) {
            yield [$answer];
        }
    }

    public function testOnlyWhatIsNamedIsForgotten(): void
    {
        $this->changes(5);
        $this->parom->instead[] = static fn (): Reply => new Reply(200, '{"accepted_up_to":3}');
        $this->parom->answers(503);

        self::assertSame(3, $this->post()->taken);
        self::assertSame([4, 5], $this->waiting());
    }

    public function testParomThatAcceptsNothingIsNotAskedForEver(): void
    {
        $this->changes(2);
        $this->parom->answers(200, '{"accepted_up_to":0}', 10);

        self::assertSame(Trouble::NothingAccepted, $this->post()->trouble);
        self::assertCount(1, $this->parom->requests);
    }

    public function testAChangeWhoseTransactionEndedLateIsStillPosted(): void
    {
        // Number 1 was taken first, and its transaction is open while 2 and 3 go to Parom.
        $this->changes(3);
        $this->outbox->forget([1]);
        $database = new PdoDatabase();
        $outbox = new SqlOutbox($database);
        $late = "INSERT INTO parom_bridge_outbox VALUES (1, 'deal', 77, 0, 'update', 100, 0)";
        $this->changes(3, $outbox);
        $outbox->forget([1]);
        $this->parom->instead[] = function (string $body) use ($database, $late): Reply {
            $reply = $this->parom->take($body);
            $database->run($late);

            return $reply;
        };
        $this->outbox = $outbox;

        $this->post();

        self::assertSame([2, 3, 1], $this->parom->has);
        self::assertSame([], $this->waiting());
    }

    public function testAChangeThatComesWhileItsCardIsOnTheWayIsPostedAgain(): void
    {
        $this->changes(1);
        $this->parom->instead[] = function (string $body): Reply {
            $this->changes(1);

            return $this->parom->take($body);
        };

        $this->post();

        self::assertSame([1, 2], $this->parom->has);
    }

    /** @dataProvider refusals */
    public function testARefusalKeepsTheRowsAndIsToldOnce(int $status, Trouble $trouble): void
    {
        $this->changes(2);
        $this->parom->answers($status, "секрет модуля не тот\n", 5);
        for ($try = 0; $try < 5; $try++) {
            $posting = $this->poster()->post(Effort::onDemand());
            self::assertSame([Ending::Failed, $trouble], [$posting->ending, $posting->trouble]);
        }

        self::assertSame([1, 2], $this->waiting());
        self::assertSame(["trouble began: {$trouble->value} {$status} секрет модуля не тот"], $this->diary->lines);
        self::assertSame($trouble, $this->states->load()->trouble);

        $this->poster()->post(Effort::onDemand());
        self::assertSame('trouble ended', $this->diary->lines[1]);
        self::assertNull($this->states->load()->trouble);
    }

    /** @return iterable<array{int, Trouble}> */
    public static function refusals(): iterable
    {
        yield [400, Trouble::Refused];
        yield [401, Trouble::NotSigned];
        yield [403, Trouble::WrongSecret];
        yield [404, Trouble::NobodyListens];
        yield [301, Trouble::Redirected];
    }

    public function testASilenceIsToldWhenItLastsAndARestartIsNoNews(): void
    {
        $this->changes(1);
        $this->parom->isAway(2);
        $this->parom->answers(503);
        for ($try = 0; $try < 3; $try++) {
            $this->poster()->post(Effort::onDemand());
        }
        self::assertSame([], $this->diary->lines);

        $this->parom->isAway(20);
        for ($try = 0; $try < 20; $try++) {
            $this->poster()->post(Effort::onDemand());
        }
        self::assertSame(['trouble began: unreachable Connection refused'], $this->diary->lines);
    }

    public function testAProxyThatShortensBodiesGetsShorterOnes(): void
    {
        $this->changes(1000);
        $short = fn (string $body): Reply => \strlen($body) > 30_000 ? new Reply(413, '') : $this->parom->take($body);
        $this->parom->instead = \array_fill(0, 50, $short);

        self::assertEquals(new Posting(Ending::Done, 1000), $this->post());
        self::assertSame(\range(1, 1000), $this->parom->has);
    }

    public function testAProxyThatLetsNothingPassIsATrouble(): void
    {
        $this->changes(1000);
        $this->parom->answers(413, 'Request Entity Too Large', 50);

        self::assertSame(Trouble::TooLarge, $this->post()->trouble);
        self::assertLessThan(15, \count($this->parom->requests));
        self::assertCount(1000, $this->waiting());
    }

    public function testAnOutageLeavesARowForEveryCard(): void
    {
        foreach (\range(1, 50) as $edit) {
            $this->outbox->put(new Change(Entity::Deal, 7, Event::Changed, 0, $edit));
        }
        $this->parom->isAway();
        $this->post();

        self::assertSame([50], $this->waiting());
    }

    public function testOneProcessPostsAtATime(): void
    {
        $this->changes(1);
        $this->lock->isTaken = true;

        self::assertSame(Ending::SomebodyElsePosts, $this->post()->ending);
        self::assertSame([], $this->parom->requests);
    }

    public function testAPortalThatIsEditedAllDayDoesNotWriteItsStateAllDay(): void
    {
        for ($second = 0; $second < 50; $second++) {
            $this->changes(1);
            $this->post();
            $this->clock->now++;
        }

        self::assertSame(1, $this->states->writes);
    }

    public function testTheCheckSendsNothingAndSaysWhatIsWrong(): void
    {
        $this->changes(1);
        self::assertSame(Ending::Done, $this->poster()->check()->ending);
        self::assertSame('{"changes":[]}', $this->parom->requests[0]['body']);

        $this->parom->answers(403, 'нет');
        self::assertSame(Trouble::WrongSecret, $this->poster()->check()->trouble);
        $this->parom->isAway();
        self::assertSame(Trouble::Unreachable, $this->poster()->check()->trouble);
        $this->parom->answers(200, '<html>другая программа</html>');
        self::assertSame(Trouble::Unreadable, $this->poster()->check()->trouble);

        self::assertSame([1], $this->waiting());
        self::assertSame(0, $this->states->writes);
    }

    public function testWhatAProxySaysIsShownAsOneLineOfText(): void
    {
        $page = "<html><head><style>b{}</style><title>502</title></head>\r\n<body>\0<b>Bad\tGateway</b> \xff" . \str_repeat('x', 1000);
        $shown = (new Reply(502, $page))->says();

        self::assertStringStartsWith('502 502 Bad Gateway', $shown);
        self::assertLessThan(320, \mb_strlen($shown));
    }

    public function testAnAddressIsTakenInEitherForm(): void
    {
        foreach (['http://parom:8024', ' http://parom:8024/ ', 'http://parom:8024/bitrix24/changes'] as $typed) {
            self::assertSame('http://parom:8024/bitrix24/changes', Address::in($typed)?->url);
        }
        self::assertSame('https://crm.example.ru/parom/bitrix24/changes', Address::in('https://crm.example.ru/parom/')?->url);
        foreach (['', 'parom:8024', 'ftp://parom', 'http://', 'http://user:password@parom', 'http://parom?x=1', 'http://pa rom', 'javascript:alert(1)'] as $bad) {
            self::assertNull(Address::in($bad), $bad);
        }
    }

    private function changes(int $count, ?SqlOutbox $outbox = null): void
    {
        for ($deal = 1; $deal <= $count; $deal++) {
            ($outbox ?? $this->outbox)->put(new Change(Entity::Deal, $deal, Event::Changed, 0, $this->clock->now));
        }
    }

    /** @return list<int> */
    private function waiting(): array
    {
        return \array_map(static fn ($row): int => $row->id, $this->outbox->oldest(100_000));
    }

    private function post(): Posting
    {
        return $this->poster()->post(Effort::ofAgent());
    }

    private function poster(): Poster
    {
        return new Poster(
            $this->outbox,
            $this->parom,
            new Signer(self::SECRET),
            Address::in('http://parom.local:8024') ?? throw new \LogicException('an address'),
            $this->states,
            $this->lock,
            $this->diary,
            $this->clock,
        );
    }
}
