//! The caller of a command that starts a saga waits for its end.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::lending::Process;
use crate::travel::{Travel, agency, until};

fn trip(seat: &str, far: bool) -> Value {
    json!({ "room": "r1", "seat": seat, "far": far, "code": format!("{seat}{far}") })
}

#[tokio::test]
async fn the_caller_is_answered_when_the_saga_has_ended() {
    let travel = Travel::start().await;
    for (seat, far, saga, status) in
        [("s1", false, "completed", "ready"), ("s1", true, "compensated", "dropped: s1 was 2")]
    {
        let answer = travel.process.call("POST /waited", trip(seat, far)).await;
        assert_eq!((answer.status.as_u16(), answer.json()["saga"].as_str()), (201, Some(saga)));
        let id = answer.json()["trip_id"].as_str().unwrap().to_owned();
        // What the end sends is on its way then.
        until(&travel.process, &format!("/trips/{id}"), status).await;
    }
}

#[tokio::test]
async fn the_caller_of_a_saga_that_takes_longer_is_told_so() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    // Nobody is there.
    let nowhere = [("HOTEL_URL", "http://127.0.0.1:9")];
    let agency = Process::alone(agency::service(), &folder, &nowhere).await;
    let key = [("idempotency-key", "once")];
    let answer = agency.with("POST /waited/briefly", &key, trip("", false)).await;
    assert_eq!((answer.status.as_u16(), answer.json()["saga"].as_str()), (202, Some("running")));
    let again = agency.with("POST /waited/briefly", &key, trip("", false)).await;
    assert_eq!((again.status.as_u16(), again.json().get("saga")), (201, None));
    assert_eq!(again.json()["trip_id"], answer.json()["trip_id"]);
}
