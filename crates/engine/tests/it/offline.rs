//! Offline events of a local application: quick where they work, and missed by nobody where they do not.

use std::sync::Arc;

use bitrix::{Application, ApplicationSettings, Grant, TokenPair, TokenStore};
use domain::{Clock, Field, Timestamp};
use emulator::bitrix24::LocalApplication;
use emulator::faults::Fault;
use engine::{EngineError, Finding, Severity};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use store::{ApplicationTokens, Store};

use crate::entities::{guid, inn};
use crate::way_back::agreed;
use crate::world::World;

const CLIENT: &str = "local.parom";
/// An administrator of the emulated portal.
const ADMIN: i64 = 1;

/// Tokens in the database of the test, as Parom keeps them.
#[derive(Debug)]
struct Kept(Store);

impl TokenStore for Kept {
    fn load(&self) -> BoxFuture<'_, Result<Option<TokenPair>, String>> {
        Box::pin(async {
            let kept = self.0.application_tokens(CLIENT).await.map_err(|error| error.to_string())?;
            Ok(kept.map(|tokens| TokenPair {
                access: SecretString::from(tokens.access),
                refresh: SecretString::from(tokens.refresh),
                expires_at: tokens.expires_at,
            }))
        })
    }

    fn save<'a>(&'a self, pair: &'a TokenPair) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            let tokens = ApplicationTokens {
                access: pair.access.expose_secret().to_owned(),
                refresh: pair.refresh.expose_secret().to_owned(),
                expires_at: pair.expires_at,
            };
            let keep = async {
                let mut write = self.0.begin().await?;
                write.keep_application_tokens(CLIENT, &tokens).await?;
                write.commit().await
            };
            keep.await.map_err(|error: store::StoreError| error.to_string())
        })
    }
}

impl World {
    /// The engine of this world, from now on with the local application of the portal.
    fn add_application(&mut self) {
        let settings = ApplicationSettings {
            client_id: CLIENT.to_owned(),
            client_secret: "s3cr3t".into(),
            oauth_server: self.portal.application().server_url().parse().expect("a loopback address"),
        };
        let webhook = self.portal.webhook_url().parse().expect("the address of a webhook");
        let clock: Arc<dyn Clock> = self.clock.clone();
        let tokens = Arc::new(Kept(self.engine.store().clone()));
        let application = Application::new(&bitrix::Settings::new(webhook), &settings, tokens, clock);
        self.engine = self.engine.clone().with_application(application.expect("a client"));
    }

    /// An employee changes a requisite.
    fn changes_kpp(&self, kpp: &str) {
        let (_, requisite) = self.card(&inn(1));
        self.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", kpp)]).expect("employees may");
    }

    /// What 1C is offered without any sweep.
    async fn kpp_without_a_sweep(&self) -> Option<String> {
        self.engine.collect().await.expect("the portal answers");
        let offered = self.exchange().await;
        offered.into_iter().find(|offer| offer.changed == [Field::Kpp])?.snapshot.kpp
    }
}

/// An agreed world whose application is connected and subscribed, with nothing in the queue.
async fn listening() -> World {
    let mut world = agreed().await;
    // Swept just now: whatever comes in this minute comes by an event.
    world.look().await;
    let client_secret = "s3cr3t".to_owned();
    world.portal.application().add(LocalApplication { client_id: CLIENT.to_owned(), client_secret });
    world.add_application();
    let form = world.portal.application().install_form(ADMIN);
    let grant = Grant::read(form.as_bytes(), now(&world)).expect("tokens");
    world.engine.connect_application(grant).await.expect("an administrator");
    assert_eq!(world.engine.hear().await.expect("the portal answers"), 0);
    assert_eq!(world.portal.application().subscriptions(), 15);
    world
}

fn now(world: &World) -> Timestamp {
    world.clock.now()
}

#[tokio::test]
async fn an_offline_event_brings_the_card_before_the_next_sweep() {
    let world = listening().await;
    world.changes_kpp("997950001");
    assert_eq!(world.kpp_without_a_sweep().await, None, "no sweep is due");

    assert!(world.engine.hear().await.expect("the portal answers") > 0);

    assert_eq!(world.kpp_without_a_sweep().await.as_deref(), Some("997950001"));
    assert_eq!(world.portal.application().queued(), (0, 0));
    assert_eq!(world.engine.hear().await.expect("the portal answers"), 0);
}

