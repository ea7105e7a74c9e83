//! Packing and the many shapes of a batch answer.

use bitrix::{
    ApiErrorKind, Arg, Args, BATCH_BYTES_MAX, BATCH_COMMANDS_MAX, Batch, BatchAnswer, CallError, Chain,
    Command, Denial, Lost, Outcome, pack,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::portal::{self, Portal, now};

fn company(title: &str) -> Chain {
    let fields = Args::new().set("TITLE", title);
    let requisite = Args::new().set("ENTITY_ID", Arg::result("c")).set("PRESET_ID", 1);
    Chain::new(vec![
        Command::new("c", "crm.company.add", Args::new().set("fields", fields)),
        Command::new("r", "crm.requisite.add", Args::new().set("fields", requisite)),
    ])
    .expect("a chain")
}

/// What the answer says about two companies packed together.
async fn answer(result: Value) -> Result<BatchAnswer, CallError> {
    let portal = Portal::answering(move |_, _| portal::json(200, &json!({ "result": result }))).await;
    portal.client().batch(&two_companies()).await
}

fn two_companies() -> Batch {
    let mut batches = pack([company("А"), company("Б")]);
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

#[tokio::test]
async fn commands_travel_in_their_order_with_references_to_their_own_chain() {
    let body = serde_json::to_string(&two_companies()).expect("a body");
    assert_eq!(
        body,
        "{\"halt\":0,\"cmd\":{\
         \"n0_c\":\"crm.company.add?fields[TITLE]=%D0%90\",\
         \"n0_r\":\"crm.requisite.add?fields[ENTITY_ID]=$result[n0_c]&fields[PRESET_ID]=1\",\
         \"n1_c\":\"crm.company.add?fields[TITLE]=%D0%91\",\
         \"n1_r\":\"crm.requisite.add?fields[ENTITY_ID]=$result[n1_c]&fields[PRESET_ID]=1\"}}"
    );
}

#[tokio::test]
async fn each_command_has_its_own_outcome() {
    let mut answer = answer(json!({
        "result": { "n0_c": 2921, "n0_r": "27", "n1_c": 2922 },
        "result_error": { "n1_r": { "error": "", "error_description": "Entity not found." } },
        "result_total": { "n0_c": 112 }, "result_next": { "n0_c": "50" },
        "result_time": []
    }))
    .await
    .expect("an answer");

    assert_eq!((answer.outcome(0, "c").id(), answer.outcome(0, "r").id()), (Some(2921), Some(27)));
    assert_eq!((answer.total(0, "c"), answer.next(0, "c"), answer.next(0, "r")), (Some(112), Some(50), None));
    let Outcome::Refused(error) = answer.outcome(1, "r") else { panic!("{answer:?}") };
    assert_eq!(error.kind(), ApiErrorKind::NotFound);
    assert_eq!(answer.denied(), None);
    assert_eq!(answer.take(1, "c"), Outcome::Done(json!(2922)));
    assert_eq!(answer.take(1, "c"), Outcome::NotRun);
}

#[tokio::test]
async fn empty_maps_come_as_lists_and_what_is_in_neither_was_not_run() {
    let answer =
        answer(json!({ "result": [], "result_error": [], "result_total": [], "result_next": [] })).await;
    assert_eq!(answer.expect("an answer").outcome(0, "c"), &Outcome::NotRun);
}

#[tokio::test]
async fn lists_instead_of_maps_are_read_by_place() {
    let answer = answer(json!({
        "result": [11, 12, null], "result_error": [null, null, { "error": "ERROR_CORE", "error_description": "e-mail" }]
    }))
    .await
    .expect("an answer");
    assert_eq!((answer.outcome(0, "c").id(), answer.outcome(0, "r").id()), (Some(11), Some(12)));
    assert!(
        matches!(answer.outcome(1, "c"), Outcome::Refused(error) if error.kind() == ApiErrorKind::BadEmail)
    );
    assert_eq!(answer.outcome(1, "r"), &Outcome::NotRun);
}

#[tokio::test]
async fn false_from_a_writing_command_is_a_refusal() {
    let answer = answer(json!({ "result": { "n0_c": false, "n0_r": [] }, "result_error": [] }))
        .await
        .expect("an answer");
    assert!(
        matches!(answer.outcome(0, "c"), Outcome::Refused(error) if error.kind() == ApiErrorKind::SaidNo)
    );
    assert_eq!(answer.outcome(0, "r"), &Outcome::Done(json!([])));
}

#[tokio::test]
async fn a_right_that_is_missing_for_one_command_is_told_for_the_lane() {
    let errors = json!({
        "n0_c": { "error": "", "error_description": "Access denied." },
        "n0_r": { "error": "", "error_description": "ENTITY_ID is not defined or invalid." }
    });
    let answer = answer(json!({ "result": [], "result_error": errors })).await.expect("an answer");
    let denied = answer.denied().expect("a denial");
    assert!(
        matches!(&denied, CallError::Denied { method, why: Denial::Rights, .. } if method == "crm.company.add")
    );
}

#[tokio::test]
async fn a_command_that_a_limit_turned_away_was_not_run_and_its_method_waits() {
    let limited = json!({ "result": { "n0_r": 1, "n1_r": 2 }, "result_error": {
        "n0_c": { "error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked" },
        "n1_c": { "error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked" } } });
    let portal = Portal::answering(move |_, _| portal::json(200, &json!({ "result": limited }))).await;
    let client = portal.client_with(|settings| settings.pace.wait_max = domain::SignedDuration::from_secs(5));

    let answer = client.batch(&two_companies()).await.expect("an answer");
    assert_eq!((answer.outcome(0, "c"), answer.outcome(0, "r").id()), (&Outcome::NotRun, Some(1)));

    let again = client.batch(&two_companies()).await.expect_err("the method is out of budget");
    assert!(matches!(again, CallError::Busy { until, .. } if until > now()), "{again}");
    assert!(!again.may_have_run());
    assert_eq!(portal.requests(), 1, "nothing was sent in vain");
}

#[tokio::test]
async fn an_answer_that_is_no_batch_is_unclear() {
    for result in [json!([]), json!(true), Value::Null] {
        let error = answer(result).await.expect_err("no batch");
        assert_eq!(error, CallError::Unclear { method: "batch".into(), why: Lost::NoResult { status: 200 } });
    }
}

#[tokio::test]
async fn one_big_chain_travels_alone() {
    let big = |size: usize| {
        let fields = Args::new().set("COMMENTS", "x".repeat(size));
        Chain::of(Command::new("c", "crm.company.add", fields)).expect("a chain")
    };
    let batches = pack([
        big(10),
        big(BATCH_BYTES_MAX * 2),
        big(10),
        big(BATCH_BYTES_MAX / 2),
        big(BATCH_BYTES_MAX / 2),
    ]);
    let indexes: Vec<Vec<usize>> =
        batches.iter().map(|batch| batch.pieces().iter().map(|piece| piece.index).collect()).collect();
    assert_eq!(indexes, [vec![0, 2, 3], vec![1], vec![4]]);
}

#[test]
fn counterparties_of_five_commands_go_ten_to_a_request() {
    let card = || {
        let commands =
            (0..5).map(|n| Command::new(format!("k{n}"), "crm.company.add", Args::new())).collect();
        Chain::new(commands).expect("a chain")
    };
    assert_eq!(pack((0..5000).map(|_| card())).len(), 500);
}

proptest! {
    // A case encodes up to three megabytes.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn packing_splits_no_chain_loses_none_and_fits(
        lengths in prop::collection::vec((1_usize..=BATCH_COMMANDS_MAX, 0_usize..60_000), 0..50)
    ) {
        let chain = |&(length, size): &(usize, usize)| {
            let args = |n| Args::new().set("n", n).set("text", "x".repeat(size / length));
            let commands = (0..length).map(|n| {
                let n = i64::try_from(n).expect("small");
                Command::new(format!("k{n}"), "crm.company.add", args(n))
            });
            Chain::new(commands.collect()).expect("a chain")
        };
        let chains: Vec<Chain> = lengths.iter().map(chain).collect();

        let batches = pack(chains.clone());

        let mut seen = vec![false; chains.len()];
        for batch in &batches {
            let commands: usize = batch.pieces().iter().map(|piece| piece.chain.commands().len()).sum();
            prop_assert!(!batch.is_empty() && batch.len() == commands && commands <= BATCH_COMMANDS_MAX);
            let body = serde_json::to_vec(batch).expect("a body");
            prop_assert!(batch.pieces().len() == 1 || body.len() <= BATCH_BYTES_MAX + 64, "{} bytes", body.len());
            let sent: Value = serde_json::from_slice(&body).expect("JSON");
            prop_assert_eq!(sent["cmd"].as_object().map(serde_json::Map::len), Some(commands), "keys are unique");
            for piece in batch.pieces() {
                prop_assert_eq!(&piece.chain, &chains[piece.index]);
                prop_assert!(!std::mem::replace(&mut seen[piece.index], true), "chain {} travels once", piece.index);
            }
        }
        prop_assert!(seen.into_iter().all(|seen| seen));
    }
}
