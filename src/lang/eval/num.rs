//! Numbers as the kit computes them: exact, rounded half away from zero, checked.

use rust_decimal::{Decimal, RoundingStrategy};

use super::env::{Fault, Result};

/// Stored decimals have at most so many places; more come from a division.
const MAX_PLACES: u32 = 12;

/// The result at exactly this scale; one that lost digits to fit is an overflow. What comes from a
/// division (its operands have that many `places`) has 28 digits and is rounded to them.
fn exactly(result: Option<Decimal>, scale: u32, places: u32) -> Result<Decimal> {
    let result = result.ok_or(Fault::Arithmetic)?;
    if places > MAX_PLACES { Ok(result.normalize()) } else { widen(result, scale) }
}

pub(super) fn add(a: Decimal, b: Decimal) -> Result<Decimal> {
    let places = a.scale().max(b.scale());
    exactly(a.checked_add(b), places, places)
}

pub(super) fn sub(a: Decimal, b: Decimal) -> Result<Decimal> {
    let places = a.scale().max(b.scale());
    exactly(a.checked_sub(b), places, places)
}

pub(super) fn mul(a: Decimal, b: Decimal) -> Result<Decimal> {
    exactly(a.checked_mul(b), a.scale() + b.scale(), a.scale().max(b.scale()))
}

pub(super) fn div(a: Decimal, b: Decimal) -> Result<Decimal> {
    a.checked_div(b).map(|q| q.normalize()).ok_or(Fault::Arithmetic)
}

pub(super) fn rem(a: i64, b: i64) -> Result<i64> {
    if b == -1 { Ok(0) } else { a.checked_rem(b).ok_or(Fault::Arithmetic) }
}

pub(super) fn neg(a: Decimal) -> Decimal {
    if a.is_zero() { a } else { -a }
}

/// The same value with exactly this many places, at least as many as it has.
pub(super) fn widen(value: Decimal, scale: u32) -> Result<Decimal> {
    if scale == value.scale() {
        return Ok(value);
    }
    if scale < value.scale() || scale > Decimal::MAX_SCALE {
        return Err(Fault::Arithmetic);
    }
    let mut widened = value;
    widened.rescale(scale);
    if widened.scale() == scale { Ok(widened) } else { Err(Fault::Arithmetic) }
}

pub(super) fn round(value: Decimal, scale: u32) -> Result<Decimal> {
    widen(value.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero), scale)
}

pub(super) fn round_int(value: Decimal) -> Result<i64> {
    to_int(value.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
}

pub(super) fn floor(value: Decimal) -> Result<i64> {
    to_int(value.floor())
}

pub(super) fn ceil(value: Decimal) -> Result<i64> {
    to_int(value.ceil())
}

fn to_int(whole: Decimal) -> Result<i64> {
    i64::try_from(whole).map_err(|_| Fault::Arithmetic)
}
