// Rendered by minos from domain/stock.toml; own code goes into extend.rs of the service.
//! What stock publishes.

use kit::prelude::*;

kit::newtype! {
    /// Part no.
    pub struct PartNo(String);
}

impl Newtype for PartNo {
    type Base = String;

    fn rules(value: &mut String, at: &mut Violations) {
        *value = text::upper(&text::trim(value));
        at.length("", value, 2..=20);
    }
}

kit::events! {
    /// What others may know about one part.
    pub enum PartEvent of "stock.part" by PartNo {
        PartListed = "part_listed" v 1,
        PartRecalled = "part_recalled" v 1,
        PartWithdrawn = "part_withdrawn" v 1,
        PriceChanged = "price_changed" v 1,
    }
}

/// Part listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartListed {
    pub name: String,
    pub price: Decimal,
}

/// Part recalled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartRecalled {
    pub reason: String,
}

/// Part withdrawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartWithdrawn {}

/// Price changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceChanged {
    pub price: Decimal,
}

/// Release part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasePart {
    pub quantity: i64,
}

impl Command for ReleasePart {
    const NAME: &'static str = "stock.part.release_part";
}

impl Check for ReleasePart {
    fn check(&mut self, at: &mut Violations) {
        at.range("quantity", &self.quantity, 1..=1000);
    }
}

/// Reserve part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReservePart {
    pub quantity: i64,
}

impl Command for ReservePart {
    const NAME: &'static str = "stock.part.reserve_part";
}

impl Check for ReservePart {
    fn check(&mut self, at: &mut Violations) {
        at.range("quantity", &self.quantity, 1..=1000);
    }
}
