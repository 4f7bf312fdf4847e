//! Sagas over two services: every ending, a world that repeats and reorders, a neighbour that is away, time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use kit::Actor;
use kit::saga::{Answered, Request};
use kit_runtime::policy::Headers;
use kit_runtime::service::{Phase, Service};
use kit_runtime::store::{MessageKind, NewMessage, Unit};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::lending::Process;
use crate::travel::{Travel, again, agency, counts, hotel, outbox, plan, saga, until};

/// Every way a trip can end, one after the other.
pub async fn endings(process: &Process) {
    let good = plan(process, "r1", "s1", false, "good").await;
    until(process, &good, "ready").await;
    assert_eq!((counts(process, "r1").await, counts(process, "s1").await), ((1, 0), (1, 0)));
    assert_eq!(saga(process, "good").await["status"], "completed");
    let alone = plan(process, "r2", "", false, "alone").await;
    until(process, &alone, "ready").await;
    let full = plan(process, "full", "s2", false, "full").await;
    until(process, &full, "dropped: full full").await;
    assert_eq!((counts(process, "full").await, counts(process, "s2").await), ((0, 0), (0, 0)));
    let seat = plan(process, "r3", "full", false, "seat").await;
    until(process, &seat, "dropped: ").await;
    assert_eq!(counts(process, "r3").await, (1, 1));
    let far = plan(process, "r4", "s4", true, "far").await;
    until(process, &far, "dropped: s4 was 1").await;
    assert_eq!((counts(process, "r4").await, counts(process, "s4").await), ((1, 1), (1, 1)));
    let ended = saga(process, "far").await;
    assert_eq!((ended["status"].as_str(), ended.get("step")), (Some("compensated"), None));
}

#[tokio::test]
async fn every_ending_in_one_process() {
    endings(&Travel::start().await.process).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_ending_on_postgres() {
    let travel = Travel::on_postgres().await;
    endings(&travel.process).await;
    travel.process.end().await;
}

/// Serves a process on a port of its own.
fn serve(process: &Process, port: tokio::net::TcpListener) {
    let (router, stop) = (process.router.clone(), process.started.stop.clone());
    tokio::spawn(async move {
        let server = axum::serve(port, router);
        server.with_graceful_shutdown(async move { stop.reached(Phase::Stopped).await }).await
    });
}

#[tokio::test]
async fn separate_processes_send_commands_and_replies_without_a_broker() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let bind = || tokio::net::TcpListener::bind("127.0.0.1:0");
    let (agency_port, hotel_port) = (bind().await.unwrap(), bind().await.unwrap());
    let url = |it: &tokio::net::TcpListener| format!("http://{}", it.local_addr().unwrap());
    let (agency_url, hotel_url) = (url(&agency_port), url(&hotel_port));
    let fast = ("VIEW_POLL_MAX", "50ms");
    let settings = [("HOTEL_URL", hotel_url.as_str()), fast];
    let agency = Process::alone(agency::service(), &folder, &settings).await;
    serve(&agency, agency_port);
    let settings = [("AGENCY_URL", agency_url.as_str()), fast];
    let hotel = Process::alone(hotel::service(), &folder, &settings).await;
    serve(&hotel, hotel_port);
    let good = plan(&agency, "r1", "s1", false, "good").await;
    until(&agency, &good, "ready").await;
    let far = plan(&agency, "r1", "s1", true, "far").await;
    until(&agency, &far, "dropped: s1 was 2").await;
    assert_eq!((counts(&hotel, "r1").await, counts(&hotel, "s1").await), ((2, 1), (2, 1)));
    assert_eq!(hotel.get("/_kit/sagas").await.json(), json!({ "items": [] }));
}

#[tokio::test]
async fn a_second_start_with_the_same_key_changes_nothing() {
    let travel = Travel::start().await;
    let first = plan(&travel.process, "r1", "", false, "twin").await;
    // A clock that stands still would make both first, and the order of shards would choose.
    travel.clock.advance(SignedDuration::from_micros(1));
    let second = plan(&travel.process, "r1", "", false, "twin").await;
    until(&travel.process, &first, "ready").await;
    let third = plan(&travel.process, "r2", "", false, "another").await;
    until(&travel.process, &third, "ready").await;
    assert_eq!(travel.process.get(&second).await.json()["status"], "planned");
    assert_eq!(counts(&travel.process, "r1").await, (1, 0));
}

