//! The stored form of the positions of an answer: `shard:pos,shard:pos`, the highest of each shard.

#[cfg(feature = "sqlite")]
use super::Appended;
use super::StoreError;

#[cfg(feature = "sqlite")]
pub(crate) fn write(appended: &[Appended]) -> String {
    let mut highest = std::collections::BTreeMap::new();
    for place in appended.iter().filter(|it| it.pos > 0) {
        let pos = highest.entry(place.shard).or_insert(place.pos);
        *pos = place.pos.max(*pos);
    }
    let places: Vec<String> = highest.iter().map(|(shard, pos)| format!("{shard}:{pos}")).collect();
    places.join(",")
}

pub(crate) fn parse(text: &str) -> Result<Vec<(u16, i64)>, StoreError> {
    let place = |part: &str| {
        let (shard, pos) = part.split_once(':')?;
        Some((shard.parse().ok()?, pos.parse().ok()?))
    };
    let places: Option<Vec<_>> = text.split(',').filter(|it| !it.is_empty()).map(place).collect();
    places.ok_or_else(|| StoreError::Corrupt(format!("positions `{text}`")))
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;

    #[test]
    fn the_highest_of_each_shard_is_kept() {
        let at = |shard, pos| Appended { version: 1, shard, pos };
        let text = write(&[at(9, 4), at(3, 7), at(9, 2), at(5, 0)]);
        assert_eq!(text, "3:7,9:4");
        assert_eq!(parse(&text).unwrap(), [(3, 7), (9, 4)]);
        assert_eq!(parse("").unwrap(), []);
        assert!(parse("3").is_err());
    }
}
