//! What makes a unit senseless before any database sees it, and the order its parts are applied in.

use super::{Append, StoreError, UniqueChange, Unit};
use std::collections::BTreeSet;

/// Refuses a unit that no store could apply, and sorts what is applied in sorted order.
pub(crate) fn prepare(unit: &mut Unit) -> Result<(), StoreError> {
    let invalid = |text: String| Err(StoreError::Invalid(text));
    let mut streams = BTreeSet::new();
    for append in &unit.appends {
        if !streams.insert(&append.stream) {
            return invalid(format!("stream {:?} is appended to twice in one unit", append.stream));
        }
        if append.close && append.events.is_empty() {
            return invalid(format!("stream {:?} is closed without an event", append.stream));
        }
    }
    for step in &unit.watermarks {
        if step.from.shard != step.to.shard || step.from.pos >= step.to.pos {
            return invalid(format!("watermark of `{}` does not move forward", step.consumer));
        }
    }
    for step in &unit.cursors {
        // Who takes a shard over puts the own epoch on the cursor where it stands.
        let taken_over = step.epoch > 0 && step.from == step.to;
        let forward = step.from.shard == step.to.shard && step.from.pos < step.to.pos;
        if !forward && !taken_over {
            return invalid(format!("cursor `{}` does not move forward", step.name));
        }
    }
    let mut sagas = BTreeSet::new();
    if let Some(it) = unit.sagas.iter().find(|it| !sagas.insert((&it.saga, it.id))) {
        return invalid(format!("saga {} is changed twice in one unit", it.id));
    }
    unit.watermarks.sort_by(|a, b| {
        (&a.consumer, &a.source, a.to.shard).cmp(&(&b.consumer, &b.source, b.to.shard))
    });
    unit.cursors.sort_by(|a, b| (&a.name, a.to.shard).cmp(&(&b.name, b.to.shard)));
    unit.sagas.sort_by(|a, b| (&a.saga, a.id).cmp(&(&b.saga, b.id)));
    unit.operations.sort_by_key(|it| it.op_id);
    unit.rows.sort_by_cached_key(|it| it.table.table_name());
    unit.uniques.sort_by(|a, b| unique_key(a).cmp(&unique_key(b)));
    unit.numbers.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(())
}

/// Sorted by value; of one value the release comes first, so that it can change hands in one unit.
fn unique_key(change: &UniqueChange) -> (&str, &str, &str, bool) {
    match change {
        UniqueChange::Release { rule, value, stream } => (&stream.tenant, rule, value, false),
        UniqueChange::Reserve { rule, value, stream } => (&stream.tenant, rule, value, true),
    }
}

/// The indexes of the appends in the order their streams are locked.
pub(crate) fn lock_order(appends: &[Append]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..appends.len()).collect();
    order.sort_by(|a, b| {
        let stream = |index: &usize| appends.get(*index).map(|it| &it.stream);
        stream(a).cmp(&stream(b))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{CursorMove, Expect, Mark, StreamKey};

    fn append(id: &str) -> Append {
        let stream = StreamKey::new("job", id);
        Append { stream, expect: Expect::Any, events: Vec::new(), close: false }
    }

    #[test]
    fn streams_are_locked_in_their_own_order_whatever_the_unit_says() {
        assert_eq!(lock_order(&[append("b"), append("c"), append("a")]), [2, 0, 1]);
    }

    #[test]
    fn a_stream_twice_and_a_cursor_that_stands_still_are_refused() {
        let mut twice = Unit { appends: vec![append("a"), append("a")], ..Unit::default() };
        assert!(matches!(prepare(&mut twice), Err(StoreError::Invalid(_))));
        let (from, to) = (Mark::start(0), Mark::start(0));
        let still = CursorMove { name: "view:x@1".into(), epoch: 0, from, to };
        let mut unit = Unit { cursors: vec![still], ..Unit::default() };
        assert!(matches!(prepare(&mut unit), Err(StoreError::Invalid(_))));
    }

    #[test]
    fn of_one_value_the_release_comes_first() {
        let (rule, value) = ("vin".to_owned(), "1".to_owned());
        let (old, new) = (StreamKey::new("car", "old"), StreamKey::new("car", "new"));
        let reserve =
            UniqueChange::Reserve { rule: rule.clone(), value: value.clone(), stream: new };
        let release = UniqueChange::Release { rule, value, stream: old };
        let mut unit = Unit { uniques: vec![reserve.clone(), release.clone()], ..Unit::default() };
        prepare(&mut unit).unwrap();
        assert_eq!(unit.uniques, [release, reserve]);
    }
}