#[tokio::test]
async fn a_repeated_command_is_answered_again_and_done_once() {
    let travel = Travel::start().await;
    let trip = plan(&travel.process, "r1", "s1", true, "far").await;
    until(&travel.process, &trip, "dropped: s1 was 1").await;
    let replies = outbox(travel.hotel()).await.len();
    let commands: Vec<_> = outbox(travel.agency()).await;
    let to_hotel = commands.into_iter().filter(|it| it.message.topic == "hotel");
    let to_hotel: Vec<_> = to_hotel.collect();
    assert_eq!(to_hotel.len(), 4, "two steps and their undoing");
    again(travel.agency(), to_hotel.iter().rev().cloned()).await;
    again(travel.agency(), to_hotel).await;
    let all = answers(travel.hotel(), replies + 8).await;
    let outcome = |it: &Answered| serde_json::to_value(&it.answer).unwrap()["type"].clone();
    let late = all.iter().skip(replies);
    assert!(late.clone().all(|it| it.request.undo || outcome(it) == "cancelled"), "{all:?}");
    assert_eq!(counts(&travel.process, "r1").await, (1, 1));
    assert_eq!(counts(&travel.process, "s1").await, (1, 1));
    until(&travel.process, &trip, "dropped: s1 was 1").await;
}

#[tokio::test]
async fn repeated_and_reordered_replies_move_nothing() {
    let travel = Travel::start().await;
    let trip = plan(&travel.process, "r1", "s1", false, "good").await;
    until(&travel.process, &trip, "ready").await;
    let replies = outbox(travel.hotel()).await;
    let before = outbox(travel.agency()).await.len();
    again(travel.hotel(), replies.iter().rev().cloned()).await;
    again(travel.hotel(), replies).await;
    let other = plan(&travel.process, "r2", "", false, "other").await;
    until(&travel.process, &other, "ready").await;
    let sent = outbox(travel.agency()).await;
    assert_eq!(sent.len() - before, 4, "{sent:?}");
    assert_eq!(saga(&travel.process, "good").await["status"], "completed");
}

/// A command of a saga of the agency's, as it would send it.
fn command(name: &str, key: &str, request: Request) -> NewMessage {
    let headers = Headers {
        target_id: Some("r9".to_owned()),
        correlation_id: "c".to_owned(),
        causation_id: Uuid::nil(),
        traceparent: None,
        actor: Actor::nobody(),
        op_id: request.op_id(),
        request_id: request.request_id(),
        reply_to: "agency".to_owned(),
        park: false,
        schedule: None,
        request: Some(request.clone()),
    };
    NewMessage {
        id: request.request_id(),
        kind: MessageKind::Command,
        topic: "hotel".to_owned(),
        key: key.to_owned(),
        message_type: name.to_owned(),
        schema_version: 1,
        headers: serde_json::to_value(headers).unwrap(),
        payload: json!({ "by": "late" }),
        not_after: None,
    }
}

