//! Schedules: commands at a time of the clock.
//!
//! Keeps true: which time is due follows from the present moment alone, so all processes agree; a schedule only says
//! what to send. That each time runs once is the runtime's work.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::context::Context;
use crate::fault::Folded;
use crate::policy::Message;
use crate::time::{self, Weekday, Zone, days};

/// Commands at a time of the clock.
pub trait Schedule: Send + Sync + 'static {
    /// Its name, unique in the context, as part of message ids.
    const NAME: &'static str;

    /// When it runs.
    const TICKS: Ticks;

    /// The zone of these times.
    const ZONE: &'static Zone;

    /// What it sends now.
    ///
    /// # Errors
    /// A [`Fault::Need`](crate::Fault::Need) when rows are needed first; arithmetic.
    fn run(cx: &Context) -> Folded<Vec<Message>>;
}

/// The times of a schedule; hours and minutes are those of its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticks {
    /// Whenever this many microseconds have passed, counted from 1970.
    Every(i64),
    /// Every day.
    Daily(i64, i64),
    /// On this day of the week.
    Weekly(Weekday, i64, i64),
    /// On this day of the month; on its last when it is shorter.
    Monthly(i64, i64, i64),
}

/// More days than lie between two times.
const MOST_DAYS: usize = 64;

impl Ticks {
    /// The latest time that is not after `now`; none when there is none near it.
    #[must_use]
    pub fn latest(self, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let (hour, minute) = match self {
            Self::Every(length) => {
                let now = now.as_microsecond();
                let passed = now.checked_rem_euclid(length)?;
                return Timestamp::from_microsecond(now.checked_sub(passed)?).ok();
            }
            Self::Daily(hour, minute)
            | Self::Weekly(_, hour, minute)
            | Self::Monthly(_, hour, minute) => (hour, minute),
        };
        let mut day = time::date_plus(time::date(now, zone), days(1)).ok()?;
        for _ in 0..MOST_DAYS {
            let at = time::at(day, hour, minute, zone).ok()?;
            if self.is_on(day) && at <= now {
                return Some(at);
            }
            day = time::date_minus(day, days(1)).ok()?;
        }
        None
    }

    fn is_on(self, day: Date) -> bool {
        match self {
            Self::Every(_) | Self::Daily(..) => true,
            Self::Weekly(weekday, ..) => time::weekday(day) == weekday,
            Self::Monthly(wanted, ..) => {
                let last = time::day(time::end_of_month(day));
                time::day(day) == wanted.min(last)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ZURICH: Zone = Zone::new("Europe/Zurich");

    fn latest(ticks: Ticks, now: &str) -> String {
        ticks.latest(now.parse().unwrap(), &ZURICH).unwrap().to_string()
    }

    #[test]
    fn an_interval_is_counted_from_1970() {
        let minute = Ticks::Every(60_000_000);
        assert_eq!(latest(minute, "2026-01-05T09:00:59.9Z"), "2026-01-05T09:00:00Z");
        assert_eq!(latest(minute, "2026-01-05T09:01:00Z"), "2026-01-05T09:01:00Z");
        assert_eq!(latest(minute, "1969-12-31T23:59:30Z"), "1969-12-31T23:59:00Z");
        assert_eq!(Ticks::Every(0).latest(Timestamp::UNIX_EPOCH, &ZURICH), None);
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let six = Ticks::Daily(6, 0);
        assert_eq!(latest(six, "2026-01-05T04:59:59Z"), "2026-01-04T05:00:00Z");
        assert_eq!(latest(six, "2026-01-05T05:00:00Z"), "2026-01-05T05:00:00Z");
        // In summer it is an hour earlier; a time that the clock skips comes after the gap.
        assert_eq!(latest(six, "2026-07-05T04:00:00Z"), "2026-07-05T04:00:00Z");
        assert_eq!(latest(Ticks::Daily(2, 30), "2026-03-29T12:00:00Z"), "2026-03-29T01:30:00Z");
        // One that it shows twice comes once.
        let twice = Ticks::Daily(2, 30);
        assert_eq!(latest(twice, "2026-10-25T00:30:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(latest(twice, "2026-10-25T01:30:00Z"), "2026-10-25T00:30:00Z");
        // Just after midnight there the day is the next one already.
        assert_eq!(latest(Ticks::Daily(0, 5), "2026-01-04T23:06:00Z"), "2026-01-04T23:05:00Z");
    }

    #[test]
    fn a_week_begins_again_and_a_month_ends_early() {
        let monday = Ticks::Weekly(Weekday::Mon, 6, 0);
        assert_eq!(latest(monday, "2026-01-05T04:59:00Z"), "2025-12-29T05:00:00Z");
        assert_eq!(latest(monday, "2026-01-11T12:00:00Z"), "2026-01-05T05:00:00Z");
        let last = Ticks::Monthly(31, 6, 0);
        assert_eq!(latest(last, "2026-02-28T12:00:00Z"), "2026-02-28T05:00:00Z");
        assert_eq!(latest(last, "2026-03-30T12:00:00Z"), "2026-02-28T05:00:00Z");
        assert_eq!(latest(Ticks::Monthly(1, 6, 0), "2026-03-30T12:00:00Z"), "2026-03-01T05:00:00Z");
    }
}
