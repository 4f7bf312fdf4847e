//! What came from a topic and was not applied yet, by shard and position. Knows no clock and no client.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::envelope::Arrived;
use crate::store::Mark;
use crate::transport::{Entry, Logged};

/// So often the same records are given before a shard counts as standing still,
const OFTEN: u32 = 20;
/// and so long.
const LONG: Duration = Duration::from_secs(10);

/// The records of one chain.
pub(super) struct Buffer<T> {
    shelves: BTreeMap<u16, Shelf<T>>,
    generation: Option<Uuid>,
    reload: bool,
    /// How long records may be missing before the source is asked.
    patience: Duration,
}

/// The records of one shard.
struct Shelf<T> {
    mark: Mark,
    held: BTreeMap<i64, Held<T>>,
    /// Since when the record after the mark is missing, and whether the marks were read again since.
    missing: Option<(Instant, bool)>,
    /// How often and since when records were given and not applied.
    given: (u32, Option<Instant>),
    /// Whoever applies them stands still: they are not kept, the source has them.
    stands: bool,
}

struct Held<T> {
    entry: Entry<T>,
    skipped: bool,
    partition: i32,
}

/// What comes next.
#[derive(Debug)]
pub(super) struct Taken<T> {
    pub entries: Vec<Entry<T>>,
    pub generation: Option<Uuid>,
    /// The marks should be read again.
    pub reload: bool,
    /// Shards whose next record is to be fetched from the source.
    pub missing: BTreeSet<u16>,
}

/// What became of a record that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// It is kept until its place is behind the mark.
    Kept,
    /// It is known, or somebody else takes care of it.
    Dropped,
}

impl<T: Logged> Buffer<T> {
    pub fn new(patience: Duration) -> Self {
        Self { shelves: BTreeMap::new(), generation: None, reload: false, patience }
    }

    /// Put in what came.
    pub fn put(&mut self, arrived: Arrived<T>, partition: i32) -> Put {
        let Arrived { generation, entry, skipped, .. } = arrived;
        self.generation = Some(generation);
        let mark = entry.item.mark();
        let shelf = self.shelves.entry(mark.shard).or_insert_with(|| Shelf::new(mark.shard));
        let known = mark.pos < shelf.mark.pos || mark == shelf.mark;
        if known || shelf.stands {
            return Put::Dropped;
        }
        shelf.held.insert(mark.pos, Held { entry, skipped, partition });
        Put::Kept
    }

    /// Everything that follows on the marks, at most `limit` per shard.
    pub fn take(&mut self, after: &BTreeMap<u16, Mark>, limit: u32, now: Instant) -> Taken<T> {
        let mut taken = Taken {
            entries: Vec::new(),
            generation: self.generation,
            reload: false,
            missing: BTreeSet::new(),
        };
        for (shard, shelf) in &mut self.shelves {
            shelf.move_to(after.get(shard).copied().unwrap_or(Mark::start(*shard)));
            match shelf.next(limit, now, &mut taken.entries) {
                Next::Follows => shelf.missing = None,
                Next::Fetch => {
                    self.reload = true;
                    taken.missing.insert(*shard);
                }
                Next::Missing => match &mut shelf.missing {
                    None => {
                        shelf.missing = Some((now, false));
                        self.reload = true;
                    }
                    Some((since, _)) if now.saturating_duration_since(*since) < self.patience => {}
                    // Another instance may have come so far meanwhile.
                    Some((_, again @ false)) => {
                        *again = true;
                        self.reload = true;
                    }
                    Some((_, true)) => {
                        shelf.missing = Some((now, false));
                        taken.missing.insert(*shard);
                    }
                },
            }
        }
        taken.reload = std::mem::take(&mut self.reload);
        taken
    }

    /// Whether a record is applied, or is left to the source.
    pub fn is_done(&self, shard: u16, pos: i64) -> bool {
        self.shelves.get(&shard).is_none_or(|shelf| shelf.mark.pos >= pos || shelf.stands)
    }

