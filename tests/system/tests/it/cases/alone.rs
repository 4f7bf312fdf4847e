//! What is true because the services are apart: stores of their own, and work that needs nobody else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::program::{Program, programs};
use crate::shop::{DEPOT, Shop};
use crate::system::{SERVICES, Setup, System};

#[test]
fn each_context_of_the_text_is_a_program() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/shop/domain");
    let files = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let contexts: BTreeSet<String> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(contexts, SERVICES.iter().map(|name| (*name).to_owned()).collect());
    for context in contexts.iter().map(String::as_str).chain(["gateway"]) {
        assert!(programs().join(format!("shop-{context}")).exists(), "{context}");
    }
}

/// Beside the tables of the kit, which everybody has, no table is in two databases.
pub fn each_service_has_tables_of_its_own(system: &mut System) {
    Shop::open(system, 1, "10.00");
    let tables: Vec<Vec<String>> = SERVICES
        .iter()
        .map(|service| {
            let tables = system.database(service).tables();
            tables.into_iter().filter(|name| !name.starts_with("kit_")).collect()
        })
        .collect();
    for (at, own) in tables.iter().enumerate() {
        assert!(!own.is_empty(), "{}", SERVICES[at]);
        let others = tables.iter().enumerate().filter(|(other, _)| *other != at);
        for (_, others) in others {
            assert!(own.iter().all(|table| !others.contains(table)), "{own:?} and {others:?}");
        }
    }
}

/// Commands and queries of one context need no other one.
pub fn a_service_answers_while_all_others_are_down(system: &mut System) {
    let shop = Shop::open(system, 5, "1000.00");
    system.until("/api/products", |it| it["items"][0]["price"]["amount"] == "20.00");
    if system.setup == Setup::InOne {
        return;
    }
    let others = SERVICES.iter().filter(|name| !["catalog", "stock"].contains(name));
    others.for_each(|name| system.kill(name));
    let goods = json!({ "product_id": shop.product, "quantity": 2 });
    let received = system.ask(&format!("POST /api/depots/{DEPOT}/receive"), &goods);
    assert_eq!(received.status, 200, "{received:?}");
    system.until("/api/availability", |it| it["items"][0]["on_hand"] == 7);
    system.kill("stock");
    let price = json!({ "price": { "amount": "21.00", "currency": "chf" } });
    let set = system.ask(&format!("POST /api/pricings/{}/set-price", shop.product), &price);
    assert_eq!(set.status, 200, "{set:?}");
    system.until("/api/products", |it| it["items"][0]["price"]["amount"] == "21.00");
    let gone = system.ask("GET /api/availability", &Value::Null);
    assert_eq!((gone.status, &gone.body["code"]), (502, &json!("bad_gateway")));
    let health = system.ask("GET /health", &Value::Null).body;
    assert_eq!(health["status"], "degraded");
    for down in ["customers", "notification", "ordering", "payment", "shipping", "stock"] {
        assert_eq!(health["components"][down]["state"], "down", "{down} in {health}");
    }
    system.programs.values_mut().for_each(Program::start_again);
    system.whole();
    system.until("/api/availability", |it| it["items"][0]["on_hand"] == 7);
}
