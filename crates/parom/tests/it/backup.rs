//! `backup` and `restore`: a copy beside a working service, and an old copy that knows less than both shores show.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use bitrix::SystemClock;
use emulator::onec::OneC;

use crate::support::{Place, Ran, Running};

const COPY: &str = "копия базы.db";

fn path(place: &Place, name: &str) -> PathBuf {
    place.folder.path().join(name)
}

/// Names of everything that lies beside the settings, without what an open database brings.
fn files(place: &Place) -> Vec<String> {
    let names = std::fs::read_dir(place.folder.path()).expect("the folder is ours");
    let mut names: Vec<_> = names
        .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !["-wal", "-shm", ".lock"].iter().any(|suffix| name.ends_with(suffix)));
    names.sort_unstable();
    names
}

/// A service under which 1C has shown everything, and all of it is in the portal.
async fn working(onec: &mut OneC) -> (Place, Running) {
    let place = Place::open().await;
    let service = place.serve();
    onec.push_all(&service.connection()).await.expect("the service answers");
    place.arrives().await;
    (place, service)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_after_the_copy_is_known_again_and_not_made_twice() {
    let mut onec = OneC::generated(6, 11, Arc::new(SystemClock));
    let (place, service) = working(&mut onec).await;
    let backup = place.run(&["backup", COPY]);
    assert_eq!(backup.code, Some(0), "{}{}", backup.out, backup.err);
    let later = OneC::generated(9, 11, Arc::new(SystemClock));
    for element in later.elements().skip(6) {
        onec.add(element);
    }
    onec.push_all(&service.connection()).await.expect("the service answers");
    place.arrives().await;
    let inns = place.inns();
    assert_eq!(inns.len(), 9);
    service.kill();

    let restored = place.run(&["restore", COPY]);

    assert_eq!(restored.code, Some(0), "{}{}", restored.out, restored.err);
    assert_eq!(place.status()["counterparties"], 6, "{:#}", place.status());
    let service = place.serve();
    let greeting = onec.hello(&service.connection()).await.expect("the service answers");
    assert_eq!(greeting["show_all"].to_string().replace('"', ""), "true", "1C is asked to show everything");
    onec.push_all(&service.connection()).await.expect("the service answers");
    place.arrives().await;
    assert_eq!(place.inns(), inns, "nothing was made twice");
    assert_eq!(place.status()["counterparties"], 9);
    let aside: Vec<_> = files(&place).into_iter().filter(|name| name.contains("before-restore")).collect();
    assert_eq!(aside.len(), 1, "the old database is kept: {aside:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_its_owners_alone_and_takes_nobodys_place() {
    let mut onec = OneC::generated(2, 5, Arc::new(SystemClock));
    let (place, _service) = working(&mut onec).await;

    let first = place.run(&["backup", COPY]);
    let second = place.run(&["backup", COPY]);

    assert!(first.out.contains("храните её как пароль"), "{}", first.out);
    let rights = std::fs::metadata(path(&place, COPY)).expect("it is there").permissions().mode();
    assert_eq!(rights & 0o777, 0o600);
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("уже есть"), "{}", second.err);
    assert_eq!(files(&place), ["parom.db", "parom.toml", COPY], "no draft is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_working_service_nothing_is_restored() {
    let mut onec = OneC::generated(2, 5, Arc::new(SystemClock));
    let (place, _service) = working(&mut onec).await;
    place.run(&["backup", COPY]);

    let Ran { code, err, .. } = place.run(&["restore", COPY]);

    assert_eq!(code, Some(1));
    assert!(err.contains("уже ведёт другой Паром"), "{err}");
    assert_eq!(files(&place), ["parom.db", "parom.toml", COPY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_copy_of_this_parom_changes_nothing() {
    let mut onec = OneC::generated(2, 5, Arc::new(SystemClock));
    let (place, service) = working(&mut onec).await;
    place.run(&["backup", COPY]);
    service.kill();
    std::fs::write(path(&place, "письмо.db"), "Дорогой бухгалтер!").expect("the folder is ours");
    let whole = std::fs::read(path(&place, COPY)).expect("it is there");
    std::fs::write(path(&place, "половина.db"), &whole[..whole.len() / 2]).expect("the folder is ours");
    let before = (files(&place), place.status());

    for (file, why) in [("письмо.db", "не годится"), ("половина.db", "не годится"), ("нет.db", "нет")]
    {
        let Ran { code, err, .. } = place.run(&["restore", file]);
        assert_eq!(code, Some(1), "{file}");
        assert!(err.contains(why), "{file}: {err}");
    }

    assert_eq!((files(&place), place.status()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_replaced_all_the_same_and_kept() {
    let mut onec = OneC::generated(3, 7, Arc::new(SystemClock));
    let (place, service) = working(&mut onec).await;
    place.run(&["backup", COPY]);
    service.kill();
    let damage = vec![7; 40_000];
    std::fs::write(path(&place, "parom.db"), &damage).expect("the folder is ours");
    std::fs::remove_file(path(&place, "parom.db-wal")).expect("it was killed, so its log is there");

    let Ran { code, out, err } = place.run(&["restore", COPY]);

    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(place.status()["counterparties"], 3);
    let kept = files(&place).into_iter().find(|name| name.contains("before-restore")).expect("it is kept");
    assert!(std::fs::read(path(&place, &kept)).expect("it is there") == damage);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_server_is_left_to_the_tools_of_the_server() {
    let place = Place::open().await;
    let settings = std::fs::read_to_string(path(&place, "parom.toml")).expect("the folder is ours");
    let url = format!("sqlite://{}/parom.db", place.folder.path().display());
    let settings = settings.replace(&url, "postgres://parom:tajna@127.0.0.1:1/parom");
    std::fs::write(path(&place, "parom.toml"), settings).expect("the folder is ours");

    for arguments in [["backup", COPY], ["restore", COPY]] {
        let Ran { code, err, .. } = place.run(&arguments);
        assert_eq!(code, Some(1));
        assert!(err.contains("pg_dump") && !err.contains("tajna"), "{err}");
    }
}
