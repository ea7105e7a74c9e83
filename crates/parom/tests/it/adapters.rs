//! Both adapters are seen by `status` and `doctor`.

use std::sync::Arc;

use bitrix::SystemClock;
use emulator::bitrix24::BoxModule;
use emulator::onec::OneC;

use crate::support::Place;

#[tokio::test(flavor = "multi_thread")]
async fn status_and_doctor_name_the_versions_of_both_adapters() {
    let place = Place::open().await;
    let before = place.run(&["status"]).out;
    assert!(!before.contains("parom.bridge"), "{before}");
    place.portal.module().install(BoxModule::without_address());
    let service = place.serve();
    OneC::empty(Arc::new(SystemClock)).hello(&service.connection()).await.unwrap();

    let doctor = place.run(&["doctor"]).out;
    for part in ["Паром для 1С 1.0.0", "parom.bridge 1.0.0", "не сообщает об изменениях"]
    {
        assert!(contains(&doctor, part), "{part}: {doctor}");
    }

    let status = place.run(&["status"]).out;
    for part in
        ["Обработка Паром для 1С 1.0.0", "Модуль портала parom.bridge 1.0.0: повторный ИНН не сохраняется"]
    {
        assert!(status.contains(part), "{part}: {status}");
    }
    assert_eq!(place.status()["module"]["said"]["version"], "1.0.0");
}

/// Whether all words are there, wherever the table breaks its lines.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    part.split(' ').all(|word| text.contains(word))
}
