//! What doctor says of the adapter of 1C and of the box module.

use domain::Clock;
use emulator::bitrix24::BoxModule;
use engine::{Finding, Settings, Severity};
use store::{Absence, Hello};

use crate::world::World;

const MODULE: &str = "Модуль портала";
const ADAPTER: &str = "Адаптер 1С";

/// What is said of a subject, good or not.
async fn told(world: &World, subject: &str) -> Vec<Finding> {
    let mut findings = world.engine.doctor().await;
    findings.retain(|finding| finding.subject == subject);
    findings
}

/// The same, only what is to be mended.
async fn to_mend(world: &World, subject: &str) -> Vec<Finding> {
    let mut findings = told(world, subject).await;
    findings.retain(|finding| finding.severity != Severity::Good);
    findings
}

fn hello(world: &World, adapter: &str) -> Hello {
    Hello {
        adapter: adapter.to_owned(),
        platform: "8.3.24.1548".to_owned(),
        compatibility_mode: "Версия8_2_16".to_owned(),
        configuration: "КомплекснаяАвтоматизация".to_owned(),
        configuration_version: "1.1.115.1".to_owned(),
        missing: vec![],
        at: world.clock.now(),
    }
}

async fn listening() -> World {
    World::open_with(Settings { hears_module: true, ..Settings::default() }).await
}

#[tokio::test]
async fn without_the_module_doctor_says_what_works_all_the_same() {
    let world = World::open().await;
    let [finding] = &told(&world, MODULE).await[..] else { panic!("one finding") };
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding.text.contains("не установлен") && finding.text.contains("Без него всё передаётся"),
        "{finding:?}"
    );
}

#[tokio::test]
async fn a_module_that_fits_has_nothing_to_be_mended() {
    let world = listening().await;
    world.portal.module().install(BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module"));
    let [finding] = &told(&world, MODULE).await[..] else { panic!("one finding") };
    assert_eq!(finding.severity, Severity::Good);
    for part in ["parom.bridge 1.0.0", "повторный ИНН не сохраняется", "PHP 8.2.28"]
    {
        assert!(finding.text.contains(part), "{finding:?}");
    }
    let standing = world.engine.store().bridge().await.unwrap().expect("it is kept for the console");
    assert_eq!(standing.said.map(|said| said.version).as_deref(), Some("1.0.0"));
}

#[tokio::test]
async fn everything_that_is_switched_off_in_the_module_is_told_with_its_cure() {
    let world = listening().await;
    world.portal.module().install(BoxModule::without_address().without_guard());
    let texts: Vec<String> = to_mend(&world, MODULE).await.into_iter().map(|finding| finding.text).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("проверка повторного ИНН выключена"), "{texts:?}");
    assert!(texts[1].contains("не сообщает об изменениях"), "{texts:?}");
}

