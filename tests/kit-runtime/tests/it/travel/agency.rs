//! The travel agency: a trip is planned, and a saga books what it needs.

use axum::Router;
use axum::routing::{get, post};
use kit::prelude::*;
use kit::saga::{Limit, Saga, Start, Step, Verdict};
use kit_runtime::http::{Terms, create, read};
use kit_runtime::service::{Builder, Service};

use super::hotel::{Book, Free, PlaceId};

kit::id!(TripId, "Names a trip.");

kit::events! {
    /// Everything that can happen to a trip.
    pub enum TripEvent of "agency.trip" by TripId {
        TripPlanned = "trip_planned" v 1,
        Checked = "checked" v 1,
        TripReady = "trip_ready" v 1,
        TripDropped = "trip_dropped" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripPlanned {
    pub room: String,
    pub seat: String,
    pub far: bool,
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripReady {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripDropped {
    pub why: String,
}

kit::refusals! {
    /// Why a trip says no.
    pub enum TripRefusal {
        TooFar { code: String } = 409 "too_far" "{code} is too far",
    }
}

use TripRefusal as No;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trip {
    pub trip_id: TripId,
    pub status: String,
    pub far: bool,
    pub code: String,
    pub ends: i64,
}

impl Aggregate for Trip {
    const NAME: &'static str = "trip";
    type Id = TripId;
    type Event = TripEvent;
    type Refusal = TripRefusal;

    fn begin(trip_id: TripId, event: &TripEvent) -> Folded<Self> {
        let TripEvent::TripPlanned(ev) = event else { return Err(Fault::NoBeginning) };
        let (status, code) = ("planned".to_owned(), ev.code.clone());
        Ok(Self { trip_id, status, far: ev.far, code, ends: 0 })
    }

    fn apply(&mut self, event: &TripEvent) -> Folded {
        match event {
            TripEvent::TripReady(_) => self.status = "ready".to_owned(),
            TripEvent::TripDropped(ev) => self.status = format!("dropped: {}", ev.why),
            _ => return Ok(()),
        }
        self.ends = num::add(self.ends, 1)?;
        Ok(())
    }
}

use super::hotel::command;

command!(
    PlanTrip { room: String, seat: String, far: bool, code: String } = "agency.trip.plan_trip"
);
command!(CheckTrip {} = "agency.trip.check_trip");
command!(TellReady {} = "agency.trip.tell_ready");
command!(TellDropped { why: String } = "agency.trip.tell_dropped");

impl Create<PlanTrip> for Trip {
    fn create(_: &TripId, cmd: &PlanTrip, _: &Context) -> Decision<Self> {
        let PlanTrip { room, seat, far, code } = cmd.clone();
        Ok(Events::one(TripPlanned { room, seat, far, code }))
    }
}

impl Decide<CheckTrip> for Trip {
    fn decide(&self, _: &CheckTrip, _: &Context) -> Decision<Self> {
        ensure(!self.far, No::TooFar { code: self.code.clone() })?;
        Ok(Events::one(Checked {}))
    }
}

impl Decide<TellReady> for Trip {
    fn decide(&self, _: &TellReady, _: &Context) -> Decision<Self> {
        Ok(Events::one(TripReady {}))
    }
}

impl Decide<TellDropped> for Trip {
    fn decide(&self, cmd: &TellDropped, _: &Context) -> Decision<Self> {
        Ok(Events::one(TripDropped { why: cmd.why.clone() }))
    }
}

/// Books a room, a seat when one is wanted, and has the trip checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookTrip {
    pub trip_id: TripId,
    pub room: PlaceId,
    pub seat: PlaceId,
    pub code: String,
    pub why: Option<String>,
}

impl Saga for BookTrip {
    const NAME: &'static str = "agency.book_trip";
    type Event = TripEvent;

    fn start(event: &Recorded<TripEvent>) -> Folded<Option<Start<Self>>> {
        let TripEvent::TripPlanned(ev) = &event.data else { return Ok(None) };
        let saga = Self {
            trip_id: event.stream,
            room: PlaceId::trusted(ev.room.clone()),
            seat: PlaceId::trusted(ev.seat.clone()),
            code: ev.code.clone(),
            why: None,
        };
        Ok(Some(Start::by(&ev.code, saga)))
    }

    fn steps() -> Vec<Step<Self>> {
        vec![
            Self::step("room", |saga, _| Message::to(&saga.room, &Book { by: saga.code.clone() }))
                .undo(|saga, _| Message::to(&saga.room, &Free { by: saga.code.clone() }))
                .timeout(Limit::secs(3_600, Verdict::Compensate))
                .on("full", |saga, reply, _| {
                    saga.why = Some(format!("{} full", reply.get::<String>("place")?));
                    Ok(Verdict::Compensate)
                }),
            Self::step("seat", |saga, _| Message::to(&saga.seat, &Book { by: saga.code.clone() }))
                .when(|saga, _| Ok(!saga.seat.value().is_empty()))
                .undo(|saga, _| Message::to(&saga.seat, &Free { by: saga.code.clone() }))
                .retry(2)
                .on("booked", |saga, reply, _| {
                    saga.why = Some(format!("{} was {}", saga.seat, reply.get::<i64>("count")?));
                    Ok(reply.usual())
                }),
            Self::step("check", |saga, _| Message::to(&saga.trip_id, &CheckTrip {})),
        ]
    }

    fn completed(&mut self, _: &Context) -> Folded<Vec<Message>> {
        Ok(vec![Message::to(&self.trip_id, &TellReady {})?])
    }

    fn compensated(&mut self, _: &Context) -> Folded<Vec<Message>> {
        let why = self.why.clone().unwrap_or_default();
        Ok(vec![Message::to(&self.trip_id, &TellDropped { why })?])
    }
}

pub fn service() -> Builder {
    Service::builder("agency", 8001)
        .saga::<BookTrip>()
        .replies_from("hotel")
        .decides::<Trip, CheckTrip>()
        .decides::<Trip, TellReady>()
        .decides::<Trip, TellDropped>()
        .routes(routes())
}

fn waits(millis: u64) -> axum::Extension<std::sync::Arc<Terms>> {
    Terms::new().place("/trips").waits_for(BookTrip::NAME, millis).layer()
}

fn routes() -> Router<Service> {
    Router::new()
        .route("/trips", post(create::<Trip, PlanTrip>))
        .route("/waited", post(create::<Trip, PlanTrip>).layer(waits(10_000)))
        .route("/waited/briefly", post(create::<Trip, PlanTrip>).layer(waits(50)))
        .route("/trips/{trip_id}", get(read::<Trip>))
}
