//! Ids that the server counts, fields in paths, and values that say no more than they are asked.

use std::collections::BTreeSet;

use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn numbers_are_given_once() {
    let probe = Probe::start(desk::service(), FOLDER, "numbers").await;
    let probe = std::sync::Arc::new(probe);
    let open = |n: i64| {
        let probe = probe.clone();
        tokio::spawn(async move {
            let made = probe.post("/tickets", json!({ "text": n.to_string() })).await.is(201);
            made.body["ticket_no"].as_i64().unwrap_or_default()
        })
    };
    let opened: Vec<_> = (0..16).map(open).collect();
    let mut numbers = BTreeSet::new();
    for number in opened {
        numbers.insert(number.await.unwrap_or_default());
    }
    assert_eq!(numbers, (1..=16).collect());
    // The policy makes a claim for each ticket; claims have numbers of their own.
    let claims = probe
        .get_until("/claims?limit=50", |body| {
            body["items"].as_array().is_some_and(|items| items.len() == 16)
        })
        .await;
    let all = |name: &str| -> BTreeSet<i64> {
        let items = claims.body["items"].as_array().into_iter().flatten();
        items.filter_map(|item| item[name].as_i64()).collect()
    };
    assert_eq!(all("claim_no"), numbers);
    assert_eq!(all("ticket_no"), numbers);
    // One row by its key, where the query's conditions let it through.
    let _ = probe.get("/late-claim/2").await.refused(404, "not_found");
    for claim in claims.body["items"].as_array().into_iter().flatten() {
        let number = |name: &str| claim[name].as_i64().unwrap_or_default();
        let there = number("claim_no") > 2 && number("ticket_no") % 5 != 0;
        let path = format!("/late-claim/{}", number("claim_no"));
        assert_eq!(probe.get(&path).await.status, if there { 200 } else { 404 }, "{claim}");
    }
}

#[tokio::test]
async fn a_newtype_over_a_uuid_is_made_too_and_values_deny_unknown_fields() {
    let probe = Probe::start(desk::service(), FOLDER, "values").await;
    let place = json!({ "place": { "shelf": "a", "row": 3 } });
    let made = probe.post("/files", place.clone()).await.is(201);
    let file = probe.get(&format!("/files/{}", made.text("file_ref"))).await.is(200);
    assert_eq!(file.body["place"], place["place"]);
    let unknown = json!({ "place": { "shelf": "a", "floor": 3 } });
    let answer = probe.post("/files", unknown).await.refused(422, "invalid");
    let expected = json!([{ "path": "place.floor", "code": "invalid", "text": "is unknown" }]);
    assert_eq!(answer.body["errors"], expected);
    probe.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_does_not_say_what_it_is() {
    let probe = Probe::start(desk::service(), FOLDER, "secret").await;
    let ticket = json!({ "text": "a", "pin": 98765 });
    let answer = probe.post("/tickets", ticket).await.refused(422, "invalid");
    assert!(!answer.body.to_string().contains("98765"), "{}", answer.body);
    assert!(answer.body.to_string().contains("at most 9999"), "{}", answer.body);
    probe.end().await;
}

#[tokio::test]
async fn fields_in_the_path_are_those_of_the_command() {
    let probe = Probe::start(desk::service(), FOLDER, "paths").await;
    let made = probe.post("/drawers/nails%2050", json!({ "label": "Nails" })).await.is(201);
    assert_eq!(made.text("drawer"), "nails 50");
    let fill = "/drawers/nails%2050";
    let _ = probe.post(&format!("/fillings/7{fill}"), json!({})).await.is(200);
    assert_eq!(probe.get(fill).await.is(200).body["pieces"], 7);
    for count in ["0", "1001", "few", "%227%22"] {
        let asked = probe.post(&format!("/fillings/{count}{fill}"), json!({})).await;
        let refused = asked.refused(422, "invalid");
        assert_eq!(refused.body["errors"][0]["path"], "count", "{count}");
    }
    let twice = probe.post(&format!("/fillings/7{fill}"), json!({ "count": 7 })).await;
    assert_eq!(twice.refused(422, "invalid").body["errors"][0]["path"], "count");
    assert_eq!(probe.get(fill).await.is(200).body["pieces"], 7);
    probe.end().await;
}
