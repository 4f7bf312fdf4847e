//! Points in time, days and periods on the calendar of a zone; cut to microseconds, checked, never a panic.

use std::sync::OnceLock;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use crate::num::{Arithmetic, Checked};

/// A time zone by its IANA name, found once. A name that is not known counts as UTC.
#[derive(Debug)]
pub struct Zone {
    name: &'static str,
    found: OnceLock<TimeZone>,
}

/// Coordinated universal time.
pub static UTC: Zone = Zone::new("UTC");

impl Zone {
    /// The zone of this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, found: OnceLock::new() }
    }

    fn get(&self) -> TimeZone {
        self.found.get_or_init(|| TimeZone::get(self.name).unwrap_or(TimeZone::UTC)).clone()
    }
}

crate::enums! {
    /// A day of the week, ordered from Monday.
    pub enum Weekday {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

/// A number of days, weeks, months or years; its length depends on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    months: i64,
    days: i64,
}

/// This many days.
#[must_use]
pub fn days(n: i64) -> Period {
    Period { months: 0, days: n }
}

/// This many weeks.
///
/// # Errors
/// Overflow.
pub fn weeks(n: i64) -> Checked<Period> {
    Ok(Period { months: 0, days: n.checked_mul(7).ok_or(Arithmetic)? })
}

/// This many months.
#[must_use]
pub fn months(n: i64) -> Period {
    Period { months: n, days: 0 }
}

/// This many years.
///
/// # Errors
/// Overflow.
pub fn years(n: i64) -> Checked<Period> {
    Ok(Period { months: n.checked_mul(12).ok_or(Arithmetic)?, days: 0 })
}

impl Period {
    fn span(self, sign: i64) -> Checked<Span> {
        let months = self.months.checked_mul(sign).ok_or(Arithmetic)?;
        let days = self.days.checked_mul(sign).ok_or(Arithmetic)?;
        let span = Span::new().try_months(months).map_err(|_| Arithmetic)?;
        span.try_days(days).map_err(|_| Arithmetic)
    }
}

/// The point in time in whole microseconds, towards the past.
#[must_use]
pub fn cut(at: Timestamp) -> Timestamp {
    let micros = at.as_nanosecond().div_euclid(1_000);
    i64::try_from(micros).ok().and_then(|m| Timestamp::from_microsecond(m).ok()).unwrap_or(at)
}

/// The duration in whole microseconds.
#[must_use]
pub fn cut_duration(length: SignedDuration) -> SignedDuration {
    i64::try_from(length.as_micros()).map_or(length, SignedDuration::from_micros)
}

/// A constant: the point in time of this many microseconds since 1970.
#[must_use]
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A constant: this calendar day.
#[must_use]
pub fn day_of(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).unwrap_or(Date::ZERO)
}

/// The calendar day of a point in time.
#[must_use]
pub fn date(at: Timestamp, zone: &Zone) -> Date {
    at.to_zoned_datetime(zone.get()).date()
}

/// The hour of the day, 0 to 23.
#[must_use]
pub fn hour(at: Timestamp, zone: &Zone) -> i64 {
    i64::from(at.to_zoned_datetime(zone.get()).hour())
}

/// The minute of the hour.
#[must_use]
pub fn minute(at: Timestamp, zone: &Zone) -> i64 {
    i64::from(at.to_zoned_datetime(zone.get()).minute())
}

/// The point in time at this hour and minute of the day. Inside a gap it is the later one, in a fold the earlier.
///
/// # Errors
/// When there is no such hour or minute.
pub fn at(day: Date, hour: i64, minute: i64, zone: &Zone) -> Checked<Timestamp> {
    let hour = i8::try_from(hour).map_err(|_| Arithmetic)?;
    let minute = i8::try_from(minute).map_err(|_| Arithmetic)?;
    let time = Time::new(hour, minute, 0, 0).map_err(|_| Arithmetic)?;
    let zoned = day.to_datetime(time).to_zoned_datetime(zone.get()).map_err(|_| Arithmetic)?;
    Ok(zoned.timestamp())
}

/// The year.
#[must_use]
pub fn year(day: Date) -> i64 {
    i64::from(day.year())
}

/// The month, 1 to 12.
#[must_use]
pub fn month(day: Date) -> i64 {
    i64::from(day.month())
}

/// The day of the month.
#[must_use]
pub fn day(day: Date) -> i64 {
    i64::from(day.day())
}

/// The day of the week.
#[must_use]
pub fn weekday(day: Date) -> Weekday {
    match day.weekday() {
        jiff::civil::Weekday::Monday => Weekday::Mon,
        jiff::civil::Weekday::Tuesday => Weekday::Tue,
        jiff::civil::Weekday::Wednesday => Weekday::Wed,
        jiff::civil::Weekday::Thursday => Weekday::Thu,
        jiff::civil::Weekday::Friday => Weekday::Fri,
        jiff::civil::Weekday::Saturday => Weekday::Sat,
        jiff::civil::Weekday::Sunday => Weekday::Sun,
    }
}

