//! Login, password, and who keeps guessing.

use crate::office::{Call, MORE_THAN_A_MINUTE, Office};

fn guess() -> Call {
    Call::get("ping").with_password("1c", "qwerty")
}

#[tokio::test]
async fn a_wrong_login_or_password_is_refused_with_a_challenge() {
    let office = Office::open();

    for (login, password) in [("1c", "qwerty"), ("admin", "пароль"), ("1c", ""), ("", ""), ("1c", "пароль ")]
    {
        let heard = office.hears(Call::get("ping").with_password(login, password)).await;
        let (slug, detail) = heard.problem(401);
        assert_eq!(slug, "unauthorized");
        assert!(heard.header("www-authenticate").starts_with("Basic realm="), "{login}:{password}");
        assert!(detail.contains("[onec].password") && !detail.contains("пароль."), "{detail}");
    }
    assert_eq!(office.ferry.seen(), []);
}

#[tokio::test]
async fn the_door_comes_before_every_address() {
    let office = Office::open();

    for path in ["ping", "counterparties", "nothing"] {
        assert_eq!(
            office.hears(Call::get(path).without("authorization")).await.problem(401).0,
            "unauthorized"
        );
    }
}

#[tokio::test]
async fn who_keeps_guessing_waits_even_with_the_right_password() {
    let office = Office::open();
    for _ in 0..10 {
        assert_eq!(office.hears(guess().from("127.0.0.1")).await.status, 401);
    }

    let heard = office.hears(Call::get("ping").from("127.0.0.1")).await;
    assert_eq!(heard.problem(429).0, "too-many-attempts");
    assert_eq!(heard.header("retry-after"), "60");
    let elsewhere = office.hears(Call::get("ping").from("192.168.0.7")).await;
    assert_eq!(elsewhere.status, 200, "others are not punished");

    office.clock.advance(MORE_THAN_A_MINUTE);
    assert_eq!(office.hears(Call::get("ping").from("127.0.0.1")).await.status, 200);
}

#[tokio::test]
async fn the_right_password_makes_mistakes_forgotten() {
    let office = Office::open();

    for _ in 0..3 {
        for _ in 0..9 {
            office.hears(guess()).await;
        }
        assert_eq!(office.hears(Call::get("ping")).await.status, 200);
    }
}

#[tokio::test]
async fn asking_for_the_challenge_is_no_guess() {
    let office = Office::open();

    for _ in 0..30 {
        assert_eq!(office.hears(Call::get("ping").without("authorization")).await.status, 401);
    }

    assert_eq!(office.hears(Call::get("ping")).await.status, 200);
}

#[tokio::test]
async fn what_is_no_base64_is_a_guess() {
    let office = Office::open();

    for _ in 0..10 {
        let call = Call::get("ping").with("authorization", "Basic ***");
        assert_eq!(office.hears(call).await.status, 401);
    }

    assert_eq!(office.hears(Call::get("ping")).await.status, 429);
}

#[tokio::test]
async fn neighbours_of_one_ipv6_network_guess_together() {
    let office = Office::open();
    for host in 0..10 {
        office.hears(guess().from(&format!("2001:db8:0:1::{host}"))).await;
    }

    assert_eq!(office.hears(guess().from("2001:db8:0:1:ffff::1")).await.status, 429);
    assert_eq!(office.hears(guess().from("2001:db8:0:2::1")).await.status, 401);
}
