//! A small system with a saga, written by hand: an agency that plans trips, and a hotel.

pub mod agency;
pub mod hotel;

use std::sync::Arc;

use kit_runtime::service::{App, Service};
use kit_runtime::store::{Clock, Message, Unit};
use serde_json::{Value, json};

use crate::db::TestClock;
use crate::lending::{Process, file, schema};

/// Both services in one process, with a clock of the test's own.
pub struct Travel {
    pub process: Process,
    pub clock: Arc<TestClock>,
}

impl Travel {
    pub async fn start() -> Self {
        Self::start_in(&Arc::new(tempfile::tempdir().unwrap())).await
    }

    pub async fn start_in(folder: &Arc<tempfile::TempDir>) -> Self {
        Self::on(&file(folder, "agency"), &file(folder, "hotel"), folder).await
    }

    pub async fn on_postgres() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::on(&schema("agency").await, &schema("hotel").await, &folder).await
    }

    async fn on(agency: &str, hotel: &str, folder: &Arc<tempfile::TempDir>) -> Self {
        let clock = Arc::new(TestClock::start());
        let shared: Arc<dyn Clock> = clock.clone();
        let app = App::new("travel")
            .service(agency::service().clock(shared.clone()))
            .service(hotel::service().clock(shared));
        let settings = [
            ("AGENCY_DATABASE_URL", agency),
            ("HOTEL_DATABASE_URL", hotel),
            ("DEV", "1"),
            ("VIEW_POLL_MIN", "5ms"),
            ("VIEW_POLL_MAX", "20ms"),
        ];
        Self { process: Process::of(app.start(&settings).await.unwrap(), folder), clock }
    }

    pub fn agency(&self) -> &Service {
        &self.process.started.services[0]
    }

    pub fn hotel(&self) -> &Service {
        &self.process.started.services[1]
    }
}

/// Plan a trip; gives its path.
pub async fn plan(process: &Process, room: &str, seat: &str, far: bool, code: &str) -> String {
    let trip = json!({ "room": room, "seat": seat, "far": far, "code": code });
    let headers = [("x-correlation-id", code)];
    let answer = process.with("POST /trips", &headers, trip).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    format!("/trips/{}", answer.json()["trip_id"].as_str().unwrap())
}

/// The trip, once it has this status.
pub async fn until(process: &Process, trip: &str, status: &str) {
    let ended = process.until(trip, |it| it.json()["status"] != "planned").await.json();
    assert_eq!((ended["status"].as_str().unwrap(), ended["ends"].clone()), (status, json!(1)));
}

/// The one saga of a conversation, as people see it.
pub async fn saga(process: &Process, code: &str) -> Value {
    let list = process.get(&format!("/_kit/sagas?correlation_id={code}")).await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    list["items"][0].clone()
}

/// How often a place was booked and freed.
pub async fn counts(process: &Process, place: &str) -> (i64, i64) {
    let place = process.get(&format!("/places/{place}")).await.json();
    (place["booked"].as_i64().unwrap_or(0), place["freed"].as_i64().unwrap_or(0))
}

/// Every message in the outbox of a service.
pub async fn outbox(service: &Service) -> Vec<Message> {
    let all = (0..service.store().meta().shards).map(|shard| (shard, 0)).collect();
    service.store().tail_outbox(all, 1_000).await.unwrap()
}

/// Put messages into the outbox of a service once more.
pub async fn again(service: &Service, messages: impl IntoIterator<Item = Message>) {
    let outbox = messages.into_iter().map(|it| it.message).collect();
    service.store().commit(Unit { outbox, ..Unit::default() }).await.unwrap();
}