/// The first day of the month.
#[must_use]
pub fn start_of_month(day: Date) -> Date {
    day.first_of_month()
}

/// The last day of the month.
#[must_use]
pub fn end_of_month(day: Date) -> Date {
    day.last_of_month()
}

/// A day moved by a period; a month without that day gives its last.
///
/// # Errors
/// Beyond the calendar.
pub fn date_plus(day: Date, period: Period) -> Checked<Date> {
    day.checked_add(period.span(1)?).map_err(|_| Arithmetic)
}

/// A day moved back by a period.
///
/// # Errors
/// Beyond the calendar.
pub fn date_minus(day: Date, period: Period) -> Checked<Date> {
    day.checked_add(period.span(-1)?).map_err(|_| Arithmetic)
}

/// The days from the second to the first: `a - b`.
#[must_use]
pub fn days_between(a: Date, b: Date) -> i64 {
    a.duration_since(b).as_hours() / 24
}

/// A point in time moved by a duration.
///
/// # Errors
/// Beyond the calendar.
pub fn plus(at: Timestamp, length: SignedDuration) -> Checked<Timestamp> {
    at.checked_add(length).map_err(|_| Arithmetic)
}

/// A point in time moved back by a duration.
///
/// # Errors
/// Beyond the calendar.
pub fn minus(at: Timestamp, length: SignedDuration) -> Checked<Timestamp> {
    at.checked_sub(length).map_err(|_| Arithmetic)
}

/// A point in time moved by a period on the calendar of the zone: the clock shows the same.
///
/// # Errors
/// Beyond the calendar.
pub fn plus_period(at: Timestamp, period: Period, zone: &Zone) -> Checked<Timestamp> {
    let moved = at.to_zoned_datetime(zone.get()).checked_add(period.span(1)?);
    moved.map(|zoned| zoned.timestamp()).map_err(|_| Arithmetic)
}

/// A point in time moved back by a period on the calendar of the zone.
///
/// # Errors
/// Beyond the calendar.
pub fn minus_period(at: Timestamp, period: Period, zone: &Zone) -> Checked<Timestamp> {
    let moved = at.to_zoned_datetime(zone.get()).checked_add(period.span(-1)?);
    moved.map(|zoned| zoned.timestamp()).map_err(|_| Arithmetic)
}

/// The time from the second to the first: `a - b`.
#[must_use]
pub fn between(a: Timestamp, b: Timestamp) -> SignedDuration {
    a.duration_since(b)
}

/// `a + b`.
///
/// # Errors
/// Overflow.
pub fn duration_plus(a: SignedDuration, b: SignedDuration) -> Checked<SignedDuration> {
    a.checked_add(b).ok_or(Arithmetic)
}

/// `a - b`.
///
/// # Errors
/// Overflow.
pub fn duration_minus(a: SignedDuration, b: SignedDuration) -> Checked<SignedDuration> {
    a.checked_sub(b).ok_or(Arithmetic)
}

/// `a * n`.
///
/// # Errors
/// Overflow.
pub fn duration_times(a: SignedDuration, n: i64) -> Checked<SignedDuration> {
    let micros = i64::try_from(a.as_micros()).map_err(|_| Arithmetic)?;
    micros.checked_mul(n).map(SignedDuration::from_micros).ok_or(Arithmetic)
}

/// `a / n`, cut to microseconds.
///
/// # Errors
/// Division by zero.
pub fn duration_over(a: SignedDuration, n: i64) -> Checked<SignedDuration> {
    let micros = i64::try_from(a.as_micros()).map_err(|_| Arithmetic)?;
    micros.checked_div(n).map(SignedDuration::from_micros).ok_or(Arithmetic)
}

/// A constant: a duration of this many microseconds.
#[must_use]
pub fn micros(n: i64) -> SignedDuration {
    SignedDuration::from_micros(n)
}

/// This many minutes.
///
/// # Errors
/// Overflow.
pub fn minutes(n: i64) -> Checked<SignedDuration> {
    n.checked_mul(60_000_000).map(SignedDuration::from_micros).ok_or(Arithmetic)
}

/// This many hours.
///
/// # Errors
/// Overflow.
pub fn hours(n: i64) -> Checked<SignedDuration> {
    n.checked_mul(3_600_000_000).map(SignedDuration::from_micros).ok_or(Arithmetic)
}

/// The whole minutes of a duration.
#[must_use]
pub fn in_minutes(length: SignedDuration) -> i64 {
    length.as_mins()
}

