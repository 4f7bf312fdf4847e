//! Collections: the methods that rules use and the standard library lacks.
//!
//! Closures may fail, because arithmetic may; the first failure ends the walk. Among equals the first one wins.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::fault::Folded;

/// Whether the condition holds for at least one.
///
/// # Errors
/// The closure's.
pub fn any<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(T) -> Folded<bool>,
) -> Folded<bool> {
    for item in items {
        if holds(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the condition holds for all.
///
/// # Errors
/// The closure's.
pub fn all<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(T) -> Folded<bool>,
) -> Folded<bool> {
    for item in items {
        if !holds(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How many satisfy the condition.
///
/// # Errors
/// The closure's.
pub fn count<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(T) -> Folded<bool>,
) -> Folded<i64> {
    let mut count = 0;
    for item in items {
        count += i64::from(holds(item)?);
    }
    Ok(count)
}

/// Those that satisfy the condition.
///
/// # Errors
/// The closure's.
pub fn filter<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(&T) -> Folded<bool>,
) -> Folded<Vec<T>> {
    let mut kept = Vec::new();
    for item in items {
        if holds(&item)? {
            kept.push(item);
        }
    }
    Ok(kept)
}

/// The first that satisfies the condition.
///
/// # Errors
/// The closure's.
pub fn find<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(&T) -> Folded<bool>,
) -> Folded<Option<T>> {
    for item in items {
        if holds(&item)? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// The closure's results.
///
/// # Errors
/// The closure's.
pub fn map<T, U>(
    items: impl IntoIterator<Item = T>,
    make: impl FnMut(T) -> Folded<U>,
) -> Folded<Vec<U>> {
    items.into_iter().map(make).collect()
}

/// The closure's lists, one after the other.
///
/// # Errors
/// The closure's.
pub fn flat_map<T, U>(
    items: impl IntoIterator<Item = T>,
    mut make: impl FnMut(T) -> Folded<Vec<U>>,
) -> Folded<Vec<U>> {
    let mut all = Vec::new();
    for item in items {
        all.extend(make(item)?);
    }
    Ok(all)
}

/// The sum of the closure's results; zero of nothing.
///
/// # Errors
/// The closure's, and overflow.
pub fn sum<T, N: crate::num::Number>(
    items: impl IntoIterator<Item = T>,
    mut number: impl FnMut(T) -> Folded<N>,
) -> Folded<N> {
    let mut sum = N::ZERO;
    for item in items {
        sum = crate::num::add(sum, number(item)?)?;
    }
    Ok(sum)
}

/// The sum of the closure's results with this many decimal places; zero of nothing.
///
/// # Errors
/// The closure's, and overflow.
pub fn total<T>(
    items: impl IntoIterator<Item = T>,
    places: u32,
    mut number: impl FnMut(T) -> Folded<Decimal>,
) -> Folded<Decimal> {
    let mut sum = crate::num::decimal(0, places);
    for item in items {
        sum = crate::num::add(sum, number(item)?)?;
    }
    Ok(sum)
}

/// The first of those with the least key.
///
/// # Errors
/// The closure's.
pub fn min_by<T, K: Ord>(
    items: impl IntoIterator<Item = T>,
    mut key: impl FnMut(&T) -> Folded<K>,
) -> Folded<Option<T>> {
    let mut best: Option<(K, T)> = None;
    for item in items {
        let k = key(&item)?;
        if best.as_ref().is_none_or(|(least, _)| k < *least) {
            best = Some((k, item));
        }
    }
    Ok(best.map(|(_, item)| item))
}

/// The first of those with the greatest key.
///
/// # Errors
/// The closure's.
pub fn max_by<T, K: Ord>(
    items: impl IntoIterator<Item = T>,
    mut key: impl FnMut(&T) -> Folded<K>,
) -> Folded<Option<T>> {
    let mut best: Option<(K, T)> = None;
    for item in items {
        let k = key(&item)?;
        if best.as_ref().is_none_or(|(greatest, _)| k > *greatest) {
            best = Some((k, item));
        }
    }
    Ok(best.map(|(_, item)| item))
}

/// In the order of the keys; equals stay as they were.
///
/// # Errors
/// The closure's.
pub fn sort_by<T, K: Ord>(
    items: impl IntoIterator<Item = T>,
    mut key: impl FnMut(&T) -> Folded<K>,
) -> Folded<Vec<T>> {
    let mut keyed = Vec::new();
    for item in items {
        keyed.push((key(&item)?, item));
    }
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// Keeps the elements for which the condition holds.
///
/// # Errors
/// The closure's; the list is then as it was.
pub fn retain<T>(list: &mut Vec<T>, holds: impl FnMut(&T) -> Folded<bool>) -> Folded {
    let kept = list.iter().map(holds).collect::<Folded<Vec<bool>>>()?;
    let mut kept = kept.into_iter();
    list.retain(|_| kept.next().unwrap_or(true));
    Ok(())
}

/// As [`retain`], for a set.
///
/// # Errors
/// The closure's; the set is then as it was.
pub fn retain_set<T: Ord>(set: &mut BTreeSet<T>, holds: impl FnMut(&T) -> Folded<bool>) -> Folded {
    let kept = set.iter().map(holds).collect::<Folded<Vec<bool>>>()?;
    let mut kept = kept.into_iter();
    set.retain(|_| kept.next().unwrap_or(true));
    Ok(())
}

/// As [`retain`], for entities.
///
/// # Errors
/// The closure's; the entities are then as they were.
pub fn retain_entities<K: Ord, T>(
    entities: &mut BTreeMap<K, T>,
    mut holds: impl FnMut(&K, &T) -> Folded<bool>,
) -> Folded {
    let kept = entities.iter().map(|(k, e)| holds(k, e)).collect::<Folded<Vec<bool>>>()?;
    let mut kept = kept.into_iter();
    entities.retain(|_, _| kept.next().unwrap_or(true));
    Ok(())
}

/// An element that has its key inside.
pub trait Keyed {
    /// The key: one field, or a tuple of them.
    type Key: Ord + Clone;

    /// The key of this element.
    fn key(&self) -> Self::Key;
}

/// Elements by their key.
pub type Entities<T> = BTreeMap<<T as Keyed>::Key, T>;

/// Puts an element in its place; one with the same key goes.
pub fn put<T: Keyed>(entities: &mut Entities<T>, element: T) {
    entities.insert(element.key(), element);
}

/// The elements by their key; of two with the same key the later one stays.
pub fn keyed<T: Keyed>(elements: impl IntoIterator<Item = T>) -> Entities<T> {
    elements.into_iter().map(|element| (element.key(), element)).collect()
}

/// JSON form of [`Entities`]: the elements in key order; for `#[serde(with = "kit::list::entities")]`.
pub mod entities {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Entities, Keyed};

    /// Writes the elements in key order.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer, T: Keyed + Serialize>(
        entities: &Entities<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(entities.values())
    }

    /// Reads elements; of several with one key the last one stays.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, D: Deserializer<'de>, T: Keyed + Deserialize<'de>>(
        deserializer: D,
    ) -> Result<Entities<T>, D::Error> {
        let elements = Vec::<T>::deserialize(deserializer)?;
        Ok(elements.into_iter().map(|element| (element.key(), element)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    fn fine<T>(value: T) -> Folded<T> {
        Ok(value)
    }

    #[test]
    fn the_first_among_equals_wins() {
        let items = [(1, 'a'), (0, 'b'), (0, 'c'), (1, 'd')];
        assert_eq!(min_by(items, |(n, _)| fine(*n)), Ok(Some((0, 'b'))));
        assert_eq!(max_by(items, |(n, _)| fine(*n)), Ok(Some((1, 'a'))));
        let sorted: Vec<char> =
            sort_by(items, |(n, _)| fine(*n)).unwrap().into_iter().map(|(_, c)| c).collect();
        assert_eq!(sorted, ['b', 'c', 'a', 'd']);
    }

    #[test]
    fn a_failure_ends_the_walk_unless_the_answer_is_known() {
        let fails_on_two = |n: i64| if n == 2 { Err(Fault::Arithmetic) } else { Ok(n == 1) };
        assert_eq!(any([1, 2], fails_on_two), Ok(true));
        assert_eq!(any([3, 2], fails_on_two), Err(Fault::Arithmetic));
        assert_eq!(all([3, 2], fails_on_two), Ok(false));
        assert_eq!(count([1, 1, 3], fails_on_two), Ok(2));
    }

    #[test]
    fn a_total_has_its_places_even_of_nothing() {
        let two = |n: i64| fine(crate::num::decimal(n, 2));
        assert_eq!(total([], 2, two).unwrap().to_string(), "0.00");
        assert_eq!(total([150, 5], 2, two).unwrap().to_string(), "1.55");
        assert_eq!(total([1], 2, |_: i64| Err(Fault::Arithmetic)), Err(Fault::Arithmetic));
    }

    #[test]
    fn what_fails_to_be_judged_stays() {
        let small = |n: &i64| if *n == 9 { Err(Fault::Arithmetic) } else { Ok(*n < 3) };
        let (mut list, mut set) = (vec![1, 5, 2], BTreeSet::from([1, 5]));
        assert_eq!((retain(&mut list, small), retain_set(&mut set, small)), (Ok(()), Ok(())));
        assert_eq!((&list, &set), (&vec![1, 2], &BTreeSet::from([1])));
        list.push(9);
        assert_eq!((retain(&mut list, small), list.len()), (Err(Fault::Arithmetic), 3));
        let mut map = BTreeMap::from([('a', 1), ('b', 5)]);
        assert_eq!(retain_entities(&mut map, |_, n| small(n)), Ok(()));
        assert_eq!(map, BTreeMap::from([('a', 1)]));
    }

    #[test]
    fn nothing_is_zero_and_overflow_is_seen() {
        assert_eq!(sum(Vec::<i64>::new(), fine), Ok(0));
        assert_eq!(sum([i64::MAX, 1], fine), Err(Fault::Arithmetic));
    }
}
