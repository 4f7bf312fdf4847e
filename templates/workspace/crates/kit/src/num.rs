//! Checked numbers: exact while computing, rounded half away from zero, never a panic.
//!
//! Rules call these instead of operators. Every failure is [`Arithmetic`], which a decision turns into the refusal
//! `arithmetic`.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::decision::Stop;
use crate::fault::Fault;
use crate::refusal::BuiltIn;

/// Overflow, a division by zero, or a result that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arithmetic;

impl From<Arithmetic> for Fault {
    fn from(_: Arithmetic) -> Self {
        Self::Arithmetic
    }
}

impl<E, R: From<BuiltIn>> From<Arithmetic> for Stop<E, R> {
    fn from(_: Arithmetic) -> Self {
        BuiltIn::Arithmetic.into()
    }
}

/// A result, or [`Arithmetic`].
pub type Checked<T> = Result<T, Arithmetic>;

/// Numbers with checked operations.
pub trait Number: Copy + Ord + Sized {
    /// Nothing.
    const ZERO: Self;

    /// The sum.
    ///
    /// # Errors
    /// Overflow.
    fn plus(self, other: Self) -> Checked<Self>;

    /// The difference.
    ///
    /// # Errors
    /// Overflow.
    fn minus(self, other: Self) -> Checked<Self>;

    /// The product; a decimal has the places of both.
    ///
    /// # Errors
    /// Overflow.
    fn times(self, other: Self) -> Checked<Self>;

    /// The remainder, with the sign of the left side.
    ///
    /// # Errors
    /// Division by zero.
    fn modulo(self, other: Self) -> Checked<Self>;

    /// The opposite.
    ///
    /// # Errors
    /// Overflow.
    fn negative(self) -> Checked<Self>;

    /// Without its sign.
    ///
    /// # Errors
    /// Overflow.
    fn absolute(self) -> Checked<Self>;
}

impl Number for i64 {
    const ZERO: Self = 0;

    fn plus(self, other: Self) -> Checked<Self> {
        self.checked_add(other).ok_or(Arithmetic)
    }

    fn minus(self, other: Self) -> Checked<Self> {
        self.checked_sub(other).ok_or(Arithmetic)
    }

    fn times(self, other: Self) -> Checked<Self> {
        self.checked_mul(other).ok_or(Arithmetic)
    }

    fn modulo(self, other: Self) -> Checked<Self> {
        if other == -1 { Ok(0) } else { self.checked_rem(other).ok_or(Arithmetic) }
    }

    fn negative(self) -> Checked<Self> {
        self.checked_neg().ok_or(Arithmetic)
    }

    fn absolute(self) -> Checked<Self> {
        self.checked_abs().ok_or(Arithmetic)
    }
}

impl Number for Decimal {
    const ZERO: Self = Decimal::ZERO;

    fn plus(self, other: Self) -> Checked<Self> {
        let places = self.scale().max(other.scale());
        exactly(self.checked_add(other), places, places)
    }

    fn minus(self, other: Self) -> Checked<Self> {
        let places = self.scale().max(other.scale());
        exactly(self.checked_sub(other), places, places)
    }

    fn times(self, other: Self) -> Checked<Self> {
        let places = self.scale().max(other.scale());
        exactly(self.checked_mul(other), self.scale() + other.scale(), places)
    }

    fn modulo(self, other: Self) -> Checked<Self> {
        let places = self.scale().max(other.scale());
        exactly(self.checked_rem(other), places, places)
    }

    fn negative(self) -> Checked<Self> {
        if self.is_zero() { Ok(self) } else { Ok(-self) }
    }

    fn absolute(self) -> Checked<Self> {
        Ok(self.abs())
    }
}

/// Stored decimals have at most so many places; more come from a division.
const MAX_PLACES: u32 = 12;

