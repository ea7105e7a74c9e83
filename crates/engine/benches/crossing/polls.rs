//! What an empty poll costs beside ten thousand links and beside a million.

use std::sync::Arc;

use bitrix::SystemClock;
use domain::{Clock, Ids, Link, Shown, SignedDuration};
use store::Store;

use crate::entities::{entity, guid};

const REDELIVER: SignedDuration = SignedDuration::from_mins(4);
/// Polls of one measurement.
const POLLS: u32 = 2_000;
/// Links written together.
const CHUNK: u32 = 5_000;

pub(super) async fn measure() {
    for links in [10_000, 1_000_000] {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        fill(folder.path(), links).await;
        // Nothing is asked of the portal.
        let engine = crate::engine(folder.path(), "http://127.0.0.1:9/rest/1/secret/").await;
        let began = SystemClock.now();
        for _ in 0..POLLS {
            let offered = engine.poll(100, REDELIVER).await.expect("the database works");
            assert!(offered.is_empty());
        }
        let each = crate::seconds(began, SystemClock.now()) / f64::from(POLLS);
        println!("empty poll with {links} links: {:.0} µs", each * 1e6);
    }
}

async fn fill(folder: &std::path::Path, links: u32) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Ids::new(Arc::clone(&clock), 1);
    let url = format!("sqlite://{}/parom.db", folder.display());
    let store = Store::open(&url).await.expect("the file opens");
    for first in (0..links).step_by(CHUNK as usize) {
        let mut write = store.begin().await.expect("the database works");
        for number in first..(first + CHUNK).min(links) {
            let mut link = Link::new(ids.link());
            let shown = Shown { snapshot: entity(number), changed_at: None, seen_at: clock.now() };
            link.onec_ref = Some(guid(number));
            link.company_id = Some(i64::from(number) + 1);
            link.requisite_id = Some(i64::from(number) + 1);
            link.base = shown.snapshot.clone();
            link.onec = Some(shown.clone());
            link.bitrix = Some(shown);
            write.save_link(&link).await.expect("the database works");
        }
        write.commit().await.expect("the database works");
    }
    store.close().await;
}