/// The whole hours of a duration.
#[must_use]
pub fn in_hours(length: SignedDuration) -> i64 {
    length.as_hours()
}

/// The whole days of 24 hours of a duration.
#[must_use]
pub fn in_days(length: SignedDuration) -> i64 {
    length.as_hours() / 24
}

/// The days from the first to the last, both included; none when they are reversed.
///
/// # Errors
/// More than 3,700 days.
pub fn dates(from: Date, to: Date) -> Checked<Vec<Date>> {
    if days_between(to, from) >= 3_700 {
        return Err(Arithmetic);
    }
    Ok(from.series(1.day()).take_while(|day| *day <= to).collect())
}

/// The whole years from the first day to the second; negative when they are reversed.
#[must_use]
pub fn years_between(a: Date, b: Date) -> i64 {
    if b < a {
        return -years_between(b, a);
    }
    let years = year(b) - year(a);
    if (b.month(), b.day()) < (a.month(), a.day()) { years - 1 } else { years }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ZURICH: Zone = Zone::new("Europe/Zurich");

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_is_that_of_the_zone() {
        let late = time("2026-01-05T23:30:00Z");
        assert_eq!(date(late, &UTC), day_of(2026, 1, 5));
        assert_eq!(date(late, &ZURICH), day_of(2026, 1, 6));
        assert_eq!((hour(late, &ZURICH), minute(late, &ZURICH)), (0, 30));
    }

    #[test]
    fn a_month_without_that_day_gives_its_last() {
        let end = day_of(2026, 1, 31);
        assert_eq!(date_plus(end, months(1)), Ok(day_of(2026, 2, 28)));
        assert_eq!(date_minus(day_of(2026, 3, 31), months(1)), Ok(day_of(2026, 2, 28)));
        assert_eq!(date_plus(end, weeks(2).unwrap()), Ok(day_of(2026, 2, 14)));
        assert_eq!(date_plus(Date::MAX, days(1)), Err(Arithmetic));
        assert_eq!(weeks(i64::MAX), Err(Arithmetic));
        assert_eq!(date_plus(end, days(i64::MIN)), Err(Arithmetic));
        assert_eq!(date_minus(end, days(i64::MIN)), Err(Arithmetic));
    }

    #[test]
    fn a_period_keeps_the_clock_a_duration_does_not() {
        let before = time("2026-03-28T09:00:00Z");
        assert_eq!(plus_period(before, days(1), &ZURICH), Ok(time("2026-03-29T08:00:00Z")));
        assert_eq!(plus(before, hours(24).unwrap()), Ok(time("2026-03-29T09:00:00Z")));
        assert_eq!(plus(Timestamp::MAX, micros(1)), Err(Arithmetic));
    }

    #[test]
    fn differences_are_whole_and_signed() {
        assert_eq!(days_between(day_of(2026, 3, 1), day_of(2026, 2, 27)), 2);
        assert_eq!(days_between(Date::MIN, Date::MAX), -7_304_483);
        assert_eq!(
            in_days(between(time("2026-01-02T00:00:00Z"), time("2026-01-04T01:00:00Z"))),
            -2
        );
        assert_eq!(years_between(day_of(2004, 2, 29), day_of(2026, 2, 28)), 21);
        assert_eq!(years_between(day_of(2026, 2, 28), day_of(2004, 2, 29)), -21);
    }

    #[test]
    fn series_of_days_have_both_ends_and_a_limit() {
        let first = day_of(2026, 1, 30);
        let days = dates(first, day_of(2026, 2, 1)).unwrap();
        assert_eq!(days, [first, day_of(2026, 1, 31), day_of(2026, 2, 1)]);
        assert_eq!(dates(first, day_of(2026, 1, 29)), Ok(Vec::new()));
        assert_eq!(dates(Date::MIN, Date::MAX), Err(Arithmetic));
        assert_eq!(dates(Date::MAX, Date::MAX).unwrap().len(), 1);
    }

    #[test]
    fn hours_of_a_day_are_checked() {
        assert_eq!(at(day_of(2026, 1, 5), 10, 0, &ZURICH), Ok(time("2026-01-05T09:00:00Z")));
        assert_eq!(at(day_of(2026, 1, 5), 24, 0, &UTC), Err(Arithmetic));
        assert_eq!(weekday(day_of(2026, 1, 5)), Weekday::Mon);
        assert_eq!(cut(time("2026-01-05T09:00:00.1234567Z")), time("2026-01-05T09:00:00.123456Z"));
        assert_eq!(duration_times(micros(2), i64::MAX), Err(Arithmetic));
        assert_eq!(duration_over(micros(7), 2), Ok(micros(3)));
        assert_eq!(duration_over(micros(7), 0), Err(Arithmetic));
    }
}
