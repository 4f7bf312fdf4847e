//! A small library of one book kind, to prove the rules of deciding.

use serde_json::json;

use crate::prelude::*;
use crate::testing::{Stage, given, nothing, uuid};
use crate::{BuiltIn, Halt, Refusal, decision};

crate::id!(ShelfId, "Names a shelf.");

crate::enums! {
    /// Whether a shelf is in use.
    pub enum ShelfStatus {
        Open = "open",
        Gone = "gone",
    }
}

crate::events! {
    /// Everything that can happen to a shelf.
    pub enum ShelfEvent of "library.shelf" by ShelfId {
        Built = "built" v 2 [renamed],
        Filled = "filled" v 1,
        FillFailed = "fill_failed" v 1,
        Removed = "removed" v 1 closes,
    }
}

fn renamed(mut old: serde_json::Value) -> Folded<serde_json::Value> {
    old["room"] = old["size"].take();
    Ok(old)
}

/// A shelf was built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Built {
    room: i64,
}

/// Books were put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    books: i64,
}

/// Books were turned away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillFailed {
    books: i64,
}

/// A shelf was taken down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Removed {}

crate::refusals! {
    /// Why a shelf says no.
    pub enum ShelfRefusal {
        TooMany { books: i64, room: i64 } = 422 "too_many" "{books} books for {room} places",
        OnFire = 409 "on_fire" "the shelf is on fire",
    }
}
use ShelfRefusal as No;

/// A shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shelf {
    shelf_id: ShelfId,
    status: ShelfStatus,
    room: i64,
    books: i64,
}

impl Aggregate for Shelf {
    const NAME: &'static str = "shelf";
    type Id = ShelfId;
    type Event = ShelfEvent;
    type Refusal = ShelfRefusal;

    fn begin(shelf_id: ShelfId, event: &ShelfEvent) -> Folded<Self> {
        let ShelfEvent::Built(ev) = event else { return Err(Fault::NoBeginning) };
        Ok(Self { shelf_id, status: ShelfStatus::Open, room: ev.room, books: 0 })
    }

    fn apply(&mut self, event: &ShelfEvent) -> Folded {
        match event {
            ShelfEvent::Built(_) | ShelfEvent::FillFailed(_) => {}
            ShelfEvent::Filled(ev) => self.books = num::add(self.books, ev.books)?,
            ShelfEvent::Removed(_) => self.status = ShelfStatus::Gone,
        }
        Ok(())
    }

    fn status(&self) -> Option<&'static str> {
        Some(self.status.as_str())
    }

    fn bounds(&self, at: &mut Violations) {
        at.range("books", &self.books, 0..);
    }

    fn unique(&self) -> Folded<Vec<Unique<ShelfRefusal>>> {
        let held = self.room == 77;
        Ok(held.then(|| Unique::new("room", &[&self.room], No::OnFire)).into_iter().collect())
    }
}

macro_rules! command {
    ($name:ident { $($field:ident),* }) => {
        /// A command.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($field: i64),* }

        impl Command for $name {
            const NAME: &'static str = concat!("library.shelf.", stringify!($name));
        }

        impl Check for $name {
            fn check(&mut self, at: &mut Violations) {
                let _ = &at;
                $(at.range(stringify!($field), &self.$field, ..=i64::MAX);)*
            }
        }
    };
}

command!(Build { room });
command!(Fill { books });
command!(Remove {});

impl Create<Build> for Shelf {
    fn create(_: &ShelfId, cmd: &Build, _: &Context) -> Decision<Self> {
        Ok(Events::one(Built { room: cmd.room }))
    }
}

impl Decide<Fill> for Shelf {
    fn decide(&self, cmd: &Fill, cx: &Context) -> Decision<Self> {
        ensure(cmd.books != 0, Ignore)?;
        ensure(cmd.books != 13, No::OnFire)?;
        ensure_else(cmd.books < 1_000, || Instead(FillFailed { books: cmd.books }))
            .or_else(|stop| if cmd.books > 2_000 { Ok(()) } else { Err(stop) })?;
        ensure(cmd.books != 6 || cx.actor.roles.contains("carrier"), No::OnFire)?;
        if cmd.books == 7 {
            cx.actor.id()?;
        }
        let events = Events::one(Filled { books: cmd.books });
        let after = events.after(self)?;
        ensure_else(after.books <= self.room, || No::TooMany {
            books: after.books,
            room: self.room,
        })?;
        Ok(events)
    }
}

impl Decide<Remove> for Shelf {
    fn decide(&self, _: &Remove, _: &Context) -> Decision<Self> {
        Ok(Events::one(Removed {}))
    }
}

impl Upsert<Fill> for Shelf {
    fn upsert(current: Option<&Self>, _: &ShelfId, cmd: &Fill, _: &Context) -> Decision<Self> {
        let mut events = Events::none();
        if current.is_none() {
            events.push(Built { room: 100 });
        }
        events.push(Filled { books: cmd.books });
        Ok(events)
    }
}

