//! Schedules: each time runs once, however many processes look and whenever they are killed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use kit::Message as Sent;
use kit::schedule::{Schedule, Ticks};
use kit::time::{UTC, Zone};
use kit::{Cond, Context, Folded};
use kit_runtime::policy::Headers;
use kit_runtime::service::Builder;
use kit_runtime::store::{Log, Mark, Message};
use serde::Deserialize as _;
use serde_json::json;

use crate::db::TestClock;
use crate::lending::desk::{self, ShelfRow};
use crate::lending::tool::{AddTool, Tool};
use crate::lending::{Process, schema};
use crate::processes::Program;
use crate::travel::outbox;

/// The desk, which takes what its schedules send.
fn desk() -> Builder {
    desk::service().creates::<Tool, AddTool>()
}

/// Every morning a tool.
struct Morning;

impl Schedule for Morning {
    const NAME: &'static str = "morning";
    const TICKS: Ticks = Ticks::Daily(10, 0);
    const ZONE: &'static Zone = &UTC;

    fn run(cx: &Context) -> Folded<Vec<Sent>> {
        let name = format!("of {}", cx.today());
        Ok(vec![Sent::new(&AddTool { name })?])
    }
}

/// Every noon one more for each on the shelf.
struct Noon;

impl Schedule for Noon {
    const NAME: &'static str = "noon";
    const TICKS: Ticks = Ticks::Daily(12, 0);
    const ZONE: &'static Zone = &UTC;

    fn run(cx: &Context) -> Folded<Vec<Sent>> {
        let mut messages = Vec::new();
        for row in cx.rows::<ShelfRow>(Cond::Const(true))? {
            let copy = AddTool { name: format!("2 {}", row.name) };
            messages.push(Sent::new(&copy)?.for_row(row.tool_id));
        }
        Ok(messages)
    }
}

const FAST: (&str, &str) = ("VIEW_POLL_MAX", "10ms");

async fn start(
    folder: &Arc<tempfile::TempDir>,
    clock: &Arc<TestClock>,
    url: Option<&str>,
) -> Process {
    let builder = desk().schedule::<Morning>().schedule::<Noon>().clock(clock.clone());
    let url: Vec<_> = url.into_iter().map(|url| ("DATABASE_URL", url)).chain([FAST]).collect();
    Process::alone(builder, folder, &url).await
}