/// The replies of a service, once there are so many.
async fn answers(service: &Service, count: usize) -> Vec<Answered> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let mut all = outbox(service).await;
        if all.len() >= count {
            all.sort_by_key(|it| it.recorded_at);
            let read = |it: kit_runtime::store::Message| {
                assert_eq!(it.message.kind, MessageKind::Reply);
                serde_json::from_value(it.message.payload).unwrap()
            };
            return all.into_iter().map(read).collect();
        }
        assert!(Instant::now() < deadline, "{} of {count}", all.len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_undo_that_overtakes_its_request_wins() {
    let travel = Travel::start().await;
    let request = Request {
        saga: "agency.book_trip".to_owned(),
        id: Uuid::from_u128(7),
        step: "room".to_owned(),
        undo: false,
        attempt: 1,
    };
    let undo = Request { undo: true, ..request.clone() };
    for (name, of) in [("hotel.place.free", undo), ("hotel.place.book", request)] {
        let outbox = vec![command(name, "r9", of)];
        travel.agency().store().commit(Unit { outbox, ..Unit::default() }).await.unwrap();
        travel.clock.advance(SignedDuration::from_secs(1));
    }
    let told = answers(travel.hotel(), 2).await;
    let types: Vec<Value> = told.iter().map(|it| serde_json::to_value(it).unwrap()).collect();
    let types: Vec<_> = types.iter().map(|it| it["answer"]["type"].clone()).collect();
    assert_eq!(types, ["done", "cancelled"]);
    assert_eq!(travel.process.get("/places/r9").await.status, 404, "nothing ever happened there");
}

/// Advance the clock until the trip has ended.
async fn pass_time(travel: &Travel, trip: &str, by: SignedDuration) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while travel.process.get(trip).await.json()["status"] == "planned" {
        assert!(Instant::now() < deadline, "{}", saga_text(travel).await);
        travel.clock.advance(by);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn saga_text(travel: &Travel) -> String {
    travel.process.get("/_kit/sagas").await.text
}

#[tokio::test]
async fn a_step_that_cannot_be_decided_is_tried_again_and_given_up() {
    let travel = Travel::start().await;
    let trip = plan(&travel.process, "r1", "broken", false, "trouble").await;
    pass_time(&travel, &trip, SignedDuration::from_secs(10)).await;
    until(&travel.process, &trip, "dropped: ").await;
    let sent = outbox(travel.agency()).await;
    let tries = sent.iter().filter(|it| it.message.headers["target_id"] == "broken");
    assert_eq!(tries.count(), 3, "once, and twice more");
    assert_eq!(counts(&travel.process, "r1").await, (1, 1));
}

#[tokio::test]
async fn an_undo_that_fails_is_parked_in_sight_and_goes_on_by_itself() {
    let travel = Travel::start().await;
    let trip = plan(&travel.process, "stuck", "", true, "stuck").await;
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let list = travel.process.get("/_kit/sagas?status=parked").await.json();
        if let Some(parked) = list["items"].get(0) {
            let reason = parked["reason"].as_str().unwrap();
            assert!(reason.starts_with("step room cannot be undone: "), "{reason}");
            break;
        }
        assert!(Instant::now() < deadline, "{}", saga_text(&travel).await);
        travel.clock.advance(SignedDuration::from_secs(700));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let part = |it: &crate::web::Answer| it.json()["components"]["agency sagas"].clone();
    travel.process.until("/ready", |it| part(it)["state"] == "degraded").await;
    travel.process.call("POST /places/stuck/unstick", json!({})).await;
    pass_time(&travel, &trip, SignedDuration::from_secs(700)).await;
    assert_eq!(counts(&travel.process, "stuck").await, (1, 1));
    travel.process.until("/ready", |it| part(it)["state"] == "ok").await;
}

#[tokio::test]
async fn a_neighbour_that_is_away_too_long_finds_the_request_and_its_undoing() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let clock = Arc::new(crate::db::TestClock::start());
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hotel_port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let agency_url = format!("http://{}", port.local_addr().unwrap());
    let hotel_url = format!("http://{}", hotel_port.local_addr().unwrap());
    let fast = ("VIEW_POLL_MAX", "20ms");
    let settings = [("HOTEL_URL", hotel_url.as_str()), fast];
    let builder = agency::service().clock(clock.clone());
    let agency = Process::alone(builder, &folder, &settings).await;
    serve(&agency, port);
    let trip = plan(&agency, "r1", "", false, "away").await;
    agency.until("/_kit/sagas", |it| it.json()["items"][0]["status"] == "running").await;
    clock.advance(SignedDuration::from_secs(3_601));
    agency.until("/_kit/sagas", |it| it.json()["items"][0]["status"] == "compensating").await;
    let settings = [("AGENCY_URL", agency_url.as_str()), fast];
    let hotel = Process::alone(hotel::service(), &folder, &settings).await;
    serve(&hotel, hotel_port);
    until(&agency, &trip, "dropped: ").await;
    assert_eq!(counts(&hotel, "r1").await, (1, 1));
}

#[tokio::test]
async fn a_saga_acts_for_whoever_started_it_in_one_conversation() {
    let travel = Travel::start().await;
    let actor = Uuid::now_v7().to_string();
    let trip = json!({ "room": "r1", "seat": "", "far": false, "code": "mine" });
    let headers = [("x-actor", actor.as_str()), ("x-correlation-id", "the-conversation")];
    let answer = travel.process.with("POST /trips", &headers, trip).await;
    let trip = format!("/trips/{}", answer.json()["trip_id"].as_str().unwrap());
    until(&travel.process, &trip, "ready").await;
    let hotel = travel.hotel().store();
    let stream = kit_runtime::store::StreamKey::new("place", "r1");
    let booked = hotel.load(kit_runtime::store::Load::stream(stream)).await.unwrap().events;
    assert_eq!(booked[0].meta["actor"]["id"], json!(actor));
    assert_eq!(booked[0].meta["correlation_id"], "the-conversation");
}

#[tokio::test]
async fn sagas_are_listed_for_those_who_may_see_them() {
    let travel = Travel::start().await;
    let trip = plan(&travel.process, "r1", "", false, "one").await;
    until(&travel.process, &trip, "ready").await;
    let get = |path: &'static str| travel.process.get(path);
    let all = get("/_kit/sagas?saga=agency.book_trip&status=completed&limit=5").await.json();
    assert_eq!(all["items"][0]["correlation_id"], "one");
    assert!(!all.to_string().contains("room"), "what it remembers is not shown: {all}");
    assert_eq!(get("/_kit/sagas?status=lost").await.status, 422);
    assert_eq!(get("/_kit/sagas?status=running").await.json(), json!({ "items": [] }));
}
