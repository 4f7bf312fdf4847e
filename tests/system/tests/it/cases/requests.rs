//! What the gateway and the services promise about single requests.

use serde_json::{Value, json};

use crate::program::Program;
use crate::shop::{Shop, ended, on_hand};
use crate::system::{Setup, System};

pub fn a_key_that_comes_twice_has_one_effect(system: &mut System) {
    let shop = Shop::open(system, 5, "1000.00");
    let goods = json!({ "product_id": shop.product, "quantity": 7 });
    let key = [("idempotency-key", "the-delivery-of-monday")];
    let first = system.ask_with("POST /api/depots/main/receive", &key, &goods);
    let again = system.ask_with("POST /api/depots/main/receive", &key, &goods);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    system.until("/api/availability", |it| it["items"][0]["on_hand"] == 12);
    let events = system.database("stock").events();
    assert_eq!(events.iter().filter(|it| it.event_type == "stock_received").count(), 2);
}

pub fn a_read_that_carries_a_position_sees_the_write(system: &mut System) {
    let shop = Shop::open(system, 0, "1000.00");
    for sum in 1..=20 {
        let goods = json!({ "product_id": shop.product, "quantity": 1 });
        let answer = system.ask("POST /api/depots/main/receive", &goods);
        let position = answer.header("position").expect("a position").to_owned();
        let line = format!("GET /api/availability?product_id={}", shop.product);
        let read = system.ask_with(&line, &[("min-position", &position)], &Value::Null);
        assert_eq!(read.body["items"][0]["on_hand"], sum, "{read:?}");
    }
    assert_eq!(on_hand(system, &shop.product), 20);
}

pub fn refusals_are_problems(system: &mut System) {
    let shop = Shop::open(system, 5, "1000.00");
    let order = shop.order(system, 1);
    system.command(&format!("/api/orders/{order}/cancel"), &json!({}));
    let late =
        system.ask(&format!("POST /api/orders/{order}/use-code"), &json!({ "code": "SPRING" }));
    assert_eq!((late.status, late.header("content-type")), (410, Some("application/problem+json")));
    assert_eq!(late.body["code"], "closed", "{late:?}");
    let missing = system.ask("GET /api/orders/0198a6a0-0000-7000-8000-000000000000", &Value::Null);
    assert_eq!((missing.status, &missing.body["code"]), (404, &json!("not_found")));
    for (line, status) in [
        ("GET /orders", 404),
        ("GET /api/nothing", 404),
        ("DELETE /api/orders", 405),
        ("GET /_kit/log/e/0?after=0", 404),
    ] {
        assert_eq!(system.ask(line, &Value::Null).status, status, "{line}");
    }
}

pub fn one_conversation_is_found_in_every_service(system: &mut System) {
    let shop = Shop::open(system, 5, "1000.00");
    let order = shop.order(system, 1);
    let name = [("x-correlation-id", "the-order-of-ada")];
    let placed = system.ask_with(&format!("POST /api/orders/{order}/place"), &name, &json!({}));
    assert_eq!((placed.status, placed.header("x-correlation-id")), (200, Some("the-order-of-ada")));
    ended(system, &order, "confirmed");
    system.until("/api/mails", |it| it["items"][0]["order_id"] == order);
    system.until("/api/shipments", |it| it["items"][0]["order_id"] == order);
    for service in ["notification", "ordering", "payment", "shipping", "stock"] {
        let events = system.database(service).events();
        assert!(events.iter().any(|it| it.correlation() == "the-order-of-ada"), "{service}");
        assert!(system.log(service).contains("the-order-of-ada"), "{service}");
    }
    if system.setup != Setup::InOne {
        assert!(system.log("gateway").contains("the-order-of-ada"));
    }
}

/// Told to stop and started again, every process shows what it showed.
pub fn a_restart_of_everything_changes_no_answer(system: &mut System) {
    let shop = Shop::open(system, 10, "1000.00");
    let order = shop.place(system, 2);
    ended(system, &order, "confirmed");
    system.until("/api/mails", |it| it["items"][0]["order_id"] == order);
    system.until("/api/shipments", |it| it["items"][0]["order_id"] == order);
    system.until("/api/bestsellers", |it| it["items"][0]["name"] == "Lamp");
    let paths =
        ["/api/orders", "/api/mails", "/api/shipments", "/api/bestsellers", "/api/products"];
    let read =
        |system: &System| paths.map(|path| system.ask(&format!("GET {path}"), &Value::Null).body);
    let before = read(system);
    system.programs.values_mut().for_each(Program::stop);
    system.programs.values_mut().for_each(Program::start);
    system.whole();
    assert_eq!(read(system), before);
    let next = shop.place(system, 1);
    ended(system, &next, "confirmed");
}
