//! Dates, times and durations as the kit computes them.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use super::env::{Fault, Result};

fn out<E>(_: E) -> Fault {
    Fault::Arithmetic
}

/// A period as a span, forward (1) or back (-1).
fn span(months: i64, days: i64, sign: i64) -> Result<Span> {
    let months = months.checked_mul(sign).ok_or(Fault::Arithmetic)?;
    let days = days.checked_mul(sign).ok_or(Fault::Arithmetic)?;
    Span::new().try_months(months).and_then(|s| s.try_days(days)).map_err(out)
}

pub(super) fn move_date(day: Date, months: i64, days: i64, sign: i64) -> Result<Date> {
    day.checked_add(span(months, days, sign)?).map_err(out)
}

pub(super) fn move_time(
    at: Timestamp,
    months: i64,
    days: i64,
    sign: i64,
    zone: &TimeZone,
) -> Result<Timestamp> {
    let moved = at.to_zoned_datetime(zone.clone()).checked_add(span(months, days, sign)?);
    moved.map(|z| z.timestamp()).map_err(out)
}

pub(super) fn date(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned_datetime(zone.clone()).date()
}

pub(super) fn hour(at: Timestamp, zone: &TimeZone) -> i64 {
    i64::from(at.to_zoned_datetime(zone.clone()).hour())
}

pub(super) fn minute(at: Timestamp, zone: &TimeZone) -> i64 {
    i64::from(at.to_zoned_datetime(zone.clone()).minute())
}

pub(super) fn at(day: Date, hour: i64, minute: i64, zone: &TimeZone) -> Result<Timestamp> {
    let hour = i8::try_from(hour).map_err(out)?;
    let minute = i8::try_from(minute).map_err(out)?;
    let time = Time::new(hour, minute, 0, 0).map_err(out)?;
    let zoned = day.to_datetime(time).to_zoned_datetime(zone.clone()).map_err(out)?;
    Ok(zoned.timestamp())
}

pub(super) fn days_between(a: Date, b: Date) -> i64 {
    a.duration_since(b).as_hours() / 24
}

fn micros(a: SignedDuration) -> Result<i64> {
    i64::try_from(a.as_micros()).map_err(out)
}

pub(super) fn times(a: SignedDuration, n: i64) -> Result<SignedDuration> {
    micros(a)?.checked_mul(n).map(SignedDuration::from_micros).ok_or(Fault::Arithmetic)
}

pub(super) fn over(a: SignedDuration, n: i64) -> Result<SignedDuration> {
    micros(a)?.checked_div(n).map(SignedDuration::from_micros).ok_or(Fault::Arithmetic)
}

/// `n` units of this many microseconds.
pub(super) fn units(n: i64, unit: i64) -> Result<SignedDuration> {
    n.checked_mul(unit).map(SignedDuration::from_micros).ok_or(Fault::Arithmetic)
}

pub(super) fn dates(from: Date, to: Date) -> Result<Vec<Date>> {
    if days_between(to, from) >= 3_700 {
        return Err(Fault::Arithmetic);
    }
    Ok(from.series(1.day()).take_while(|day| *day <= to).collect())
}

pub(super) fn years_between(a: Date, b: Date) -> i64 {
    if b < a {
        return -years_between(b, a);
    }
    let years = i64::from(b.year()) - i64::from(a.year());
    if (b.month(), b.day()) < (a.month(), a.day()) { years - 1 } else { years }
}
