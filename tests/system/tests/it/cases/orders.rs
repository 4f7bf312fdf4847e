//! The way of an order through seven services.

use serde_json::{Value, json};

use crate::shop::{Shop, begin, customer, ended, of_order, on_hand, product};
use crate::system::System;

pub fn an_order_is_served_told_and_sent(system: &mut System) {
    let shop = Shop::open(system, 10, "1000.00");
    let order = shop.place(system, 3);
    let row = ended(system, &order, "confirmed");
    assert_eq!(
        (&row["products"], &row["customer"]),
        (&json!([shop.product]), &json!("Ada")),
        "{row}"
    );
    system.until("/api/availability", |it| it["items"][0]["on_hand"] == 7);
    let account = format!("/api/account/{}", shop.customer);
    system.until(&account, |it| it["held"] == "60.00");

    let mails = system.until("/api/mails", |it| !of_order(it, &order).is_empty());
    assert_eq!(of_order(&mails, &order)[0]["subject"], "Your order is confirmed");
    system.until("/api/shipments", |it| !of_order(it, &order).is_empty());
    system.until("/api/bestsellers", |it| {
        let best = &it["items"][0];
        best["sold"] == 3 && best["name"] == "Lamp" && best["product_id"] == shop.product
    });

    // The seed of shipping.
    system.until("/api/carriers/pickup", |it| it["title"] == "Fetched at the depot");
    system.command("/api/carriers", &json!({ "carrier": "post", "title": "Post" }));
    let parcel = json!({ "carrier": "post", "number": "99.12" });
    system.command(&format!("/api/shipments/{order}/send"), &parcel);
    let row = system
        .until(&format!("/api/order-status/{order}"), |it| it["carrier"].as_str() == Some("post"));
    assert_eq!(row["tracking"], "99.12");
    system.command(&format!("/api/shipments/{order}/confirm-delivery"), &json!({}));
    system.until(&format!("/api/order-status/{order}"), |it| it["delivered"] == true);
}

pub fn what_cannot_be_paid_gives_its_stock_back(system: &mut System) {
    let shop = Shop::open(system, 10, "50.00");
    let order = shop.place(system, 3);
    let row = ended(system, &order, "rejected");
    assert_eq!(row["reason"], "the limit is reached");
    system.until("/api/availability", |it| it["items"][0]["on_hand"] == 10);
    let state = system.ask(&format!("GET /api/orders/{order}"), &Value::Null).body;
    assert_eq!((&state["status"], &state["payment"]), (&json!("rejected"), &json!("refused")));
    let account = format!("/api/account/{}", shop.customer);
    system.until(&account, |it| it["held"] == "0.00" && it["declined"] == 1);
    let mails = system.until("/api/mails", |it| !of_order(it, &order).is_empty());
    assert_eq!(of_order(&mails, &order)[0]["text"], "the limit is reached");
    let depot = system.ask("GET /api/depots/main", &Value::Null).body;
    assert_eq!(depot["reservations"], json!([]), "{depot}");
}

pub fn what_is_not_in_stock_is_rejected(system: &mut System) {
    let shop = Shop::open(system, 2, "1000.00");
    let order = shop.place(system, 3);
    let row = ended(system, &order, "rejected");
    assert_eq!(row["reason"], "not everything is in stock");
    assert_eq!(on_hand(system, &shop.product), 2);
    let account = system.ask(&format!("GET /api/accounts/{}", shop.customer), &Value::Null).body;
    assert_eq!(account["authorisations"], json!([]), "nobody was asked for money");
}

