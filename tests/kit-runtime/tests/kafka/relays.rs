//! Relays that are killed, too slow, or have nowhere to send to: nothing is lost, and nothing has two effects.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kit_runtime::store::{CursorMove, Mark, Outcome, Unit};
use serde_json::{Value, json};

use crate::broker::{System, folder};
use crate::flow::{charged, fresh_name, lend};
use crate::lending::{Process, desk, file, office, schema};
use crate::program::Program;

/// Add a tool and lend it, over a socket; tells whether both were certainly done.
fn lend_by(program: &Program, borrower: &str) -> bool {
    let tool = json!({ "name": fresh_name() });
    let Some((201, made)) = program.ask("POST /tools", &tool) else {
        return false;
    };
    let lend = format!("POST /tools/{}/lend", made["tool_id"].as_str().unwrap());
    let loan = json!({ "borrower": borrower, "weeks": 1 });
    matches!(program.ask(&lend, &loan), Some((200, _)))
}

/// The loans in the log of the desk by borrower, whatever was answered.
async fn recorded(desk: &Process) -> BTreeMap<String, i64> {
    let store = desk.started.services[0].shared_store();
    let all = (0..store.meta().shards).map(|shard| (shard, 0)).collect();
    let mut loans = BTreeMap::new();
    for record in store.tail(all, 10_000).await.unwrap() {
        if record.event_type == "tool_lent" {
            *loans.entry(record.data["borrower"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    loans
}

#[tokio::test]
async fn killed_between_send_and_cursor_a_relay_loses_nothing_and_doubles_no_effect() {
    let system = System::with_topics().await;
    let (home, office_home) = (folder(), folder());
    let office = system.service(office::service(), &office_home, &[]).await;
    let database = file(&home, "desk");
    let program = || system.program("desk", home.path(), &["--database-url", &database]);
    let first = program();
    for _ in 0..10 {
        assert!(lend_by(&first, "ann"));
    }
    system.holds(&system.tools(), 20).await;
    first.kill();
    // As if it had been killed after it sent and before it noted anything.
    let connection = rusqlite::Connection::open(&database).unwrap();
    let rows = connection.execute("delete from kit_cursor where name like 'relay:%'", []).unwrap();
    assert!(rows > 0);
    drop(connection);
    let second = program();
    for _ in 0..5 {
        assert!(lend_by(&second, "ann"));
    }
    charged(&office, "ann", 15).await;
    assert_eq!(system.count(&system.tools()), 20 + 30, "everything was sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_time_a_relay_loses_nothing_and_doubles_no_effect() {
    let system = System::with_topics().await;
    let home = folder();
    let office = system.service(office::service(), &folder(), &[]).await;
    let database = file(&home, "desk");
    for round in 0..12_u64 {
        let program = system.program("desk", home.path(), &["--database-url", &database]);
        let started = Instant::now();
        // Long enough for some rounds to own slots, short enough to hit the middle of others.
        let life = Duration::from_millis(150 + 97 * (round * 7 % 11));
        let borrower = format!("b{round}");
        for _ in 0..100 {
            if started.elapsed() < life {
                lend_by(&program, &borrower);
            }
        }
        program.kill();
    }
    let desk = system.service(desk::service(), &home, &[]).await;
    let loans = recorded(&desk).await;
    assert_eq!(loans.len(), 12);
    for (borrower, count) in loans {
        charged(&office, &borrower, count).await;
    }
}

#[tokio::test]
async fn a_relay_that_lost_its_lease_cannot_move_the_cursor() {
    let system = System::with_topics().await;
    let home = folder();
    let first = system.service(desk::service(), &home, &[]).await;
    lend(&first, "ann", 5).await;
    system.holds(&system.tools(), 10).await;
    first.end().await;
    let second = system.service(desk::service(), &home, &[]).await;
    let store = second.started.services[0].shared_store();
    let deadline = Instant::now() + Duration::from_secs(10);
    let cursors = loop {
        let cursors = store.cursors("relay:event".into()).await.unwrap();
        if cursors.len() == 64 && cursors.iter().all(|it| it.epoch == 2) {
            break cursors;
        }
        assert!(Instant::now() < deadline, "nobody took over: {cursors:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    for cursor in cursors {
        let (from, shard) = (cursor.mark, cursor.mark.shard);
        let to = Mark { shard, pos: from.pos + 1, id: uuid::Uuid::now_v7() };
        let late = CursorMove { name: "relay:event".into(), epoch: 1, from, to };
        let outcome = store.commit(Unit { cursors: vec![late], ..Unit::default() }).await.unwrap();
        assert!(matches!(outcome, Outcome::Moved { .. }), "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_slept_wakes_up_without_harm() {
    let system = System::with_topics().await;
    let home = folder();
    let office = system.service(office::service(), &folder(), &[]).await;
    let database = schema("desk").await;
    let program = || system.program("desk", home.path(), &["--database-url", &database]);
    let (first, second) = (program(), program());
    let mut loans = 0;
    for turn in 0..3 {
        for _ in 0..5 {
            loans += i64::from(lend_by(if turn % 2 == 0 { &first } else { &second }, "ann"));
        }
        if turn == 0 {
            system.holds(&system.tools(), loans * 2).await;
            first.signal("STOP");
            // It holds half of the slots until its leases run out; then the other one sends for all.
            for _ in 0..20 {
                loans += i64::from(lend_by(&second, "ann"));
            }
            system.holds(&system.tools(), loans * 2).await;
            first.signal("CONT");
        }
    }
    charged(&office, "ann", loans).await;
    assert_eq!(loans, 35);
}

#[tokio::test]
async fn publication_that_fails_after_storing_loses_nothing() {
    let system = System::new();
    let desk = system.service(desk::service(), &folder(), &[]).await;
    lend(&desk, "ann", 5).await;
    let told = |it: &crate::web::Answer| {
        let parts = it.json()["components"].clone();
        let relay = parts["desk relay:event"]["detail"].as_str().unwrap_or_default().to_owned();
        relay.contains("is not there: run `topics` once") && it.json()["status"] == "degraded"
    };
    let ready = desk.until_within(Duration::from_secs(20), "/ready", told).await;
    assert_eq!(ready.status, 200, "commands work without topics");
    lend(&desk, "ann", 5).await;
    let behind = |it: &crate::web::Answer| {
        let lag = it.json();
        let items = lag["items"].as_array().unwrap().iter();
        let mut relays = items.filter(|it| it["kind"] == "relay" && it["name"] == "event");
        relays.next().unwrap()["behind"].clone()
    };
    assert_eq!(behind(&desk.get("/_kit/lag").await), 20);
    system.provision().await;
    let office = system.service(office::service(), &folder(), &[]).await;
    charged(&office, "ann", 10).await;
    let well =
        |it: &crate::web::Answer| it.json()["components"]["desk relay:event"]["state"] == "ok";
    desk.until_within(Duration::from_secs(20), "/ready", well).await;
    desk.until_within(Duration::from_secs(20), "/_kit/lag", |it| behind(it) == 0).await;
    assert_eq!(desk.call("POST /nowhere", Value::Null).await.status, 404);
}
