//! Customers and clerks at work while things break, and what they were told.
//!
//! Each command has a key and a conversation of its own. A command without an answer is sent again under its key, as a
//! client should; now and then the client gives up, and then nobody knows.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::dice::Dice;
use crate::http::{Answer, ask};
use crate::shop::{DEPOT, money};

/// What became of a command, as its sender knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It was done, and its stream has this version now.
    Done(i64),
    /// It was refused.
    Refused(String),
    /// There was no answer, and it was not sent again.
    Nothing,
}

/// A command that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The service it was for.
    pub service: &'static str,
    /// The event that it is about.
    pub event: &'static str,
    /// Its conversation.
    pub correlation: String,
    pub told: Told,
}

/// Everything that was sent, and how.
#[derive(Default)]
pub struct Record {
    pub sent: Mutex<Vec<Sent>>,
    /// Commands with a definite answer.
    pub answers: AtomicU64,
    /// Attempts without one.
    pub broken: AtomicU64,
    /// Whether the run has failed: nobody waits for an answer any more.
    pub failed: AtomicBool,
}

/// One who sends commands, one after the other.
pub struct Client<'a> {
    address: &'a str,
    name: String,
    record: &'a Record,
    stop: &'a AtomicBool,
    dice: Dice,
    count: u64,
    customers: Vec<String>,
    products: Vec<String>,
    orders: Vec<String>,
}

impl<'a> Client<'a> {
    pub fn new(
        address: &'a str,
        name: String,
        record: &'a Record,
        stop: &'a AtomicBool,
        seed: u64,
    ) -> Self {
        let (customers, products, orders) = (Vec::new(), Vec::new(), Vec::new());
        let dice = Dice::new(seed);
        Self { address, name, record, stop, dice, count: 0, customers, products, orders }
    }

    /// Work until it is told to stop.
    pub fn work(mut self) {
        self.customer();
        self.product();
        while !self.stop.load(Ordering::Relaxed) {
            match self.dice.below(20) {
                0 => self.customer(),
                1 => self.product(),
                2..=4 => self.price(),
                5..=7 => self.goods(),
                8..=9 => self.parcel(),
                _ => self.order(),
            }
        }
    }

    fn customer(&mut self) {
        let mail = format!("{}-{}@example.org", self.name, self.count);
        let body = json!({ "name": self.name, "email": mail });
        let Some(made) = self.send("customers", "customer_registered", "/api/customers", &body)
        else {
            return;
        };
        let customer = made["customer_id"].as_str().unwrap().to_owned();
        let limit = 200 + 100 * self.dice.below(30);
        let body =
            json!({ "customer_id": customer, "currency": "chf", "limit": format!("{limit}.00") });
        if self.send("payment", "account_opened", "/api/accounts", &body).is_some() {
            self.customers.push(customer);
        }
    }

    fn product(&mut self) {
        let name = format!("{} {}", self.name, self.count);
        let body = json!({ "name": name, "category": "light", "description": "" });
        let Some(made) = self.send("catalog", "product_listed", "/api/products", &body) else {
            return;
        };
        self.products.push(made["product_id"].as_str().unwrap().to_owned());
        self.price();
        self.goods();
    }

    fn price(&mut self) {
        let Some(product) = self.any(self.products.clone()) else { return };
        let amount = format!("{}.{:02}", 1 + self.dice.below(40), self.dice.below(100));
        let path = format!("/api/pricings/{product}/set-price");
        self.send("catalog", "price_set", &path, &json!({ "price": money(&amount) }));
    }

    fn goods(&mut self) {
        let Some(product) = self.any(self.products.clone()) else { return };
        let body = json!({ "product_id": product, "quantity": 1 + self.dice.below(40) });
        self.send("stock", "stock_received", &format!("/api/depots/{DEPOT}/receive"), &body);
    }

    fn parcel(&mut self) {
        let Some(order) = self.any(self.orders.clone()) else { return };
        let body = json!({ "carrier": "post", "number": format!("{}.{}", self.name, self.count) });
        self.send("shipping", "shipment_sent", &format!("/api/shipments/{order}/send"), &body);
    }

    fn order(&mut self) {
        let Some(customer) = self.any(self.customers.clone()) else { return };
        let to =
            json!({ "name": "Ada", "street": "Hauptstrasse 1", "zip": "8000", "city": "Bern" });
        let body = json!({ "customer_id": customer, "currency": "chf", "ship_to": to });
        let Some(made) = self.send("ordering", "order_opened", "/api/orders", &body) else {
            return;
        };
        let order = made["order_id"].as_str().unwrap().to_owned();
        let mut lines = 0;
        for _ in 0..=self.dice.below(2) {
            let Some(product) = self.any(self.products.clone()) else { continue };
            let line = json!({ "product_id": product, "quantity": 1 + self.dice.below(25) });
            let path = format!("/api/orders/{order}/add-line");
            lines += u32::from(self.send("ordering", "line_added", &path, &line).is_some());
        }
        if lines == 0 || self.dice.below(10) == 0 {
            self.send(
                "ordering",
                "order_cancelled",
                &format!("/api/orders/{order}/cancel"),
                &json!({}),
            );
            return;
        }
        let path = format!("/api/orders/{order}/place");
        if self.send("ordering", "order_placed", &path, &json!({})).is_some() {
            if self.dice.below(4) != 0 {
                self.wait_for(&order);
            }
            self.orders.push(order);
        }
    }

    /// Most customers want to know what becomes of an order before they give the next one.
    fn wait_for(&self, order: &str) {
        let line = format!("GET /api/order-status/{order}");
        while !self.stop.load(Ordering::Relaxed) {
            let answer = ask(self.address, &line, &[], &Value::Null);
            if answer.is_some_and(|it| it.body["status"] != "placed" && it.status == 200) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn any(&mut self, all: Vec<String>) -> Option<String> {
        (!all.is_empty()).then(|| self.dice.one_of(&all).clone())
    }

    /// Send a command and note what becomes of it; gives the answer when it was done.
    fn send(
        &mut self,
        service: &'static str,
        event: &'static str,
        path: &str,
        body: &Value,
    ) -> Option<Value> {
        self.count += 1;
        let correlation = format!("{}-{}", self.name, self.count);
        let patient = self.dice.below(12) != 0;
        let answer = self.answer(&correlation, path, body, patient);
        let (told, done) = match answer {
            None => (Told::Nothing, None),
            Some(answer) if answer.status < 300 => {
                (Told::Done(answer.body["version"].as_i64().unwrap()), Some(answer.body))
            }
            Some(answer) => (Told::Refused(answer.body["code"].to_string()), None),
        };
        self.record.sent.lock().unwrap().push(Sent { service, event, correlation, told });
        done
    }

    /// A definite answer, however often that takes; an impatient client asks once.
    fn answer(&self, key: &str, path: &str, body: &Value, patient: bool) -> Option<Answer> {
        let headers = [("idempotency-key", key), ("x-correlation-id", key)];
        loop {
            let answer = ask(self.address, &format!("POST {path}"), &headers, body);
            match answer {
                Some(answer) if !matches!(answer.status, 502..=504) => {
                    assert!(answer.status < 500, "{path} with {key}: {answer:?}");
                    self.record.answers.fetch_add(1, Ordering::Relaxed);
                    return Some(answer);
                }
                _ => {
                    self.record.broken.fetch_add(1, Ordering::Relaxed);
                    if !patient || self.record.failed.load(Ordering::Relaxed) {
                        return None;
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
}