/// The result at exactly this scale; one that lost digits to fit is an overflow. What comes from a
/// division (its operands have that many `places`) has 28 digits and is rounded to them.
fn exactly(result: Option<Decimal>, scale: u32, places: u32) -> Checked<Decimal> {
    let result = result.ok_or(Arithmetic)?;
    if places > MAX_PLACES {
        return Ok(result.normalize());
    }
    if result.scale() == scale { Ok(result) } else { widen(result, scale) }
}

/// `a + b`.
///
/// # Errors
/// Overflow.
pub fn add<T: Number>(a: T, b: T) -> Checked<T> {
    a.plus(b)
}

/// `a - b`.
///
/// # Errors
/// Overflow.
pub fn sub<T: Number>(a: T, b: T) -> Checked<T> {
    a.minus(b)
}

/// `a * b`.
///
/// # Errors
/// Overflow.
pub fn mul<T: Number>(a: T, b: T) -> Checked<T> {
    a.times(b)
}

/// `a % b`, with the sign of `a`.
///
/// # Errors
/// Division by zero.
pub fn rem<T: Number>(a: T, b: T) -> Checked<T> {
    a.modulo(b)
}

/// `-a`.
///
/// # Errors
/// Overflow.
pub fn neg<T: Number>(a: T) -> Checked<T> {
    a.negative()
}

/// `a` without its sign.
///
/// # Errors
/// Overflow.
pub fn abs<T: Number>(a: T) -> Checked<T> {
    a.absolute()
}

/// `a / b` with up to 28 digits, for whole numbers too: nothing is cut silently.
///
/// # Errors
/// Overflow, division by zero.
pub fn div(a: impl Into<Decimal>, b: impl Into<Decimal>) -> Checked<Decimal> {
    a.into().checked_div(b.into()).map(|quotient| quotient.normalize()).ok_or(Arithmetic)
}

/// A constant: `decimal(950, 2)` is 9.50. A scale above 28 counts as 28.
#[must_use]
pub fn decimal(digits: i64, scale: u32) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(digits), scale.min(28))
}

/// A whole number as a decimal without places.
#[must_use]
pub fn from_int(number: i64) -> Decimal {
    Decimal::from(number)
}

/// The same value with exactly this many places, at least as many as it has.
///
/// # Errors
/// When the digits do not fit, or places would be lost.
pub fn widen(value: Decimal, scale: u32) -> Checked<Decimal> {
    if scale < value.scale() || scale > Decimal::MAX_SCALE {
        return Err(Arithmetic);
    }
    let mut widened = value;
    widened.rescale(scale);
    if widened.scale() == scale { Ok(widened) } else { Err(Arithmetic) }
}

/// Rounded to this many places, half away from zero; the result has exactly as many.
///
/// # Errors
/// When the digits do not fit.
pub fn round(value: impl Into<Decimal>, scale: u32) -> Checked<Decimal> {
    let rounded =
        value.into().round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    widen(rounded, scale)
}

