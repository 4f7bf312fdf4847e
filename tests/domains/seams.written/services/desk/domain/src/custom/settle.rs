//! Settle: decided in Rust. This file is yours.

use kit::prelude::*;

use crate::functions::share;
use crate::pot::{Pot, PotRefusal, PotSettled, PotSplit, Settle};

/// Everybody gets the same; what cannot be shared stays.
///
/// # Errors
/// The refusal.
pub fn decide(pot: &Pot, cmd: &Settle, _cx: &Context) -> Decision<Pot> {
    ensure_else(!pot.total.is_zero(), || PotRefusal::Empty { name: pot.name.clone() })?;
    let parts = i64::try_from(cmd.people.len()).map_err(Fault::data)?;
    let each = share(pot.total, parts);
    let rest = pot.total - each * Decimal::from(parts);
    Ok(Events::one(PotSplit::new(parts, each)).and(PotSettled::new(rest)))
}
