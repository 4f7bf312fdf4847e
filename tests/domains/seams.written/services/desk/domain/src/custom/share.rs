//! A function of the domain file, written in Rust. This file is yours.

use kit::prelude::*;

/// What each gets, cut to whole cents.
pub fn share(total: Decimal, parts: i64) -> Decimal {
    let each = total.checked_div(Decimal::from(parts)).unwrap_or_default();
    each.trunc_with_scale(2)
}
