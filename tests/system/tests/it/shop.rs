//! What customers and clerks of the shop do, through the gateway.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Answer;
use crate::system::System;

/// The depot from which orders are served.
pub const DEPOT: &str = "main";

/// A shop with a product and a customer who can pay.
pub struct Shop {
    pub product: String,
    pub customer: String,
}

pub fn money(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "chf" })
}

pub fn id(answer: &Answer, field: &str) -> String {
    answer.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {answer:?}")).to_owned()
}

impl Shop {
    /// So many of a product at 20.00 on the shelf, and a customer who may spend so much.
    pub fn open(system: &System, on_hand: u32, limit: &str) -> Self {
        let category = json!({ "category": "light", "title": "Light" });
        system.command("/api/categories", &category);
        system.command("/api/depots", &json!({ "depot": DEPOT }));
        let product = product(system, "Lamp", "20.00", on_hand);
        let customer = customer(system, "Ada", limit);
        Self { product, customer }
    }

    /// An order of so many, not yet placed.
    pub fn order(&self, system: &System, quantity: u32) -> String {
        let order = begin(system, &self.customer);
        let line = json!({ "product_id": self.product, "quantity": quantity });
        system.command(&format!("/api/orders/{order}/add-line"), &line);
        order
    }

    /// An order of so many that the customer wants.
    pub fn place(&self, system: &System, quantity: u32) -> String {
        let order = self.order(system, quantity);
        system.command(&format!("/api/orders/{order}/place"), &json!({}));
        order
    }
}

/// A product with its price, so many of it in the depot.
pub fn product(system: &System, name: &str, price: &str, on_hand: u32) -> String {
    let listed = json!({ "name": name, "category": "light", "description": "It is a product." });
    let product = id(&system.command("/api/products", &listed), "product_id");
    let price = json!({ "price": money(price) });
    system.command(&format!("/api/pricings/{product}/set-price"), &price);
    if on_hand > 0 {
        let goods = json!({ "product_id": product, "quantity": on_hand });
        system.command(&format!("/api/depots/{DEPOT}/receive"), &goods);
    }
    product
}

/// A customer with an account.
pub fn customer(system: &System, name: &str, limit: &str) -> String {
    let mail = format!("{}@example.org", Uuid::now_v7().simple());
    let registered = system.command("/api/customers", &json!({ "name": name, "email": mail }));
    let customer = id(&registered, "customer_id");
    let account = json!({ "customer_id": customer, "currency": "chf", "limit": limit });
    system.command("/api/accounts", &account);
    customer
}

/// An empty order.
pub fn begin(system: &System, customer: &str) -> String {
    let to = json!({ "name": "Ada", "street": "Hauptstrasse 1", "zip": "8000", "city": "Zürich" });
    let order = json!({ "customer_id": customer, "currency": "chf", "ship_to": to });
    id(&system.command("/api/orders", &order), "order_id")
}

/// The order when it has this status.
pub fn ended(system: &System, order: &str, status: &str) -> Value {
    system.until(&format!("/api/order-status/{order}"), |it| it["status"] == status)
}

/// How many of a product can still be ordered.
pub fn on_hand(system: &System, product: &str) -> i64 {
    let path = format!("GET /api/availability?depot={DEPOT}&product_id={product}");
    system.ask(&path, &Value::Null).body["items"][0]["on_hand"].as_i64().unwrap()
}

/// The rows of a list that belong to an order.
pub fn of_order<'a>(rows: &'a Value, order: &str) -> Vec<&'a Value> {
    rows["items"].as_array().unwrap().iter().filter(|row| row["order_id"] == order).collect()
}