#[tokio::test]
async fn a_lost_answer_of_the_queue_loses_nothing() {
    let world = listening().await;
    world.changes_kpp("997950001");
    world.portal.faults().next(Fault::CutAfter);

    assert!(matches!(world.engine.hear().await, Err(EngineError::Portal(error)) if error.may_have_run()));
    assert_eq!(world.portal.application().queued(), (0, 1), "hidden from everybody else");

    assert_eq!(world.engine.hear().await.expect("the portal answers"), 1);
    assert_eq!(world.kpp_without_a_sweep().await.as_deref(), Some("997950001"));
    assert_eq!(world.portal.application().queued(), (0, 0));
}

#[tokio::test]
async fn a_process_killed_before_it_forgot_the_events_finds_them_again() {
    let mut world = listening().await;
    world.changes_kpp("997950001");
    // The events arrive, and nobody hears that they shall be forgotten.
    world.portal.faults().at(2, Fault::CutBefore);
    world.engine.hear().await.expect_err("the second request is lost");
    assert_eq!(world.kpp_without_a_sweep().await.as_deref(), Some("997950001"));

    world.restart().await;
    world.add_application();

    assert_eq!(world.engine.hear().await.expect("the tokens survived"), 1);
    assert_eq!(world.portal.application().queued(), (0, 0));
    assert_eq!(world.kpp_without_a_sweep().await, None, "the same card again changes nothing");
}

#[tokio::test]
async fn an_expired_token_is_exchanged_once_and_the_new_one_survives_a_restart() {
    let mut world = listening().await;
    world.portal.application().expire_access_tokens();
    world.changes_kpp("997950001");
    assert_eq!(world.engine.hear().await.expect("a new token"), 1);
    assert_eq!(world.portal.application().exchanges(), 1);

    world.restart().await;
    world.add_application();
    world.changes_kpp("997950002");
    assert_eq!(world.engine.hear().await.expect("the kept token"), 1);
    assert_eq!(world.portal.application().exchanges(), 1);

    world.pass(3600);
    assert_eq!(world.engine.hear().await.expect("the next token"), 0);
    assert_eq!(world.portal.application().exchanges(), 2);
}

#[tokio::test]
async fn a_portal_whose_oauth_server_is_out_of_reach_is_swept_as_before() {
    let world = listening().await;
    world.portal.application().expire_access_tokens();
    world.portal.application().set_server_out_of_reach(true);
    world.changes_kpp("997950001");

    let error = world.engine.hear().await.expect_err("there is no token");
    assert!(error.to_string().contains("сервер авторизации"), "{error}");
    world.look().await;
    let offered = world.exchange().await;
    assert_eq!((offered.len(), offered[0].onec_ref), (1, Some(guid(1))));

    world.portal.application().set_server_out_of_reach(false);
    assert_eq!(world.engine.hear().await.expect("the server is back"), 1);
    assert_eq!(world.kpp_without_a_sweep().await, None);
}

#[tokio::test]
async fn a_licence_without_reserving_is_taken_as_it_is() {
    let world = listening().await;
    world.portal.application().set_extended(false);
    world.changes_kpp("997950001");

    assert_eq!(world.engine.hear().await.expect("the portal answers"), 1);

    assert_eq!(world.kpp_without_a_sweep().await.as_deref(), Some("997950001"));
    assert_eq!(world.portal.application().queued(), (0, 0));
}

#[tokio::test]
async fn setup_subscribes_once_and_tells_who_has_to_connect_the_application_first() {
    let mut world = agreed().await;
    let client_secret = "s3cr3t".to_owned();
    world.portal.application().add(LocalApplication { client_id: CLIENT.to_owned(), client_secret });
    world.add_application();
    let report = world.engine.setup().await.expect("the portal answers");
    assert!(report.left[0].contains("/oauth/authorize/?client_id=local.parom"), "{:?}", report.left);

    let finding = |findings: Vec<Finding>| findings.into_iter().find(|one| one.subject == "Офлайн-события");
    let found = finding(world.engine.doctor().await).expect("there is an application");
    assert_eq!(found.severity, Severity::Warning, "{found:?}");

    let code = world.portal.application().code(ADMIN);
    let grant = Grant::read(format!("code={code}").as_bytes(), now(&world)).expect("a code");
    world.engine.connect_application(grant).await.expect("an administrator");
    let report = world.engine.setup().await.expect("the portal answers");
    assert_eq!((report.made.len(), report.left.len()), (1, 0), "{report:?}");
    let report = world.engine.setup().await.expect("the portal answers");
    assert_eq!((report.made.len(), report.left.len()), (0, 0), "{report:?}");
    let found = finding(world.engine.doctor().await).expect("there is an application");
    assert_eq!(found.severity, Severity::Good, "{found:?}");
}