fn shelf() -> crate::testing::Given<Shelf> {
    given(uuid("shelf"), [Built { room: 10 }.into(), Filled { books: 3 }.into()])
}

#[test]
fn a_first_event_makes_the_state() {
    let made = nothing::<Shelf>(uuid("shelf")).when_created(Build { room: 5 });
    let made = made.then([Built { room: 5 }.into()]);
    assert_eq!((made.room, made.status()), (5, Some("open")));
    shelf().when_created(Build { room: 5 }).refused(&No::AlreadyExists);
}

#[test]
fn a_command_to_nobody_is_not_found_and_to_a_closed_one_gone() {
    nothing::<Shelf>(uuid("shelf")).when(Fill { books: 1 }).refused(&No::NotFound);
    let removed = [Built { room: 1 }.into(), Removed {}.into()];
    given::<Shelf>(uuid("shelf"), removed).when(Remove {}).refused(&No::Closed);
}

#[test]
fn rules_refuse_ignore_or_record() {
    shelf().when(Fill { books: 2 }).accepted();
    shelf().when(Fill { books: 0 }).ignored();
    shelf().when(Fill { books: 13 }).refused(&No::OnFire);
    shelf().when(Fill { books: 8 }).refused(&No::TooMany { books: 11, room: 10 });
    shelf().when(Fill { books: 6 }).refused(&No::OnFire);
    shelf().roles(["carrier"]).when(Fill { books: 6 }).accepted();
    let failed = FillFailed { books: 1_500 };
    let state = shelf().when(Fill { books: 1_500 }).then([failed.into()]);
    assert_eq!(state.books, 3);
    shelf().actor(Actor::nobody()).when(Fill { books: 7 }).refused(&No::Unauthenticated);
}

#[test]
fn overflow_and_bounds_refuse_before_anything_is_stored() {
    shelf().when(Fill { books: i64::MAX }).refused(&No::Arithmetic);
    shelf().when(Fill { books: -4 }).refused_as("invalid");
}

#[test]
fn an_upsert_makes_or_changes() {
    let made = nothing::<Shelf>(uuid("shelf")).when_upserted(Fill { books: 2 });
    assert_eq!(made.then_like([("built", json!({})), ("filled", json!({ "books": 2 }))]).books, 2);
    assert_eq!(shelf().when_upserted(Fill { books: 2 }).accepted().books, 5);
}

#[test]
fn a_recorded_failure_is_named_as_outcome() {
    let state = shelf().when(Fill { books: 3 }).accepted();
    let cx = Context::at(crate::testing::now());
    let id = state.shelf_id;
    let decided = decision::decide(Some(state), &id, false, &Fill { books: 1_000 }, &cx).unwrap();
    assert_eq!(decided.outcome, Some("fill_failed"));
    let none: crate::decision::Outcome<Shelf> =
        decision::decide(None, &id, false, &Fill { books: 1 }, &cx);
    assert_eq!(none, Err(Halt::Refused(No::NotFound)));
}

#[test]
fn refusals_carry_code_status_text_and_fields() {
    let no = No::TooMany { books: 11, room: 10 };
    assert_eq!(
        (no.code(), no.status(), no.text()),
        ("too_many", 422, "11 books for 10 places".to_owned())
    );
    assert_eq!(no.fields().get("room"), Some(&10.into()));
    let closed = No::from(BuiltIn::Closed);
    assert_eq!((closed.code(), closed.status()), ("closed", 410));
}

#[test]
fn stored_events_are_read_in_todays_shape() {
    let old = json!({ "size": 4, "colour": "red" });
    assert_eq!(ShelfEvent::decode("built", 1, old), Ok(Built { room: 4 }.into()));
    let event = ShelfEvent::from(Filled { books: 1 });
    let stored = event.encode().unwrap();
    assert_eq!(ShelfEvent::decode(event.name(), event.version(), stored), Ok(event));
    assert!(ShelfEvent::decode("built", 3, json!({ "room": 4 })).is_err());
    assert!(ShelfEvent::decode("burnt", 1, json!({})).is_err());
    assert!(ShelfEvent::from(Removed {}).closes());
}

/// A row of the test view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FullRow {
    shelf_id: ShelfId,
    status: ShelfStatus,
    books: i64,
}

impl Row for FullRow {
    const TABLE: Table = Table {
        name: "full",
        version: 1,
        columns: &[
            Column::key("shelf_id", Kind::Uuid),
            Column::new("status", Kind::Text),
            Column::new("books", Kind::Int),
        ],
    };
    type Key = ShelfId;

    fn key(&self) -> ShelfId {
        self.shelf_id
    }
}

struct Full;

impl View for Full {
    type Row = FullRow;
}

impl Fold<ShelfEvent> for Full {
    fn keys(event: &Recorded<ShelfEvent>) -> Folded<Vec<ShelfId>> {
        Ok(vec![event.stream])
    }

