//! The records of several shards in one order.
//!
//! Keeps true: the records of a shard stay in their order; of two records of one log the one that
//! was recorded first comes first, so that an effect never overtakes its cause. SQLite gives each unit
//! of a process a later moment than the one before. PostgreSQL gives it that of its own clock, which
//! must not run backwards: between the moments of a cause and of its effect lie a commit and a read. A view that joins two aggregates of a context
//! relies on it. It orders nothing between the logs of two services.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Entry, Logged};

/// Put entries, which come per shard in order, in the order of time. In the shards of `cut` there
/// is more than what was looked at, up to the time given: what is later than the last entry of one
/// of these, or than that time where it has none, waits for the next look.
pub(super) fn in_time<T: Logged>(
    entries: Vec<Entry<T>>,
    cut: &BTreeMap<u16, Timestamp>,
) -> Vec<Entry<T>> {
    let mut ends: BTreeMap<u16, Timestamp> = BTreeMap::new();
    let mut placed: Vec<(Timestamp, Entry<T>)> = entries
        .into_iter()
        .map(|entry| {
            let end = ends.entry(entry.item.mark().shard).or_insert(Timestamp::MIN);
            *end = entry.item.recorded_at().max(*end);
            (*end, entry)
        })
        .collect();
    let horizon = cut.iter().map(|(shard, time)| ends.get(shard).unwrap_or(time)).min().copied();
    placed.retain(|(time, _)| horizon.is_none_or(|horizon| *time <= horizon));
    placed.sort_by_key(|(time, _)| *time);
    placed.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Mark, Record, StreamKey};
    use uuid::Uuid;

    fn entries(places: &[(u16, i64, i64)]) -> Vec<Entry<Record>> {
        let entry = |(shard, pos, at): &(u16, i64, i64)| {
            let item = Record {
                shard: *shard,
                pos: *pos,
                id: Uuid::nil(),
                stream: StreamKey::new("tool", "1"),
                version: *pos,
                event_type: String::new(),
                schema_version: 1,
                data: serde_json::Value::Null,
                meta: serde_json::Value::Null,
                recorded_at: Timestamp::from_second(*at).unwrap(),
            };
            Entry { prev: Mark::start(*shard), item }
        };
        places.iter().map(entry).collect()
    }

    fn order(places: &[(u16, i64, i64)], cut: &[u16]) -> Vec<(u16, i64)> {
        let at = Timestamp::from_second(12).unwrap();
        let ordered = in_time(entries(places), &cut.iter().map(|shard| (*shard, at)).collect());
        ordered.iter().map(|it| (it.item.shard, it.item.pos)).collect()
    }

    #[test]
    fn a_cause_comes_before_its_effect_whatever_their_shards() {
        assert_eq!(order(&[(1, 1, 20), (9, 1, 10)], &[]), [(9, 1), (1, 1)]);
    }

    #[test]
    fn a_clock_that_ran_backwards_leaves_a_shard_in_its_order() {
        let places = [(1, 1, 30), (1, 2, 10), (1, 3, 40), (2, 1, 20)];
        assert_eq!(order(&places, &[]), [(2, 1), (1, 1), (1, 2), (1, 3)]);
    }

    #[test]
    fn what_may_come_after_something_that_is_not_here_yet_waits() {
        let places = [(1, 1, 10), (1, 2, 20), (2, 1, 15), (2, 2, 25)];
        assert_eq!(order(&places, &[1]), [(1, 1), (2, 1), (1, 2)]);
        assert_eq!(order(&places, &[1, 2]), [(1, 1), (2, 1), (1, 2)], "there is always progress");
        assert_eq!(order(&places, &[3]), [(1, 1)], "nothing of shard 3 is told up to 12");
    }
}