/// Rounded to a whole number, half away from zero.
///
/// # Errors
/// When it does not fit into 64 bits.
pub fn round_int(value: impl Into<Decimal>) -> Checked<i64> {
    to_int(value.into().round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
}

/// The largest whole number that is not above.
///
/// # Errors
/// When it does not fit into 64 bits.
pub fn floor(value: impl Into<Decimal>) -> Checked<i64> {
    to_int(value.into().floor())
}

/// The smallest whole number that is not below.
///
/// # Errors
/// When it does not fit into 64 bits.
pub fn ceil(value: impl Into<Decimal>) -> Checked<i64> {
    to_int(value.into().ceil())
}

fn to_int(whole: Decimal) -> Checked<i64> {
    i64::try_from(whole).map_err(|_| Arithmetic)
}

/// The sum; nothing at all is zero.
///
/// # Errors
/// Overflow.
pub fn sum<T: Number>(values: impl IntoIterator<Item = T>) -> Checked<T> {
    values.into_iter().try_fold(T::ZERO, Number::plus)
}

/// The sum with this many decimal places, also of nothing.
///
/// # Errors
/// Overflow.
pub fn total(values: impl IntoIterator<Item = Decimal>, places: u32) -> Checked<Decimal> {
    values.into_iter().try_fold(decimal(0, places), Number::plus)
}

/// A count as a number.
#[must_use]
pub fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn whole_numbers_are_checked() {
        assert_eq!(
            (add(1, 2), sub(1, 2), mul(3, -4), rem(-7, 3)),
            (Ok(3), Ok(-1), Ok(-12), Ok(-1))
        );
        assert_eq!(add(i64::MAX, 1), Err(Arithmetic));
        assert_eq!(neg(i64::MIN), Err(Arithmetic));
        assert_eq!(abs(i64::MIN), Err(Arithmetic));
        assert_eq!((rem(1, 0), rem(i64::MIN, -1)), (Err(Arithmetic), Ok(0)));
    }

    #[test]
    fn decimals_keep_their_places() {
        assert_eq!(add(dec("1.50"), dec("2")).unwrap().to_string(), "3.50");
        assert_eq!(mul(dec("1.50"), dec("2.0")).unwrap().to_string(), "3.000");
        assert_eq!(sub(dec("1.50"), dec("1.5")).unwrap().to_string(), "0.00");
        assert_eq!(add(Decimal::MAX, Decimal::ONE), Err(Arithmetic));
        assert_eq!(add(Decimal::MAX, dec("0.1")), Err(Arithmetic));
    }

    #[test]
    fn division_cuts_nothing_and_refuses_zero() {
        assert_eq!(div(1, 4).unwrap().to_string(), "0.25");
        assert_eq!(div(dec("1"), dec("0.00")), Err(Arithmetic));
        assert_eq!(div(1, 3).unwrap().to_string(), "0.3333333333333333333333333333");
    }

    #[test]
    fn what_was_divided_is_computed_with_28_digits() {
        let third = div(1, 3).unwrap();
        let shown = |value: Checked<Decimal>| round(value.unwrap(), 2).unwrap().to_string();
        assert_eq!(shown(mul(third, dec("300.00"))), "100.00");
        assert_eq!(shown(add(dec("123456789.25"), third)), "123456789.58");
        assert_eq!(shown(mul(third, third)), "0.11");
        assert_eq!(mul(Decimal::MAX, third).unwrap().scale(), 0);
        assert_eq!(add(Decimal::MAX, Decimal::MAX), Err(Arithmetic));
        assert_eq!(widen(third, 29), Err(Arithmetic));
    }

    #[test]
    fn rounding_goes_away_from_zero() {
        assert_eq!(round(dec("2.345"), 2).unwrap().to_string(), "2.35");
        assert_eq!(round(dec("-2.345"), 2).unwrap().to_string(), "-2.35");
        assert_eq!(round(dec("2"), 2).unwrap().to_string(), "2.00");
        assert_eq!((round_int(dec("0.5")), round_int(dec("-0.5"))), (Ok(1), Ok(-1)));
        assert_eq!((floor(dec("-0.1")), ceil(dec("0.1"))), (Ok(-1), Ok(1)));
        assert_eq!(floor(Decimal::MAX), Err(Arithmetic));
        assert_eq!(round(Decimal::MAX, 2), Err(Arithmetic));
    }

    #[test]
    fn a_total_has_its_places_even_of_nothing() {
        assert_eq!(total([], 2).unwrap().to_string(), "0.00");
        assert_eq!(total([dec("0.10"), dec("0.25")], 2).unwrap().to_string(), "0.35");
    }

    #[test]
    fn nothing_sums_to_zero() {
        assert_eq!(sum::<i64>([]), Ok(0));
        assert_eq!(sum([i64::MAX, 1]), Err(Arithmetic));
        assert_eq!(sum([dec("0.10"), dec("0.2")]).unwrap().to_string(), "0.30");
    }
}