#[tokio::test]
async fn a_module_whose_notices_nobody_lets_in_is_told_of() {
    let world = World::open().await;
    world.portal.module().install(BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module"));
    let [finding] = &to_mend(&world, MODULE).await[..] else { panic!("one finding") };
    assert!(
        finding.text.contains("не знает его секрета") && finding.cure.contains("module_secret"),
        "{finding:?}"
    );
}

#[tokio::test]
async fn a_module_of_another_protocol_or_major_version_does_not_fit() {
    let world = listening().await;
    for (version, protocol, cure) in
        [("1.4.0", 2, "Обновите Паром"), ("2.0.0", 1, "Обновите Паром"), ("0.9.0", 1, "Скопируйте")]
    {
        let module = BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module");
        world.portal.module().install(BoxModule { version: version.to_owned(), protocol, ..module });
        let [finding] = &to_mend(&world, MODULE).await[..] else { panic!("one finding of {version}") };
        assert!(finding.text.contains(version) && finding.text.contains("не подходит"), "{finding:?}");
        assert!(finding.cure.starts_with(cure), "{finding:?}");
    }
}

#[tokio::test]
async fn a_queue_that_does_not_leave_is_told_with_its_error() {
    let world = listening().await;
    // Nobody listens there.
    world.portal.module().install(BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module"));
    world.portal.employee().creates_company("Ромашка").unwrap();
    world.portal.notices().deliver().await;
    world.pass(3 * 60 * 60);
    let [finding] = &to_mend(&world, MODULE).await[..] else { panic!("one finding") };
    for part in ["ждут изменения: 1", "самое старое 3 ч", "Паром не отвечает"]
    {
        assert!(finding.text.contains(part), "{finding:?}");
    }
}

#[tokio::test]
async fn a_module_whose_folder_was_deleted_is_missed_until_it_is_back() {
    let world = listening().await;
    world.portal.module().install(BoxModule::new("http://127.0.0.1:9", "s3cr3t of the module"));
    to_mend(&world, MODULE).await;
    world.pass(60);
    world.portal.module().set_folder(false);
    let [finding] = &to_mend(&world, MODULE).await[..] else { panic!("one finding") };
    assert!(finding.text.contains("parom.bridge 1.0.0 отвечал"), "{finding:?}");
    assert!(finding.cure.contains("/local/modules/parom.bridge"), "{finding:?}");
    let absent_since = world.clock.now();
    world.pass(600);
    to_mend(&world, MODULE).await;
    let standing = world.engine.store().bridge().await.unwrap().expect("it was asked");
    assert_eq!((standing.absence, standing.absent_since), (Some(Absence::NotInstalled), Some(absent_since)));

    world.portal.module().set_folder(true);
    assert_eq!(to_mend(&world, MODULE).await, []);
}

#[tokio::test]
async fn a_module_that_does_not_speak_to_the_webhook_is_told_of_with_the_right_that_is_missing() {
    let without_scope =
        World::open_on(Settings::default(), |portal| portal.scopes = vec!["crm".to_owned()]).await;
    let of_an_employee = World::open_on(Settings::default(), |portal| portal.admin = false).await;
    for (world, part) in
        [(without_scope, "нет права «parom»"), (of_an_employee, "не администратор и не технический")]
    {
        world.portal.module().install(BoxModule::without_address());
        let [finding] = &to_mend(&world, MODULE).await[..] else { panic!("one finding") };
        assert!(finding.text.contains(part) && !finding.cure.is_empty(), "{finding:?}");
    }
}

#[tokio::test]
async fn a_secret_without_a_module_that_answers_is_told() {
    let world = listening().await;
    let [finding] = &to_mend(&world, MODULE).await[..] else { panic!("one finding") };
    assert!(finding.text.contains("module_secret") && finding.text.contains("не отвечает"), "{finding:?}");
}

#[tokio::test]
async fn doctor_sees_the_adapter_of_1c_by_its_hello() {
    let world = World::open().await;
    assert_eq!(told(&world, ADAPTER).await, []);
    let said = hello(&world, "Паром для 1С 1.0.0");
    world.engine.greet(&said).await.unwrap();
    let [finding] = &told(&world, ADAPTER).await[..] else { panic!("one finding") };
    assert_eq!(finding.severity, Severity::Good);
    for part in
        ["Паром для 1С 1.0.0", "8.3.24.1548", "режим совместимости Версия8_2_16", "КомплекснаяАвтоматизация"]
    {
        assert!(finding.text.contains(part), "{finding:?}");
    }

    let missing: Vec<String> = (1..=25).map(|number| format!("Документ.Запрос.Реквизит{number}")).collect();
    world.engine.greet(&Hello { missing, ..hello(&world, "Паром для 1С 2.1.0") }).await.unwrap();
    let [version, missing] = &to_mend(&world, ADAPTER).await[..] else { panic!("two findings") };
    assert!(
        version.text.contains("2.1.0 не подходит") && version.cure.starts_with("Обновите Паром"),
        "{version:?}"
    );
    assert!(
        missing.text.contains("Реквизит20 и ещё 5") && !missing.text.contains("Реквизит21"),
        "{missing:?}"
    );

    let old = Hello { platform: "8.1.15.14".to_owned(), ..hello(&world, "Своя обработка 3.0") };
    world.engine.greet(&old).await.unwrap();
    let [platform] = &to_mend(&world, ADAPTER).await[..] else { panic!("one finding") };
    assert!(platform.text.contains("8.1.15.14"), "{platform:?}");
}

#[tokio::test]
async fn a_1c_that_never_introduced_itself_and_one_that_is_silent_are_told() {
    let world = World::open().await;
    let mut write = world.engine.store().begin().await.unwrap();
    write.seen_onec(world.clock.now()).await.unwrap();
    write.commit().await.unwrap();
    let [finding] = &told(&world, ADAPTER).await[..] else { panic!("one finding") };
    assert!(finding.text.contains("ни разу не представилась"), "{finding:?}");

    world.pass(26 * 60 * 60);
    let [finding] = &to_mend(&world, "1С").await[..] else { panic!("one finding") };
    assert!(finding.text.contains("молчит 26 ч"), "{finding:?}");
}
