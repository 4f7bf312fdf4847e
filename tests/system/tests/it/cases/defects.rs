//! The four defects of the framework that this project succeeds. Each lost events there; here nothing is lost and nothing
//! happens twice.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{DEPOT, Shop, ended};
use crate::system::System;

/// Events of each test. Of so many, `kill -9` lost 34 there.
const EVENTS: u32 = 60;

/// How many rows each order has in a list with pages.
fn per_order(system: &System, path: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = system.ask(&format!("GET {path}?limit=50{after}"), &Value::Null).body;
        for row in page["items"].as_array().unwrap() {
            *found.entry(row["order_id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// Every order has its row, once.
fn each_once(system: &System, path: &str, orders: &[String]) {
    crate::program::until(path, || {
        let found = per_order(system, path);
        if found.len() >= orders.len() {
            Ok(())
        } else {
            Err(format!("{} of {}", found.len(), orders.len()))
        }
    });
    let found = per_order(system, path);
    for order in orders {
        assert_eq!(found.get(order), Some(&1), "{path} of {order}");
    }
    assert_eq!(found.len(), orders.len(), "{path}");
}

fn orders(system: &System, shop: &Shop) -> Vec<String> {
    (0..EVENTS).map(|_| shop.place(system, 1)).collect()
}

/// The handler is killed again and again while it handles.
pub fn kill_nine_while_handling_loses_nothing(system: &mut System) {
    let shop = Shop::open(system, 2 * EVENTS, "100000.00");
    let mut placed = Vec::new();
    for round in 0..EVENTS {
        placed.push(shop.place(system, 1));
        if round % 6 == 0 {
            // Somewhere between the first and the last of its transactions.
            std::thread::sleep(Duration::from_millis(u64::from(round) % 35));
            system.kill("notification");
            system.revive("notification");
        }
    }
    for order in &placed {
        ended(system, order, "confirmed");
    }
    each_once(system, "/api/mails", &placed);
    let written = system.database("notification").events();
    assert_eq!(written.len(), placed.len(), "one event per mail");
}

/// Events are stored while nobody can be told, and the one who stored them is killed before anybody has asked.
pub fn what_was_stored_and_not_published_arrives(system: &mut System) {
    let shop = Shop::open(system, 2 * EVENTS, "100000.00");
    let waiting: Vec<String> = (0..EVENTS).map(|_| shop.order(system, 1)).collect();
    let alone = ["notification", "payment", "shipping", "stock"];
    if system.setup != crate::system::Setup::InOne {
        alone.iter().for_each(|service| system.kill(service));
    }
    for order in &waiting {
        system.command(&format!("/api/orders/{order}/place"), &json!({}));
    }
    system.kill("ordering");
    for service in ["ordering"].into_iter().chain(alone) {
        system.revive(service);
    }
    for order in &waiting {
        ended(system, order, "confirmed");
    }
    each_once(system, "/api/mails", &waiting);
    each_once(system, "/api/shipments", &waiting);
}

/// Of thirty parallel updates, seven were kept there.
pub fn thirty_parallel_updates_of_one_aggregate_all_count(system: &mut System) {
    let shop = Shop::open(system, 0, "1000.00");
    let goods = json!({ "product_id": shop.product, "quantity": 1 });
    let system = &*system;
    let mut versions: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..30)
            .map(|_| {
                scope.spawn(|| {
                    let answer = system.ask(&format!("POST /api/depots/{DEPOT}/receive"), &goods);
                    assert_eq!(answer.status, 200, "{answer:?}");
                    answer.body["version"].as_i64().unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    versions.sort_unstable();
    assert_eq!(versions, (2..=31).collect::<Vec<i64>>(), "each made a version of its own");
    let depot = system.ask(&format!("GET /api/depots/{DEPOT}"), &Value::Null).body;
    assert_eq!(depot["items"][0]["on_hand"], 30);
    system.until("/api/availability", |it| it["items"][0]["on_hand"] == 30);
}

/// Two services follow the same event; each sees all of them.
pub fn two_subscribers_of_one_event_both_see_all_of_them(system: &mut System) {
    let shop = Shop::open(system, 2 * EVENTS, "100000.00");
    let placed = orders(system, &shop);
    for order in &placed {
        ended(system, order, "confirmed");
    }
    each_once(system, "/api/mails", &placed);
    each_once(system, "/api/shipments", &placed);
}