    /// Partitions came or went: those of `gone` are somebody else's now.
    pub fn rebalanced(&mut self, gone: &BTreeSet<i32>) {
        for shelf in self.shelves.values_mut() {
            shelf.held.retain(|_, held| !gone.contains(&held.partition));
            shelf.missing = None;
        }
        self.reload = true;
    }
}

/// What a shard has for its mark.
enum Next {
    /// Nothing, or records that follow.
    Follows,
    /// Records that do not follow.
    Missing,
    /// Only the place of one that follows.
    Fetch,
}

impl<T: Logged> Shelf<T> {
    fn new(shard: u16) -> Self {
        let mark = Mark::start(shard);
        Self { mark, held: BTreeMap::new(), missing: None, given: (0, None), stands: false }
    }

    fn move_to(&mut self, mark: Mark) {
        if mark != self.mark {
            (self.mark, self.given, self.stands) = (mark, (0, None), false);
        }
        self.held.retain(|pos, held| {
            *pos > mark.pos || (*pos == mark.pos && held.entry.item.mark() != mark)
        });
    }

    fn next(&mut self, limit: u32, now: Instant, entries: &mut Vec<Entry<T>>) -> Next {
        if self.stands {
            return Next::Missing;
        }
        let (mut end, mut count) = (self.mark, 0);
        for held in self.held.values() {
            let (prev, mark) = (held.entry.prev, held.entry.item.mark());
            if count == limit {
                break;
            }
            // Another history is given too: whoever applies them has to say so.
            let other = mark.pos == end.pos || prev.pos == end.pos;
            if !other {
                break;
            }
            if held.skipped && prev == end {
                return if count == 0 { Next::Fetch } else { Next::Follows };
            }
            entries.push(held.entry.clone());
            (end, count) = (mark, count + 1);
        }
        if count == 0 {
            return if self.held.is_empty() { Next::Follows } else { Next::Missing };
        }
        let since = *self.given.1.get_or_insert(now);
        self.given.0 += 1;
        if self.given.0 > OFTEN && now.saturating_duration_since(since) > LONG {
            self.stands = true;
            self.held.clear();
        }
        Next::Follows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Record, StreamKey};
    use jiff::Timestamp;

    const PATIENCE: Duration = Duration::from_secs(2);

    fn mark(pos: i64) -> Mark {
        let id = Uuid::from_u128(u128::from(pos.unsigned_abs()));
        Mark { shard: 1, pos, id }
    }

    /// The record at `pos` whose predecessor is at `prev`.
    fn arrived(prev: i64, pos: i64) -> Arrived<Record> {
        let item = Record {
            shard: 1,
            pos,
            id: mark(pos).id,
            stream: StreamKey::new("tool", "1"),
            version: pos,
            event_type: String::new(),
            schema_version: 1,
            data: serde_json::Value::Null,
            meta: serde_json::Value::Null,
            recorded_at: Timestamp::UNIX_EPOCH,
        };
        let (source, chain) = ("desk".to_owned(), "tool".to_owned());
        let entry = Entry { prev: mark(prev), item };
        Arrived { source, generation: Uuid::nil(), chain, entry, skipped: false }
    }

    fn at(pos: i64) -> BTreeMap<u16, Mark> {
        BTreeMap::from([(1, mark(pos))])
    }

    fn places(taken: &Taken<Record>) -> Vec<i64> {
        taken.entries.iter().map(|entry| entry.item.pos).collect()
    }