    fn fold(
        shelf_id: &ShelfId,
        row: Option<FullRow>,
        event: &Recorded<ShelfEvent>,
    ) -> Folded<Option<FullRow>> {
        let status = event.status()?;
        Ok(match (&event.data, row) {
            (ShelfEvent::Built(_), _) => Some(FullRow { shelf_id: *shelf_id, status, books: 0 }),
            (ShelfEvent::Filled(ev), Some(row)) => {
                Some(FullRow { status, books: num::add(row.books, ev.books)?, ..row })
            }
            (ShelfEvent::Removed(_), _) => None,
            (_, row) => row,
        })
    }
}

#[test]
fn enums_are_their_names() {
    assert_eq!(
        ShelfStatus::ALL.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["open", "gone"]
    );
    assert_eq!(serde_json::from_str::<ShelfStatus>("\"gone\"").unwrap(), ShelfStatus::Gone);
    assert!(serde_json::from_str::<ShelfStatus>("\"lost\"").is_err());
    assert!(ShelfStatus::Open < ShelfStatus::Gone);
}

/// Somebody takes a shelf down when it cannot be filled.
struct GiveUp;

impl Policy<ShelfEvent> for GiveUp {
    const NAME: &'static str = "give_up";

    fn on(event: &Recorded<ShelfEvent>, cx: &Context) -> Folded<Vec<Message>> {
        let ShelfEvent::FillFailed(_) = &event.data else { return Ok(Vec::new()) };
        let Some(row) = cx.row::<FullRow>(&event.stream)? else { return Ok(Vec::new()) };
        Ok(vec![Message::to(&row.shelf_id, &Remove {})?])
    }
}

fn stage() -> Stage {
    Stage::default().view::<Full, ShelfEvent>().policy::<GiveUp, ShelfEvent>()
}

fn built(room: i64) -> ShelfEvent {
    Built { room }.into()
}

#[test]
fn a_stage_plays_commands_into_views_and_policies() {
    let filled = stage()
        .given::<Shelf>(uuid("a"), [built(10)])
        .when::<Shelf, _>(uuid("a"), Fill { books: 2 });
    filled.sends([]).rows([("full", json!({ "shelf_id": uuid("a"), "books": 2 }))]);
    let carried = stage().roles(["carrier"]).given::<Shelf>(uuid("a"), [built(10)]);
    carried.when::<Shelf, _>(uuid("a"), Fill { books: 6 }).rows([("full", json!({ "books": 6 }))]);
    stage()
        .given::<Shelf>(uuid("a"), [built(10)])
        .when::<Shelf, _>(uuid("a"), Fill { books: 1_500 })
        .sends([("library.shelf.Remove", uuid("a").to_string(), json!({}))]);
    let made = stage().when_created::<Shelf, _>(uuid("a"), Build { room: 5 });
    made.rows([("full", json!({ "status": "open", "books": 0 }))]);
    let upserted = stage().when_upserted::<Shelf, _>(uuid("a"), Fill { books: 3 });
    upserted.rows([("full", json!({ "books": 3 }))]);
    let happened = stage().happens::<Shelf>(uuid("a"), Built { room: 1 });
    happened.rows([("full", json!({ "books": 0 }))]);
    let arrived = stage().arrives::<ShelfEvent>(uuid("b"), "gone", Built { room: 1 });
    arrived.rows([("full", json!({ "shelf_id": uuid("b"), "status": "gone" }))]);
}

#[test]
#[should_panic(expected = "there are []")]
fn a_removed_row_is_gone_from_the_stage() {
    let gone = stage().given::<Shelf>(uuid("a"), [built(1)]).when::<Shelf, _>(uuid("a"), Remove {});
    gone.rows([("full", json!({}))]);
}

#[test]
#[should_panic(expected = "TooMany")]
fn a_missing_row_is_told_with_the_refusal() {
    let full = stage().given::<Shelf>(uuid("a"), [built(1)]);
    full.when::<Shelf, _>(uuid("a"), Fill { books: 2 }).rows([("full", json!({ "books": 2 }))]);
}

#[test]
#[should_panic(expected = "also sent")]
fn a_message_too_many_is_noticed() {
    let failed = stage().given::<Shelf>(uuid("a"), [built(1)]);
    failed.happens::<Shelf>(uuid("a"), FillFailed { books: 2 }).sends([]);
}

#[test]
fn what_one_may_hold_is_refused_to_another_while_it_is_held() {
    let other = |events: Vec<ShelfEvent>| nothing::<Shelf>(uuid("a")).beside(uuid("b"), events);
    other(vec![built(77)]).when_created(Build { room: 77 }).refused(&No::OnFire);
    other(vec![built(77)]).when_created(Build { room: 78 }).accepted();
    other(vec![built(77), Removed {}.into()]).when_created(Build { room: 77 }).accepted();
    let same = given::<Shelf>(uuid("a"), [built(77)]).beside(uuid("a"), [built(77)]);
    same.when(Fill { books: 1 }).accepted();
}
