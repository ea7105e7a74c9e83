//! The command line: what it understands, what it says when it does not, and how it exits.

use std::path::Path;

use crate::support::{Ran, parom, ran, run_in};

fn run(arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    run_in(folder.path(), arguments)
}

#[test]
fn the_help_lists_what_works_in_russian() {
    insta::assert_snapshot!(run(&["--help"]).out);
}

#[test]
fn every_command_has_help_and_no_heading_of_it_is_english() {
    for command in [
        &["demo"][..],
        &["serve"],
        &["load"],
        &["plan"],
        &["setup"],
        &["doctor"],
        &["status"],
        &["reconcile"],
        &["parked"],
        &["parked", "list"],
        &["parked", "retry"],
        &["parked", "drop"],
        &["jobs"],
        &["jobs", "list"],
        &["jobs", "show"],
        &["jobs", "cancel"],
        &["record"],
        &["record", "show"],
        &["record", "history"],
        &["record", "send"],
        &["record", "take"],
        &["record", "undo"],
        &["record", "unlink"],
        &["record", "link"],
        &["record", "deal"],
        &["user"],
        &["user", "add"],
        &["user", "list"],
        &["user", "passwd"],
        &["user", "role"],
        &["user", "block"],
        &["emulate"],
        &["emulate", "bitrix24"],
        &["emulate", "onec"],
        &["config"],
    ] {
        let Ran { code, out, .. } = run(&[command, &["--help"]].concat());
        assert_eq!(code, Some(0), "{command:?}");
        assert!(out.contains("Вызов: parom"), "{out}");
        for english in
            ["Usage", "Options", "Arguments", "Commands", "default:", "possible values", "Print help"]
        {
            assert!(!out.contains(english), "{command:?}: {out}");
        }
    }
}

#[test]
fn a_wrong_command_line_exits_with_2_and_says_what_is_wrong() {
    let check = |arguments: &[&str], expected: &str| {
        let Ran { code, out, err } = run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {err}");
        assert_eq!(out, "");
        assert!(err.starts_with("ошибка: "), "{err}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    };

    check(&[], "не сказано, что сделать");
    check(&["laod", "x.csv"], "нет команды `laod`; похоже на `load`");
    check(&["status", "--jsn"], "неизвестный параметр `--jsn`; похоже на `--json`");
    check(&["load"], "не хватает: <ФАЙЛ>");
    check(&["status", "--config"], "нет значения");
    check(&["status", "--log-format", "xml"], "бывает: text, json");
    check(&["parked", "list", "--reason", "лень"], "duplicate-in-one-c");
    check(&["parked", "retry"], "--all");
    check(&["parked", "drop", "17"], "26 букв и цифр");
    check(&["emulate", "onec"], "--parom");
    check(&["emulate", "bitrix24", "--faults", "101"], "101");
}

#[test]
fn the_version_goes_to_the_standard_output() {
    let Ran { code, out, .. } = run(&["--version"]);

    assert_eq!((code, out.trim()), (Some(0), concat!("parom ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_named_file_of_settings_has_to_exist_and_its_problems_are_told_together() {
    let folder = tempfile::tempdir().unwrap();

    let absent = run_in(folder.path(), &["status", "--config", "нет.toml"]);
    assert_eq!(absent.code, Some(1));
    assert!(absent.err.contains("нет.toml") && absent.err.contains("файла нет"), "{}", absent.err);

    std::fs::write(folder.path().join("my.toml"), "[onec]\nlogn = \"1c\"\nmatch = \"инн\"\n").unwrap();
    let wrong = run_in(folder.path(), &["status", "--config", "my.toml"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("строка 2: [onec] не знает ключа `logn`; похож на `login`"), "{}", wrong.err);
    assert!(wrong.err.contains("строка 3: `match`"), "{}", wrong.err);
}

#[test]
fn serve_without_settings_says_all_that_is_missing_and_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("my.toml"), "[server]\nlisten = \"0.0.0.0:0\"\n").unwrap();

    let Ran { code, err, .. } = run_in(folder.path(), &["serve", "--config", "my.toml"]);

    assert_eq!(code, Some(1));
    assert!(err.contains("webhook_url") && err.contains("password"), "{err}");
    assert!(err.contains("виден из сети"), "nobody on the network is asked for the settings: {err}");
    assert_eq!(files(folder.path()), ["my.toml"]);
}

#[test]
fn a_secret_is_shown_by_no_complaint_and_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let told = |command: &[&str]| {
        let ran = ran(parom(folder.path())
            .env("PAROM_BITRIX24__WEBHOOK_URL", "http://127.0.0.1:9/rest/1/s3cr3tc0de/")
            .env("PAROM_ONEC__PASSWORD", "s3cr3tw0rd")
            .env("PAROM_LOG", "trace")
            .args(command));
        format!("{}{}", ran.out, ran.err)
    };

    for command in [&["doctor"][..], &["setup"], &["load", "нет.csv"], &["status", "--json"]] {
        let told = told(command);
        assert!(!told.contains("s3cr3t"), "{command:?}: {told}");
    }
}

#[test]
fn the_printed_settings_are_settings() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run_in(folder.path(), &["config"]);
    std::fs::write(folder.path().join("parom.toml"), &printed.out).unwrap();

    let Ran { code, out, err } = run_in(folder.path(), &["status"]);

    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("Контрагентов известно"), "{out}");
}

#[test]
fn a_reader_who_goes_away_is_no_failure() {
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let mut child = parom(folder.path()).arg("config").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());

    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is ours");
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