    #[test]
    fn records_are_given_in_order_however_they_come_and_until_they_are_applied() {
        let (mut buffer, now) = (Buffer::new(PATIENCE), Instant::now());
        for (prev, pos) in [(4, 7), (0, 1), (1, 4), (0, 1)] {
            assert_eq!(buffer.put(arrived(prev, pos), 0), Put::Kept);
        }
        for _ in 0..2 {
            assert_eq!(places(&buffer.take(&at(0), 9, now)), [1, 4, 7]);
        }
        assert_eq!(places(&buffer.take(&at(0), 2, now)), [1, 4]);
        assert!(!buffer.is_done(1, 4));
        assert_eq!(places(&buffer.take(&at(4), 9, now)), [7]);
        assert!(buffer.is_done(1, 4) && !buffer.is_done(1, 7));
        assert_eq!(buffer.put(arrived(1, 4), 0), Put::Dropped);
    }

    #[test]
    fn a_gap_is_fetched_after_a_while_and_the_marks_are_read_first() {
        let (mut buffer, now) = (Buffer::new(PATIENCE), Instant::now());
        buffer.put(arrived(4, 7), 0);
        let taken = buffer.take(&at(1), 9, now);
        assert!(taken.reload && taken.missing.is_empty() && taken.entries.is_empty());
        let taken = buffer.take(&at(1), 9, now + PATIENCE);
        assert!(taken.reload && taken.missing.is_empty(), "once more");
        let taken = buffer.take(&at(1), 9, now + PATIENCE);
        assert!(!taken.reload && taken.missing == BTreeSet::from([1]));
        let taken = buffer.take(&at(1), 9, now + PATIENCE);
        assert!(taken.missing.is_empty(), "it is being fetched");
        assert_eq!(places(&buffer.take(&at(4), 9, now)), [7]);
    }

    #[test]
    fn a_place_without_record_is_fetched_at_once() {
        let (mut buffer, now) = (Buffer::new(PATIENCE), Instant::now());
        buffer.put(arrived(0, 1), 0);
        buffer.put(Arrived { skipped: true, ..arrived(1, 4) }, 0);
        assert_eq!(places(&buffer.take(&at(0), 9, now)), [1]);
        assert_eq!(buffer.take(&at(1), 9, now).missing, BTreeSet::from([1]));
    }

    #[test]
    fn another_history_is_shown_to_whoever_applies_it() {
        let (mut buffer, now) = (Buffer::new(PATIENCE), Instant::now());
        let mut other = arrived(0, 1);
        other.entry.item.id = Uuid::from_u128(99);
        buffer.put(other, 0);
        assert_eq!(places(&buffer.take(&at(1), 9, now)), [1]);
        let mut other = arrived(1, 4);
        other.entry.prev.id = Uuid::from_u128(99);
        buffer.put(other, 0);
        assert_eq!(places(&buffer.take(&at(1), 9, now)), [1, 4]);
    }

    #[test]
    fn who_stands_still_keeps_nothing_in_memory_and_no_offset_back() {
        let (mut buffer, now) = (Buffer::new(PATIENCE), Instant::now());
        buffer.put(arrived(0, 1), 0);
        for _ in 0..=OFTEN {
            assert_eq!(places(&buffer.take(&at(0), 9, now)), [1]);
        }
        assert!(!buffer.is_done(1, 1), "not for long yet");
        buffer.take(&at(0), 9, now + LONG * 2);
        assert!(buffer.is_done(1, 1));
        assert_eq!(buffer.put(arrived(1, 2), 0), Put::Dropped);
        buffer.take(&at(0), 9, now + LONG * 3);
        buffer.take(&at(0), 9, now + LONG * 3 + PATIENCE);
        assert_eq!(buffer.take(&at(0), 9, now + LONG * 3 + PATIENCE).missing, BTreeSet::from([1]));
        buffer.take(&at(1), 9, now + LONG * 3);
        assert_eq!(buffer.put(arrived(1, 2), 0), Put::Kept);
    }

    #[test]
    fn what_another_instance_has_now_is_forgotten() {
        let (mut buffer, now) = (Buffer::new(PATIENCE), Instant::now());
        buffer.put(arrived(0, 1), 3);
        buffer.rebalanced(&BTreeSet::from([3]));
        let taken = buffer.take(&at(0), 9, now);
        assert!(taken.reload && taken.entries.is_empty());
    }
}
