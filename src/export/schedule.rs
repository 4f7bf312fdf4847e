//! Schedules in the exported form.

use super::convert::{To, notes};
use super::form;
use crate::model::{Schedule, Ticks};

pub(super) fn schedule(to: &To<'_>, of: &Schedule) -> form::Schedule {
    form::Schedule {
        notes: notes(&of.notes),
        at: match of.ticks {
            Ticks::Every(micros) => {
                format!("every {}", jiff::SignedDuration::from_micros(micros))
            }
            Ticks::Daily(hour, minute) => format!("daily {hour:02}:{minute:02}"),
            Ticks::Weekly(day, hour, minute) => format!("weekly {day} {hour:02}:{minute:02}"),
            Ticks::Monthly(day, hour, minute) => format!("monthly {day} {hour:02}:{minute:02}"),
        },
        time_zone: of.time_zone.clone(),
        cond: of.cond.as_ref().map(|cond| to.expr(cond)),
        each: of.each.as_ref().map(|each| to.each(each)),
        send: of.send.iter().map(|message| to.message(message)).collect(),
    }
}