pub fn the_price_of_the_catalog_counts(system: &mut System) {
    let shop = Shop::open(system, 10, "1000.00");
    let order = begin(system, &shop.customer);
    let cheap = json!({ "product_id": shop.product, "quantity": 2, "price": "0.01" });
    let answer = system.ask(&format!("POST /api/orders/{order}/add-line"), &cheap);
    assert_eq!((answer.status, &answer.body["code"]), (422, &json!("invalid")), "{answer:?}");
    let line = json!({ "product_id": shop.product, "quantity": 2 });
    system.command(&format!("/api/orders/{order}/add-line"), &line);
    let state = system.ask(&format!("GET /api/orders/{order}"), &Value::Null).body;
    assert_eq!(state["total"], json!({ "amount": "40.00", "currency": "chf" }));
    let dear = product(system, "Chandelier", "2600.00", 5);
    let three = json!({ "product_id": dear, "quantity": 3 });
    let line = format!("/api/orders/{order}/add-line");
    system.command(&line, &json!({ "product_id": dear, "quantity": 1 }));
    let answer = system.ask(&format!("POST {line}"), &three);
    assert_eq!((answer.status, &answer.body["code"]), (422, &json!("too_large")), "{answer:?}");
}

pub fn an_order_is_worth_what_the_text_lists(system: &mut System) {
    let rows = system.ask("GET /api/smallest-orders", &Value::Null).body;
    let (francs, euros) = (
        json!({ "currency": "chf", "amount": "1.00" }),
        json!({ "currency": "eur", "amount": "1.10" }),
    );
    assert_eq!(rows["items"], json!([francs, euros]));
    assert_eq!(system.ask("GET /api/smallest-orders/eur", &Value::Null).body, euros);
    let shop = Shop::open(system, 10, "1000.00");
    let small = product(system, "Match", "0.99", 10);
    let order = begin(system, &shop.customer);
    let line = |quantity| json!({ "product_id": small, "quantity": quantity });
    system.command(&format!("/api/orders/{order}/add-line"), &line(1));
    let answer = system.ask(&format!("POST /api/orders/{order}/place"), &json!({}));
    assert_eq!((answer.status, &answer.body["code"]), (422, &json!("too_small")), "{answer:?}");
    system.command(&format!("/api/orders/{order}/add-line"), &line(2));
    system.command(&format!("/api/orders/{order}/place"), &json!({}));
    ended(system, &order, "confirmed");
}

pub fn the_details_of_an_order_come_from_three_services(system: &mut System) {
    let shop = Shop::open(system, 10, "1000.00");
    let second = product(system, "Candle", "2.50", 10);
    let order = shop.order(system, 1);
    let line = json!({ "product_id": second, "quantity": 4 });
    system.command(&format!("/api/orders/{order}/add-line"), &line);
    system.command(&format!("/api/orders/{order}/place"), &json!({}));
    let details = system
        .until(&format!("/api/order-details/{order}"), |it| it["order"]["status"] == "confirmed");
    assert_eq!(details["order"]["lines"].as_array().unwrap().len(), 2, "{details}");
    assert_eq!(details["products"][&shop.product]["name"], "Lamp");
    assert_eq!(details["products"][&second]["name"], "Candle");
    assert_eq!(details["customer"]["name"], "Ada");
    assert!(details["customer"]["email"].as_str().unwrap().ends_with("@example.org"));
}

/// The caller of a command with a saga behind it is answered when that has ended, in another service.
pub fn who_leaves_hears_whether_they_could(system: &mut System) {
    let shop = Shop::open(system, 10, "1000.00");
    let order = shop.place(system, 3);
    ended(system, &order, "confirmed");
    let leave = |who: &str| {
        let answer = system.command(&format!("/api/customers/{who}/leave"), &json!({}));
        (answer.status, answer.body["saga"].clone())
    };
    let is = |who: &str, status: &str| {
        system.until(&format!("/api/customer/{who}"), |it| it["status"] == status)
    };
    // Money is set aside for the order.
    assert_eq!(leave(&shop.customer), (200, json!("compensated")));
    is(&shop.customer, "active");
    let eve = customer(system, "Eve", "50.00");
    assert_eq!(leave(&eve), (200, json!("completed")));
    is(&eve, "closed");
    let account = system.ask(&format!("GET /api/accounts/{eve}"), &Value::Null).body;
    assert_eq!(account["status"], "closed", "it was closed before the answer: {account}");
}
