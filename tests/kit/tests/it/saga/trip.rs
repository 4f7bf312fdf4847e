//! A trip: a room, a flight when one is wanted, an insurance.

use jiff::{SignedDuration, Timestamp};
use kit::saga::{Advance, Answer, Answered, Limit, Order, Run, Saga, Start, Step, Told, Verdict};
use kit::{Check, Command, Context, Folded, Message, Recorded, Violations};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

kit::id!(TripId, "Names a trip.");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripPlanned {
    pub flies: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TripDropped {}

kit::events! {
    /// What can happen to a trip.
    pub enum TripEvent of "travel.trip" by TripId {
        TripPlanned = "trip_planned" v 1,
        TripDropped = "trip_dropped" v 1 closes,
    }
}

macro_rules! commands {
    ($($name:ident = $wire:literal),+ $(,)?) => {
        $(
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name {}
            impl Check for $name {
                fn check(&mut self, _: &mut Violations) {}
            }
            impl Command for $name {
                const NAME: &'static str = $wire;
            }
        )+
    };
}

commands! {
    BookRoom = "hotel.room.book_room",
    FreeRoom = "hotel.room.free_room",
    BookFlight = "air.seat.book_flight",
    DropFlight = "air.seat.drop_flight",
    Insure = "cover.policy.insure",
    EndPolicy = "cover.policy.end_policy",
    TellReady = "travel.trip.tell_ready",
    TellOff = "travel.trip.tell_off",
}

/// What the saga remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trip {
    pub trip: TripId,
    pub flies: bool,
    pub room: Option<i64>,
    pub why: Option<String>,
}

impl Saga for Trip {
    const NAME: &'static str = "travel.trip";
    const LIMIT: Option<Limit> = Some(Limit::secs(100_000, Verdict::Compensate));
    type Event = TripEvent;

    fn start(event: &Recorded<TripEvent>) -> Folded<Option<Start<Self>>> {
        let TripEvent::TripPlanned(ev) = &event.data else { return Ok(None) };
        let trip = Self { trip: event.stream, flies: ev.flies, room: None, why: None };
        Ok(Some(Start::by(event.stream, trip)))
    }

    fn steps() -> Vec<Step<Self>> {
        vec![
            Self::step("room", |trip, _| Message::to(&trip.trip, &BookRoom {}))
                .undo(|trip, _| Message::to(&trip.trip, &FreeRoom {}))
                .timeout(Limit::secs(60, Verdict::Compensate))
                .on("room_booked", |trip, reply, _| {
                    trip.room = reply.get("number")?;
                    Ok(reply.usual())
                })
                .on("no_room", |trip, reply, _| {
                    trip.why = Some(reply.get("text")?);
                    Ok(Verdict::Compensate)
                })
                .on("room_doubtful", |_, _, _| Ok(Verdict::Park))
                .on("room_later", |_, _, _| Ok(Verdict::Retry)),
            Self::step("flight", |trip, _| Message::to(&trip.trip, &BookFlight {}))
                .when(|trip, _| Ok(trip.flies))
                .undo(|trip, _| Message::to(&trip.trip, &DropFlight {}))
                .retry(2)
                .timeout(Limit::secs(60, Verdict::Retry))
                .on("sold_out", |_, _, _| Ok(Verdict::Next)),
            Self::step("cover", |_, _| Message::new(&Insure {}))
                .undo(|_, _| Message::new(&EndPolicy {}))
                .retry(1)
                .on("not_needed", |_, _, _| Ok(Verdict::Complete)),
        ]
    }

    fn completed(&mut self, _: &Context) -> Folded<Vec<Message>> {
        Ok(vec![Message::to(&self.trip, &TellReady {})?])
    }

    fn compensated(&mut self, _: &Context) -> Folded<Vec<Message>> {
        self.why = self.why.take().or(Some("unknown".to_owned()));
        Ok(vec![Message::to(&self.trip, &TellOff {})?])
    }
}

pub fn context(secs: i64) -> Context {
    Context::at(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(secs))
}

pub fn planned(number: u128, flies: bool) -> Start<Trip> {
    let id = TripId(Uuid::from_u128(number));
    Start::by(id, Trip { trip: id, flies, room: None, why: None })
}

pub fn start(flies: bool) -> Advance<Trip> {
    Run::start(planned(1, flies), &context(0)).unwrap()
}

pub fn done(event: &str, fields: Value) -> Answer {
    Answer::Done { events: vec![told(event, fields)], instead: false }
}

pub fn refused(code: &str, fields: Value) -> Answer {
    Answer::Refused(told(code, fields))
}

pub fn failed() -> Answer {
    Answer::Failed { reason: "out of order".to_owned() }
}

fn told(name: &str, fields: Value) -> Told {
    let Value::Object(fields) = fields else { panic!("an object") };
    Told { name: name.to_owned(), fields }
}

/// The commands that are asked for.
pub fn commands(orders: &[Order]) -> Vec<&'static str> {
    let last = |it: &Order| it.message.command.rsplit('.').next().unwrap();
    orders.iter().map(last).collect()
}

impl Trip {
    /// The answer to what was asked last.
    pub fn answer(step: &Advance<Trip>, answer: Answer, secs: i64) -> Advance<Trip> {
        let request = step.orders.iter().rev().find_map(|it| it.request.clone()).unwrap();
        let answered = Answered { request, answer };
        step.run.answered(&answered, &context(secs)).unwrap().expect("it is awaited")
    }

    pub fn wake(step: &Advance<Trip>, secs: i64) -> Advance<Trip> {
        step.run.woken(&context(secs)).unwrap().expect("it is due")
    }
}

pub fn nothing() -> Value {
    json!({})
}
