//! What the views must show, worked out from the raw events of all services. No code of the kit or of the generated system
//! takes part; money is counted in hundredths.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::raw::Stored;

/// The raw events of every service.
pub type Logs = BTreeMap<&'static str, Vec<Stored>>;

/// A row of the orders' list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    pub status: String,
    pub products: BTreeSet<String>,
    pub tracking: Option<String>,
}

/// A row of the accounts' list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    pub held: i64,
    pub taken: i64,
    pub declined: i64,
}

/// A row of the mails' list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
}

/// All views that the checker compares.
#[derive(Debug, Default)]
pub struct Views {
    pub orders: BTreeMap<String, Order>,
    pub accounts: BTreeMap<String, Account>,
    pub mails: BTreeMap<String, Mail>,
    /// Status of each shipment.
    pub shipments: BTreeMap<String, String>,
    /// What of each product can still be ordered.
    pub available: BTreeMap<String, i64>,
    /// The price of each listed product.
    pub prices: BTreeMap<String, Option<i64>>,
    /// How many of each product were sold.
    pub sold: BTreeMap<String, i64>,
    /// What was set aside for each order; no view shows it.
    pub authorised: BTreeMap<String, i64>,
}

/// Hundredths of an amount as text, `12.50`.
pub fn hundredths(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap_or_else(|| panic!("{amount} is no amount"));
    let (whole, rest) = text.split_once('.').expect("two places");
    whole.parse::<i64>().unwrap() * 100 + rest.parse::<i64>().unwrap()
}

impl Views {
    /// Fold all logs.
    pub fn of(logs: &Logs) -> Self {
        let mut views = Self::default();
        logs["catalog"].iter().for_each(|event| views.catalog(event));
        // The price of a product is in a stream of its own, which may stand before the product's.
        logs["catalog"].iter().for_each(|event| views.pricing(event));
        logs["ordering"].iter().for_each(|event| views.ordering(event));
        logs["payment"].iter().for_each(|event| views.payment(event));
        logs["stock"].iter().for_each(|event| views.stock(event));
        logs["notification"].iter().for_each(|event| views.notification(event));
        logs["shipping"].iter().for_each(|event| views.shipping(event));
        views
    }

    fn catalog(&mut self, event: &Stored) {
        if event.event_type == "product_listed" {
            self.prices.insert(event.stream_id.clone(), None);
        }
    }

    fn pricing(&mut self, event: &Stored) {
        if event.event_type == "price_set" {
            let price = Some(hundredths(&event.data["price"]["amount"]));
            self.prices.entry(event.stream_id.clone()).and_modify(|it| *it = price);
        }
    }

    fn ordering(&mut self, event: &Stored) {
        if event.stream_type != "order" {
            return;
        }
        let row = self.orders.entry(event.stream_id.clone()).or_default();
        match event.event_type.as_str() {
            "order_opened" => "open".clone_into(&mut row.status),
            "line_added" => {
                row.products.insert(event.text("product_id").to_owned());
            }
            "order_placed" => "placed".clone_into(&mut row.status),
            "order_cancelled" => "cancelled".clone_into(&mut row.status),
            "order_rejected" => "rejected".clone_into(&mut row.status),
            "order_confirmed" => {
                "confirmed".clone_into(&mut row.status);
                for line in event.data["wanted"].as_array().unwrap() {
                    let product = line["product_id"].as_str().unwrap().to_owned();
                    *self.sold.entry(product).or_default() += line["quantity"].as_i64().unwrap();
                }
            }
            other => panic!("what is {other}?"),
        }
    }

    fn payment(&mut self, event: &Stored) {
        let row = self.accounts.entry(event.stream_id.clone()).or_default();
        match event.event_type.as_str() {
            "account_opened" => {}
            "payment_authorised" => {
                let amount = hundredths(&event.data["amount"]);
                self.authorised.insert(event.text("order_id").to_owned(), amount);
                row.held += amount;
            }
            "payment_voided" => row.held -= self.authorised[event.text("order_id")],
            "payment_taken" => {
                let amount = self.authorised[event.text("order_id")];
                (row.held, row.taken) = (row.held - amount, row.taken + amount);
            }
            "payment_declined" => row.declined += 1,
            other => panic!("what is {other}?"),
        }
    }

    fn stock(&mut self, event: &Stored) {
        let product = event.data["product_id"].as_str().unwrap_or_default().to_owned();
        let factor = match event.event_type.as_str() {
            "depot_opened" | "stock_handed_over" => return,
            "stock_received" => {
                let on_hand = event.data["on_hand"].as_i64().unwrap();
                self.available.insert(product, on_hand);
                return;
            }
            "stock_reserved" => -1,
            "stock_released" => 1,
            other => panic!("what is {other}?"),
        };
        for line in event.data["lines"].as_array().unwrap() {
            let product = line["product_id"].as_str().unwrap().to_owned();
            *self.available.entry(product).or_default() +=
                factor * line["quantity"].as_i64().unwrap();
        }
    }

    fn notification(&mut self, event: &Stored) {
        if event.event_type == "mail_written" {
            let (subject, text) = (event.text("subject").to_owned(), event.text("text").to_owned());
            let before = self.mails.insert(event.stream_id.clone(), Mail { subject, text });
            assert!(before.is_none(), "two mails about {}", event.stream_id);
        }
    }

    fn shipping(&mut self, event: &Stored) {
        if event.stream_type != "shipment" {
            return;
        }
        let order = event.stream_id.clone();
        match event.event_type.as_str() {
            "shipment_prepared" => drop(self.shipments.insert(order, "to_pack".to_owned())),
            "shipment_sent" => {
                let tracking = Some(event.text("tracking").to_owned());
                self.orders.entry(order.clone()).or_default().tracking = tracking;
                self.shipments.insert(order, "sent".to_owned());
            }
            other => panic!("what is {other}?"),
        }
    }
}
