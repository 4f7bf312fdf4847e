//! What the views show, read through the gateway.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fold::{Account, Mail, Order, Views, hundredths};
use crate::http::ask;

/// Every row of a list, page by page.
fn rows(address: &str, path: &str) -> Result<Vec<Value>, String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let line = format!("GET {path}?limit=50{cursor}");
        let page = ask(address, &line, &[], &Value::Null).ok_or("no answer")?;
        if page.status != 200 {
            return Err(format!("{path}: {page:?}"));
        }
        all.extend(page.body["items"].as_array().unwrap().iter().cloned());
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

fn by<T>(
    address: &str,
    path: &str,
    key: &str,
    value: impl Fn(&Value) -> T,
) -> Result<BTreeMap<String, T>, String> {
    let rows = rows(address, path)?;
    let count = rows.len();
    let all: BTreeMap<String, T> =
        rows.iter().map(|row| (row[key].as_str().unwrap().to_owned(), value(row))).collect();
    assert_eq!(all.len(), count, "{path} has a row twice");
    Ok(all)
}

fn element(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap().to_owned()
}

impl Views {
    /// What is shown now; `accounts` are those to ask for.
    pub fn shown<'a>(
        address: &str,
        accounts: impl Iterator<Item = &'a String>,
    ) -> Result<Self, String> {
        let orders = by(address, "/api/orders", "order_id", |row| Order {
            status: text(row, "status"),
            products: row["products"].as_array().unwrap().iter().map(element).collect(),
            tracking: row["tracking"].as_str().map(str::to_owned),
        })?;
        let mails = by(address, "/api/mails", "order_id", |row| Mail {
            subject: text(row, "subject"),
            text: text(row, "text"),
        })?;
        let shipments = by(address, "/api/shipments", "order_id", |row| text(row, "status"))?;
        let available =
            by(address, "/api/availability", "product_id", |row| row["on_hand"].as_i64().unwrap())?;
        let prices = by(address, "/api/products", "product_id", |row| {
            row["price"]["amount"].is_string().then(|| hundredths(&row["price"]["amount"]))
        })?;
        let sold =
            by(address, "/api/bestsellers", "product_id", |row| row["sold"].as_i64().unwrap())?;
        let mut found = BTreeMap::new();
        for account in accounts {
            let line = format!("GET /api/account/{account}");
            let answer = ask(address, &line, &[], &Value::Null).ok_or("no answer")?;
            if answer.status != 200 {
                return Err(format!("{line}: {answer:?}"));
            }
            let declined = answer.body["declined"].as_i64().unwrap();
            let [held, taken] = ["held", "taken"].map(|column| hundredths(&answer.body[column]));
            found.insert(account.clone(), Account { held, taken, declined });
        }
        Ok(Self {
            orders,
            accounts: found,
            mails,
            shipments,
            available,
            prices,
            sold,
            ..Self::default()
        })
    }

    /// The first difference to what must be shown.
    pub fn compare(&self, expected: &Self) -> Result<(), String> {
        same("orders", &self.orders, &expected.orders)?;
        same("accounts", &self.accounts, &expected.accounts)?;
        same("mails", &self.mails, &expected.mails)?;
        same("shipments", &self.shipments, &expected.shipments)?;
        same("availability", &self.available, &expected.available)?;
        same("prices", &self.prices, &expected.prices)?;
        same("bestsellers", &self.sold, &expected.sold)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    view: &str,
    shown: &BTreeMap<String, T>,
    expected: &BTreeMap<String, T>,
) -> Result<(), String> {
    for key in shown.keys().chain(expected.keys()) {
        let (is, should) = (shown.get(key), expected.get(key));
        if is != should {
            return Err(format!("{view}, {key}: {is:?} instead of {should:?}"));
        }
    }
    Ok(())
}
