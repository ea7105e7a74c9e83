//! Whoever uses the console: people, their sessions, wrong passwords, and what was done.

use domain::{Role, UserId};
use store::{AuditEntry, AuditFilter, AuditResult, Person, Session, StoreError};

use crate::world::{Kept, World, on_both};

impl World {
    fn person(&self, login: &str, role: Role) -> Person {
        Person {
            id: self.ids.user(),
            login: login.to_owned(),
            name: format!("Имя {login}"),
            role,
            password: format!("hash of {login}"),
            must_change: false,
            is_blocked: false,
            created_at: self.now(),
            seen_at: None,
        }
    }

    async fn added(&self, login: &str, role: Role) -> Result<UserId, StoreError> {
        let person = self.person(login, role);
        let mut write = self.store.begin().await?;
        write.add_person(&person).await?;
        write.commit().await?;
        Ok(person.id)
    }

    fn session(&self, person: UserId) -> Session {
        Session {
            person,
            created_at: self.now(),
            seen_at: self.now(),
            expires_at: self.later(3600),
            address: "192.0.2.7".to_owned(),
            agent: "Браузер".to_owned(),
        }
    }

    async fn opened(&self, token: &str, person: UserId) -> Kept {
        let mut write = self.store.begin().await?;
        write.open_session(token, &self.session(person)).await?;
        write.commit().await
    }

    async fn did(&self, login: &str, act: &str, result: AuditResult) -> Result<AuditEntry, StoreError> {
        self.pass(1);
        let entry = AuditEntry {
            id: self.ids.audit(),
            at: self.now(),
            person: None,
            login: login.to_owned(),
            address: "192.0.2.7".to_owned(),
            act: act.to_owned(),
            subject: "запись".to_owned(),
            result,
            detail: String::new(),
        };
        let mut write = self.store.begin().await?;
        write.begin_audit(&entry).await?;
        write.commit().await?;
        Ok(entry)
    }
}

