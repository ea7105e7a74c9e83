//! What arrives, and what becomes of what does not.

use alerts::{Cause, Rules, desk};
use domain::{Clock, SignedDuration};

use crate::sinks::Mood;
use crate::world::{SECRET, World};

#[tokio::test]
async fn an_alert_arrives_once_on_every_channel_and_so_does_its_end() {
    let world = World::open().await;
    world.stop_lane().await;
    world.turn().await;
    world.turn().await;

    let [mail] = &world.mails()[..] else { panic!("{:#?}", world.mails()) };
    assert!(mail.contains("Subject: Паром: Передача в Битрикс24 остановлена с 27.11.2026 12:00\n"), "{mail}");
    assert!(mail.contains("\nнет права «CRM». Устраните причину: передача возобновится сама.\n"), "{mail}");
    assert!(
        mail.contains("RCPT TO:<admin@example.ru>") && mail.contains("MAIL FROM:<parom@example.ru>"),
        "{mail}"
    );
    assert!(mail.contains("Message-ID: <parom.lane-stopped/1795770000000000/1@example.ru>"), "{mail}");
    assert!(mail.contains("Date: Fri, 27 Nov 2026 09:00:00 +0000"), "{mail}");
    let [post] = &world.telegram.got()[..] else { panic!("{:#?}", world.telegram.got()) };
    assert!(post.starts_with(&format!("/bot12:{SECRET}/sendmessage ")), "{post}");
    assert!(
        post.contains(r#""chat_id":"-100500""#) && post.contains("Передача в Битрикс24 остановлена"),
        "{post}"
    );
    let notifications = world.portal.notifications();
    assert_eq!(notifications.len(), 1);
    assert!(notifications[0].text.contains("Передача в Битрикс24 остановлена"), "{notifications:?}");

    world.open_lane().await;
    world.turn().await;
    assert_eq!(world.mails().len(), 1, "it may stop again within a minute");
    world.passes(3);
    world.turn().await;
    world.turn().await;
    assert_eq!(world.mails().len(), 2);
    assert!(world.mails()[1].contains("Subject: Паром: закончилось"), "{}", world.mails()[1]);
    assert_eq!(world.telegram.got().len(), 2);
    assert!(desk::open(&world.store).await.unwrap().is_empty());
    let ended = desk::ended(&world.store, None, 10).await.unwrap();
    assert_eq!(ended.len(), 1);
    let after = desk::ended(&world.store, Some((ended[0].since, &ended[0].cause)), 10).await.unwrap();
    assert!(after.is_empty());
}

#[tokio::test]
async fn reminders_take_the_place_of_the_notification_before_them() {
    let world = World::open().await;
    world.stop_lane().await;
    for _ in 0..8 {
        world.turn().await;
        world.passes(30);
    }
    // At 0:00, 1:00 and 3:00. (Nobody asks the portal anything here, so it is silent after a while, too.)
    let mails: Vec<_> = world.mails().into_iter().filter(|mail| mail.contains("остановлена")).collect();
    assert_eq!(mails.len(), 3);
    assert!(
        mails[2].contains("напоминание") && mails[2].contains("открыто с 27.11.2026 12:00"),
        "{}",
        mails[2]
    );
    let notifications = world.portal.notifications();
    let of_lane: Vec<_> = notifications.iter().filter(|one| one.text.contains("остановлена")).collect();
    assert!(of_lane.iter().all(|one| one.tag == of_lane[0].tag), "{of_lane:?}");
}

#[tokio::test]
async fn a_channel_that_fails_stops_no_other_and_says_how_it_fails() {
    let world = World::with(&["wrong@example.ru", "right@example.ru"], Rules::default()).await;
    world.telegram.is(Mood::Refuses);
    world.stop_lane().await;
    world.turn().await;

    assert_eq!(world.mails().len(), 2);
    let telegram = world.channel("telegram").await;
    let failure = telegram.failure.expect("it refused");
    assert_eq!(failure.error, "Telegram отказал (400): Bad Request: chat not found for bot ***");
    assert_eq!((telegram.waiting, telegram.said_at), (1, None));
    assert!(world.channel("email").await.said_at.is_some());

    // After a quarter of an hour the others are told of it, and when it works again it has caught up.
    world.passes(15);
    world.turn().await;
    let told = world.mails().iter().filter(|mail| mail.contains("Предупреждения не доходят")).count();
    assert_eq!(told, 2, "{:#?}", world.mails());
    world.telegram.is(Mood::Well);
    world.passes(30);
    world.say().await;
    let telegram = world.channel("telegram").await;
    assert_eq!((telegram.failure, telegram.waiting), (None, 0));
}

#[tokio::test]
async fn a_refused_mail_is_tried_again_with_growing_pauses_until_it_arrives() {
    let world = World::open().await;
    world.smtp.is(Mood::Refuses);
    world.stop_lane().await;
    world.turn().await;
    assert_eq!(world.mails().len(), 0);
    let failure = world.channel("email").await.failure.expect("it was refused").error;
    assert!(failure.contains("не принят получатель: 550 no such user"), "{failure}");

    world.smtp.is(Mood::Well);
    world.say().await;
    assert_eq!(world.mails().len(), 0, "half a minute is not over");
    world.clock.advance(SignedDuration::from_secs(30));
    world.say().await;
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_whose_receipt_was_lost_is_doubled_at_most() {
    let world = World::open().await;
    for mood in [Mood::HangsUpAfterwards, Mood::Broken] {
        world.smtp.is(mood);
        world.telegram.is(mood);
        world.stop_lane().await;
        world.turn().await;
        for _ in 0..10 {
            world.passes(5);
            world.say().await;
        }
        world.open_lane().await;
        for _ in 0..4 {
            world.turn().await;
            world.passes(5);
        }
    }
    let raised = |got: Vec<String>, since: &str| got.iter().filter(|one| one.contains(since)).count();
    // A lost receipt: twice. «554 out of order» after the mail is a refusal: as often as needed; a 502 is no answer.
    assert_eq!(raised(world.mails(), "<parom.lane-stopped/1795770000000000/1@"), 2);
    assert!(raised(world.mails(), "Message-ID: <parom.lane-stopped/1795774200000000/1@") > 2);
    let telegram = world.telegram.got();
    for text in ["остановлена с 27.11.2026 12:00", "остановлена с 27.11.2026 13:10"] {
        let raised = telegram.iter().filter(|one| one.contains(text) && !one.contains("закончилось")).count();
        assert_eq!(raised, 2, "{text}: {telegram:#?}");
    }
}

#[tokio::test]
async fn telegram_that_asks_to_come_back_later_is_left_alone_till_then() {
    let world = World::open().await;
    world.telegram.is(Mood::Busy);
    world.stop_lane().await;
    world.turn().await;
    world.telegram.is(Mood::Well);
    for _ in 0..14 {
        world.passes(1);
        world.say().await;
    }
    assert_eq!(world.telegram.got().len(), 1);
    world.passes(1);
    world.say().await;
    assert_eq!(world.telegram.got().len(), 2);
}

#[tokio::test]
async fn what_did_not_leave_before_the_end_is_told_as_ended_only() {
    let world = World::open().await;
    world.smtp.is(Mood::Refuses);
    world.stop_lane().await;
    world.turn().await;
    world.open_lane().await;
    world.turn().await;
    world.passes(5);
    world.smtp.is(Mood::Well);
    world.turn().await;
    assert_eq!(world.mails().len(), 1);
    assert!(world.mails()[0].contains("закончилось"), "{}", world.mails()[0]);
    assert!(world.mails()[0].contains("с 27.11.2026 12:00 до 27.11.2026 12:00"), "{}", world.mails()[0]);
}

#[tokio::test]
async fn a_muted_cause_is_shown_and_not_told() {
    let world = World::open().await;
    let now = world.clock.now();
    desk::mute(&world.store, Some(Cause::LaneStopped), now + SignedDuration::from_hours(2), "Иванова", now)
        .await
        .unwrap();
    world.stop_lane().await;
    world.turn().await;
    assert_eq!((world.mails().len(), desk::open(&world.store).await.unwrap().len()), (0, 1));
    assert_eq!(desk::mutes(&world.store, now).await.unwrap()[0].who, "Иванова");

    assert!(desk::unmute(&world.store, Some(Cause::LaneStopped)).await.unwrap());
    assert!(!desk::unmute(&world.store, Some(Cause::LaneStopped)).await.unwrap());
    world.turn().await;
    assert_eq!(world.mails().len(), 1);

    let far = now + SignedDuration::from_hours(10_000);
    desk::mute(&world.store, None, far, "Иванова", now).await.unwrap();
    assert_eq!(desk::mutes(&world.store, now).await.unwrap()[0].until, now + desk::MUTE_MAX);
}

#[tokio::test]
async fn a_test_is_tried_once_on_every_channel() {
    let world = World::open().await;
    world.telegram.is(Mood::Refuses);
    let tested = world.alarm.test("Иванова").await.unwrap();
    let failed: Vec<_> =
        tested.iter().filter(|one| one.failure.is_some()).map(|one| one.target.as_str()).collect();
    assert_eq!((tested.len(), failed), (3, vec!["Telegram -100500"]));
    assert!(world.mails()[0].contains("попросил Иванова"), "{}", world.mails()[0]);

    desk::ask_for_test(&world.store, "Петров", &world.rules, world.clock.now()).await.unwrap();
    world.say().await;
    world.passes(60);
    world.say().await;
    assert_eq!((world.mails().len(), world.telegram.got().len()), (2, 2));
}

#[tokio::test]
async fn the_summary_of_a_day_comes_once() {
    let rules = Rules { digest_at: Some("13:00".parse().unwrap()), ..Rules::default() };
    let world = World::with(&["admin@example.ru"], rules).await;
    let summaries = || world.mails().into_iter().filter(|mail| mail.contains("сводка")).collect::<Vec<_>>();
    world.turn().await;
    assert_eq!(summaries().len(), 0);
    world.passes(60);
    world.turn().await;
    world.turn().await;
    assert_eq!(summaries().len(), 1);
    assert!(summaries()[0].contains("Subject: Паром: сводка на 27.11.2026 13:00"), "{}", summaries()[0]);
    world.passes(24 * 60 - 1);
    world.turn().await;
    assert_eq!(summaries().len(), 1);
    world.passes(1);
    world.turn().await;
    assert_eq!(summaries().len(), 2);
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_or_speaks_no_tls_gets_nothing() {
    use alerts::{Alarm, Channels, Email, Parts, SmtpSecurity};
    use domain::Ids;

    let world = World::open().await;
    for (server, security, expected) in [
        ("127.0.0.1:1".to_owned(), SmtpSecurity::None, "не удалось соединиться"),
        (world.smtp.address.to_string(), SmtpSecurity::StartTls, "не удалось соединиться: STARTTLS"),
        (world.smtp.address.to_string(), SmtpSecurity::Tls, "не удалось соединиться"),
    ] {
        let clock: std::sync::Arc<dyn Clock> = world.clock.clone();
        let email = Email {
            to: vec!["admin@example.ru".parse().unwrap()],
            from: "parom@example.ru".parse().unwrap(),
            server: server.parse().unwrap(),
            security,
            login: Some("parom".to_owned()),
            password: Some(SECRET.to_owned().into()),
        };
        let alarm = Alarm::new(Parts {
            store: world.store.clone(),
            engine: None,
            ids: std::sync::Arc::new(Ids::new(clock.clone(), 9)),
            clock,
            rules: Rules::default(),
            channels: Channels { email: Some(email), ..Channels::default() },
        })
        .unwrap();
        let tested = alarm.test("тест").await.unwrap();
        let failure = tested[0].failure.clone().expect("nobody was reached");
        assert!(failure.contains(expected) && failure.contains(&server), "{security:?}: {failure}");
        assert!(!failure.contains(SECRET), "{failure}");
    }
    assert!(world.mails().is_empty());
}
