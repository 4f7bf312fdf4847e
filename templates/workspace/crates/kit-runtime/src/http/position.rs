//! `Position` and `Min-Position`: read what you wrote.
//!
//! A command answers with the place its events got. A query that sends the place back sees at
//! least that much, or is told that it does not.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// The header of a command's answer.
pub const POSITION: HeaderName = HeaderName::from_static("position");
/// The header of a query that must not be older.
pub const MIN_POSITION: HeaderName = HeaderName::from_static("min-position");
/// The header that says how long a query may wait, such as `500ms`.
pub const MAX_WAIT: HeaderName = HeaderName::from_static("max-wait");
/// Asked with `true`: an old answer is welcome. Answered with `true`: this one is old.
pub const STALE: HeaderName = HeaderName::from_static("stale");

/// Most shards a token may name.
const MOST: usize = 16;

/// A place in the log of a service: `<service>.<aggregate>@<generation>/<shard>:<pos>[,..]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The service whose log it is.
    pub service: String,
    /// The aggregate whose topic it is.
    pub aggregate: String,
    /// The generation of the log.
    pub generation: Uuid,
    /// The position in each shard.
    pub shards: BTreeMap<u16, i64>,
}

impl Position {
    /// The token as a header; none without a shard.
    #[must_use]
    pub fn header(&self) -> Option<HeaderValue> {
        if self.shards.is_empty() {
            return None;
        }
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}@{}", self.service, self.aggregate, self.generation.simple())?;
        for (index, (shard, pos)) in self.shards.iter().enumerate() {
            write!(f, "{}{shard}:{pos}", if index == 0 { '/' } else { ',' })?;
        }
        Ok(())
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (source, rest) = text.trim().split_once('@').ok_or(())?;
        let (service, aggregate) = source.split_once('.').ok_or(())?;
        let (generation, places) = rest.split_once('/').ok_or(())?;
        let shards: Result<BTreeMap<u16, i64>, ()> = places
            .split(',')
            .map(|place| {
                let (shard, pos) = place.split_once(':').ok_or(())?;
                Ok((shard.parse().map_err(drop)?, pos.parse().map_err(drop)?))
            })
            .collect();
        let shards = shards?;
        let generation = Uuid::parse_str(generation).map_err(drop)?;
        if service.is_empty() || shards.len() > MOST {
            return Err(());
        }
        let (service, aggregate) = (service.to_owned(), aggregate.to_owned());
        Ok(Self { service, aggregate, generation, shards })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back() {
        let token = Position {
            service: "desk".into(),
            aggregate: "tool".into(),
            generation: Uuid::from_u128(7),
            shards: BTreeMap::from([(3, 14), (9, 1)]),
        };
        let text = token.to_string();
        assert!(text.starts_with("desk.tool@") && text.ends_with("/3:14,9:1"), "{text}");
        assert_eq!(text.parse(), Ok(token));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let id = Uuid::from_u128(7).simple().to_string();
        for text in ["", "desk", "desk.tool@x/1:2", &format!("a.b@{id}"), &format!("a.b@{id}/1")] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }
}