/// The mark of a schedule, once it stands at this time or later.
async fn ran(process: &Process, schedule: &str, wanted: jiff::Timestamp) -> Mark {
    for _ in 0..1_000 {
        let store = process.started.services[0].store();
        let found = store.cursors(format!("schedule:{schedule}")).await.unwrap();
        if let Some(row) = found.iter().find(|row| row.mark.pos >= wanted.as_microsecond()) {
            return row.mark;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{schedule} did not run at {wanted}");
}

async fn shelf(process: &Process, count: usize) -> Vec<String> {
    let answer = process
        .until("/find-tools?limit=100", |it| it.json()["items"].as_array().unwrap().len() >= count);
    let body = answer.await.json();
    let items = body["items"].as_array().unwrap().iter();
    let mut names: Vec<String> = items.map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Every evening a tool with a name that is too long.
struct Evening;

impl Schedule for Evening {
    const NAME: &'static str = "evening";
    const TICKS: Ticks = Ticks::Daily(20, 0);
    const ZONE: &'static Zone = &UTC;

    fn run(_: &Context) -> Folded<Vec<Sent>> {
        Ok(vec![Sent::new(&AddTool { name: "far too long".repeat(9) })?])
    }
}

#[tokio::test]
async fn what_a_schedule_sends_in_vain_is_put_aside_and_counted_by_its_name() {
    let (folder, clock) = (Arc::new(tempfile::tempdir().unwrap()), Arc::new(TestClock::start()));
    let builder = desk().schedule::<Evening>().clock(clock.clone());
    let process = Process::alone(builder, &folder, &[FAST]).await;
    let mut due: jiff::Timestamp = "2026-01-04T20:00:00Z".parse().unwrap();
    ran(&process, "evening", due).await;
    for _ in 0..2 {
        clock.advance(SignedDuration::from_hours(24));
        due += SignedDuration::from_hours(24);
        ran(&process, "evening", due).await;
    }
    let counted = |it: &crate::web::Answer| it.json()["counts"] == json!({ "schedule evening": 2 });
    let parked = process.until("/_kit/parked", counted).await.json();
    let first = &parked["items"][0];
    assert_eq!(
        (&first["message"], &first["code"]),
        (&json!("desk.tool.add_tool"), &json!("invalid"))
    );
    assert!(first.get("payload").is_none() && !parked.to_string().contains("far too"), "{parked}");
    process.end().await;
}

/// From eight in the morning on, with two instances where the database allows it.
async fn days(folder: Arc<tempfile::TempDir>, url: Option<&str>) {
    let clock = Arc::new(TestClock::start());
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let one = start(&folder, &clock, url).await;
    let other = match url {
        Some(_) => Some(start(&folder, &clock, url).await),
        None => None,
    };
    // What is there for the first time begins with the next time.
    ran(&one, "morning", at("2026-01-04T10:00:00Z")).await;
    ran(&one, "noon", at("2026-01-04T12:00:00Z")).await;
    assert_eq!(outbox(&one.started.services[0]).await.len(), 0);
    clock.advance(SignedDuration::from_hours(2));
    ran(&one, "morning", at("2026-01-05T10:00:00Z")).await;
    assert_eq!(shelf(&one, 1).await, ["of 2026-01-05"]);
    clock.advance(SignedDuration::from_hours(2));
    ran(&one, "noon", at("2026-01-05T12:00:00Z")).await;
    assert_eq!(shelf(&one, 2).await, ["2 of 2026-01-05", "of 2026-01-05"]);
    for process in [Some(one), other].into_iter().flatten() {
        process.end().await;
    }
    // Three days pass while nobody runs: one run makes up for them.
    clock.advance(SignedDuration::from_hours(3 * 24));
    let one = start(&folder, &clock, url).await;
    ran(&one, "morning", at("2026-01-08T10:00:00Z")).await;
    ran(&one, "noon", at("2026-01-08T12:00:00Z")).await;
    let sent = outbox(&one.started.services[0]).await;
    let names: Vec<_> =
        sent.iter().map(|it| it.message.payload["name"].as_str().unwrap()).collect();
    let later = names.iter().filter(|name| **name == "of 2026-01-08").count();
    assert_eq!(later, 1, "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("01-06") || name.contains("01-07")),
        "{names:?}"
    );
    shelf(&one, 4).await;
    one.end().await;
}

#[tokio::test]
async fn a_time_runs_once_and_missed_ones_are_made_up_for_once() {
    days(Arc::new(tempfile::tempdir().unwrap()), None).await;
}

#[tokio::test]
async fn two_instances_run_a_time_once() {
    let url = schema("desk").await;
    days(Arc::new(tempfile::tempdir().unwrap()), Some(&url)).await;
}

#[tokio::test]
async fn three_instances_that_look_at_once_run_a_time_once() {
    let (url, folder) = (schema("desk").await, Arc::new(tempfile::tempdir().unwrap()));
    let clock = Arc::new(TestClock::start());
    let mut all = Vec::new();
    for _ in 0..3 {
        let builder = desk().schedule::<Morning>().clock(clock.clone());
        let settings = [("DATABASE_URL", url.as_str()), ("VIEW_POLL_MAX", "1ms")];
        all.push(Process::alone(builder, &folder, &settings).await);
    }
    let mut due: jiff::Timestamp = "2026-01-04T10:00:00Z".parse().unwrap();
    ran(&all[0], "morning", due).await;
    for _ in 0..30 {
        clock.advance(SignedDuration::from_hours(24));
        due += SignedDuration::from_hours(24);
        ran(&all[0], "morning", due).await;
    }
    for process in all {
        process.end().await;
    }
    let quiet = start(&folder, &clock, Some(&url)).await;
    let sent = outbox(&quiet.started.services[0]).await;
    let ticks: BTreeSet<_> = sent.iter().map(tick).collect();
    assert_eq!((sent.len(), ticks.len()), (30, 30));
    quiet.end().await;
}

fn tick(message: &Message) -> uuid::Uuid {
    Headers::deserialize(&message.message.headers).unwrap().causation_id
}

#[tokio::test]
async fn killed_at_any_moment_a_time_is_neither_lost_nor_doubled() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    for round in 0..40_u64 {
        let program = Program::start(
            "beat",
            folder.path(),
            &["--view-poll-max", "1ms", "--database-url", "desk.db"],
        );
        std::thread::sleep(Duration::from_micros(round * 1_709 % 40_000));
        program.kill();
    }
    // The same desk without the schedule carries out what is left.
    let quiet = Process::alone(desk(), &folder, &[FAST]).await;
    let sent = outbox(&quiet.started.services[0]).await;
    assert!(sent.len() >= 10, "{}", sent.len());
    let ticks: BTreeSet<_> = sent.iter().map(tick).collect();
    assert_eq!(ticks.len(), sent.len(), "a time ran twice");
    let stored = quiet.started.services[0].store().cursors("schedule:beat".to_owned()).await;
    assert!(ticks.contains(&stored.unwrap()[0].mark.id), "what the note says was sent was not");
    let events = async || {
        let marks = quiet.started.services[0].store().head(Log::Event).await.unwrap();
        marks.iter().map(|mark| usize::try_from(mark.pos).unwrap()).sum::<usize>()
    };
    for _ in 0..2_000 {
        if events().await >= sent.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(events().await, sent.len(), "each message is carried out once");
    quiet.end().await;
}
