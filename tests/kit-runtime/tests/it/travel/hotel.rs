//! A hotel: places that may be booked twice each. Some of them are broken, or do not let go of a guest.

use axum::Router;
use axum::routing::{get, post};
use kit::prelude::*;
use kit_runtime::http::{read, upsert};
use kit_runtime::service::{Builder, Service};

kit::newtype! {
    /// Names a place.
    pub struct PlaceId(String);
}

impl Newtype for PlaceId {
    type Base = String;

    fn rules(_: &mut String, _: &mut Violations) {}
}

kit::events! {
    /// Everything that can happen to a place.
    pub enum PlaceEvent of "hotel.place" by PlaceId {
        Booked = "booked" v 1,
        Freed = "freed" v 1,
        Unstuck = "unstuck" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Booked {
    pub by: String,
    pub count: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Freed {
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unstuck {}

kit::refusals! {
    /// Why a place says no.
    pub enum PlaceRefusal {
        Full { place: String } = 409 "full" "{place} is full",
        Stuck = 409 "stuck" "the guest does not go",
    }
}

use PlaceRefusal as No;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    pub place_id: PlaceId,
    /// Who is there; one who frees what was never booked is missing below zero.
    pub guests: BTreeMap<String, i64>,
    pub stuck: bool,
    pub booked: i64,
    pub freed: i64,
}

impl Place {
    fn new(place_id: PlaceId) -> Self {
        let stuck = place_id.value().starts_with("stuck");
        Self { place_id, guests: BTreeMap::new(), stuck, booked: 0, freed: 0 }
    }

    fn there(&self) -> i64 {
        self.guests.values().sum()
    }
}

impl Aggregate for Place {
    const NAME: &'static str = "place";
    type Id = PlaceId;
    type Event = PlaceEvent;
    type Refusal = PlaceRefusal;

    fn begin(place_id: PlaceId, event: &PlaceEvent) -> Folded<Self> {
        let mut place = Self::new(place_id);
        place.apply(event)?;
        Ok(place)
    }

    fn apply(&mut self, event: &PlaceEvent) -> Folded {
        match event {
            PlaceEvent::Booked(ev) => {
                *self.guests.entry(ev.by.clone()).or_default() += 1;
                self.booked += 1;
            }
            PlaceEvent::Freed(ev) => {
                *self.guests.entry(ev.by.clone()).or_default() -= 1;
                self.freed += 1;
            }
            PlaceEvent::Unstuck(_) => self.stuck = false,
        }
        Ok(())
    }
}

macro_rules! command {
    ($name:ident { $($field:ident: $type:ty),* } = $wire:literal) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(pub $field: $type),*
        }

        impl Command for $name {
            const NAME: &'static str = $wire;
        }

        impl Check for $name {
            fn check(&mut self, _: &mut Violations) {}
        }
    };
}
pub(super) use command;

command!(Book { by: String } = "hotel.place.book");
command!(Free { by: String } = "hotel.place.free");
command!(Unstick {} = "hotel.place.unstick");

impl Upsert<Book> for Place {
    fn upsert(current: Option<&Self>, id: &PlaceId, cmd: &Book, _: &Context) -> Decision<Self> {
        if id.value().starts_with("broken") {
            return Err(Fault::data("the place is broken").into());
        }
        let there = current.map_or(0, Self::there);
        ensure(there < 2 && !id.value().starts_with("full"), No::Full { place: id.to_string() })?;
        Ok(Events::one(Booked { by: cmd.by.clone(), count: num::add(there, 1)? }))
    }
}

impl Upsert<Free> for Place {
    fn upsert(current: Option<&Self>, _: &PlaceId, cmd: &Free, _: &Context) -> Decision<Self> {
        ensure(current.is_none_or(|place| !place.stuck), No::Stuck)?;
        Ok(Events::one(Freed { by: cmd.by.clone() }))
    }
}

impl Upsert<Unstick> for Place {
    fn upsert(_: Option<&Self>, _: &PlaceId, _: &Unstick, _: &Context) -> Decision<Self> {
        Ok(Events::one(Unstuck {}))
    }
}

pub fn service() -> Builder {
    Service::builder("hotel", 8002)
        .upserts::<Place, Book>()
        .upserts::<Place, Free>()
        .commands_from("agency")
        .routes(routes())
}

fn routes() -> Router<Service> {
    Router::new()
        .route("/places/{place_id}", get(read::<Place>))
        .route("/places/{place_id}/unstick", post(upsert::<Place, Unstick>))
}