#[tokio::test]
async fn a_login_is_one_persons_in_whatever_case_it_is_typed() {
    on_both(async |world| {
        assert!(!world.store.has_people().await?);
        let anna = world.added("Anna", Role::Administrator).await?;
        world.added("boris", Role::Viewer).await?;

        let mut write = world.store.begin().await?;
        let second = write.add_person(&world.person("ANNA", Role::Viewer)).await;
        assert!(matches!(second, Err(StoreError::Taken { .. })), "{second:?}");
        drop(write);

        assert!(world.store.has_people().await?);
        assert_eq!(world.store.person_by_login(" aNNa ").await?.map(|person| person.id), Some(anna));
        let logins: Vec<_> = world.store.people().await?.into_iter().map(|person| person.login).collect();
        assert_eq!(logins, ["anna", "boris"]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn whoever_is_blocked_or_gets_another_password_is_signed_out_everywhere() {
    on_both(async |world| {
        let anna = world.added("anna", Role::Operator).await?;
        let boris = world.added("boris", Role::Viewer).await?;
        for (token, person) in [("a1", anna), ("a2", anna), ("b1", boris)] {
            world.opened(token, person).await?;
        }

        let mut write = world.store.begin().await?;
        write.set_password(anna, "another hash", true).await?;
        write.commit().await?;
        assert_eq!(world.store.sessions_of(anna).await?, []);
        assert!(world.store.person(anna).await?.is_some_and(|anna| anna.must_change));
        assert!(world.store.session("b1").await?.is_some());

        let mut write = world.store.begin().await?;
        write.set_blocked(boris, true).await?;
        write.commit().await?;
        assert_eq!(world.store.session("b1").await?, None);
        assert!(world.store.person(boris).await?.is_some_and(|boris| boris.is_blocked));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_session_is_found_by_its_token_until_it_ends() {
    on_both(async |world| {
        let anna = world.added("anna", Role::Operator).await?;
        world.opened("old", anna).await?;
        world.pass(60);
        let mut write = world.store.begin().await?;
        write.saw_session("old", anna, world.now()).await?;
        write.commit().await?;

        let found = world.store.session("old").await?.expect("it is open");
        assert_eq!((found.person, found.seen_at), (anna, world.now()));
        assert_eq!(world.store.person(anna).await?.and_then(|anna| anna.seen_at), Some(world.now()));
        assert_eq!(world.store.session("other").await?, None);

        // Those that have ended go when somebody signs in.
        world.pass(2 * 3600);
        world.opened("new", anna).await?;
        assert_eq!(world.store.session("old").await?, None);
        let mut write = world.store.begin().await?;
        write.close_session("new").await?;
        write.commit().await?;
        assert_eq!(world.store.session("new").await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_are_counted_until_they_are_old_or_the_right_one_came() {
    on_both(async |world| {
        let count = async |world: &World, key: &str| {
            Ok::<_, StoreError>(world.store.sign_in_failures(key).await?.count)
        };
        for _ in 0..3 {
            let mut write = world.store.begin().await?;
            write.sign_in_failed(&["login:anna", "address:7"], world.now(), world.later(-900)).await?;
            write.commit().await?;
        }
        assert_eq!((count(world, "login:anna").await?, count(world, "address:7").await?), (3, 3));
        assert_eq!(world.store.sign_in_failures("address:7").await?.last, Some(world.now()));

        let mut write = world.store.begin().await?;
        write.forget_sign_in_failures(&["login:anna"]).await?;
        write.commit().await?;
        assert_eq!((count(world, "login:anna").await?, count(world, "address:7").await?), (0, 3));

        world.pass(1000);
        let mut write = world.store.begin().await?;
        write.sign_in_failed(&["login:anna"], world.now(), world.later(-900)).await?;
        write.commit().await?;
        assert_eq!((count(world, "login:anna").await?, count(world, "address:7").await?), (1, 0));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_audit_is_read_from_the_newest_by_person_and_by_act() {
    on_both(async |world| {
        let entries = [
            world.did("anna", "retried", AuditResult::Done).await?,
            world.did("boris", "retried", AuditResult::Refused).await?,
            world.did("anna", "signed-in", AuditResult::Done).await?,
            world.did("anna", "retried", AuditResult::Done).await?,
        ];
        let read = async |login: Option<&str>, act: Option<&str>, before, limit| {
            let filter = AuditFilter { login: login.map(str::to_owned), act: act.map(str::to_owned) };
            let read = world.store.audit_entries(&filter, before, limit).await?;
            let place =
                |entry: &AuditEntry| entries.iter().position(|known| known == entry).expect("one of them");
            Ok::<_, StoreError>(read.iter().map(place).collect::<Vec<_>>())
        };

        assert_eq!(read(None, None, None, 10).await?, [3, 2, 1, 0]);
        assert_eq!(read(None, None, None, 2).await?, [3, 2]);
        assert_eq!(read(None, None, Some(entries[2].id), 2).await?, [1, 0]);
        assert_eq!(read(Some("anna"), None, None, 10).await?, [3, 2, 0]);
        assert_eq!(read(None, Some("retried"), Some(entries[3].id), 10).await?, [1, 0]);
        assert_eq!(read(Some("anna"), Some("retried"), None, 10).await?, [3, 0]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_entry_of_the_audit_ends_once() {
    on_both(async |world| {
        let entry = world.did("anna", "retried", AuditResult::Begun).await?;
        for (result, detail) in [(AuditResult::Done, "передано"), (AuditResult::Failed, "нет, не передано")]
        {
            let mut write = world.store.begin().await?;
            write.end_audit(entry.id, result, detail).await?;
            write.commit().await?;
        }

        let read = world.store.audit_entries(&AuditFilter::default(), None, 10).await?;
        let ended = AuditEntry { result: AuditResult::Done, detail: "передано".to_owned(), ..entry };
        assert_eq!(read, [ended]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn old_entries_of_the_audit_are_forgotten_the_oldest_first() {
    on_both(async |world| {
        for _ in 0..3 {
            world.did("anna", "retried", AuditResult::Done).await?;
        }
        world.pass(3600);
        let new = world.did("anna", "retried", AuditResult::Done).await?;

        let mut pruned = Vec::new();
        for _ in 0..3 {
            let mut write = world.store.begin().await?;
            pruned.push(write.prune_audit(new.at, 2).await?);
            write.commit().await?;
        }
        assert_eq!(pruned, [2, 1, 0]);
        assert_eq!(world.store.audit_entries(&AuditFilter::default(), None, 10).await?, [new]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_pulse_differs_when_something_has_changed_and_only_then() {
    on_both(async |world| {
        let still = world.store.pulse().await?;
        assert_eq!(world.store.pulse().await?, still);

        let link = world.saved_link().await?;
        world.park(link, domain::ReasonCode::InvalidInn).await?;
        let parked = world.store.pulse().await?;
        assert_ne!(parked.held, still.held);
        assert_eq!(parked.shores, still.shores);

        let mut write = world.store.begin().await?;
        write.seen_onec(world.now()).await?;
        write.commit().await?;
        let seen = world.store.pulse().await?;
        assert_ne!(seen.shores, parked.shores);
        assert_eq!(seen.held, parked.held);
        Ok(())
    })
    .await;
}
