//! Events: facts, in the form in which they are stored.
//!
//! Keeps true: the stored name and version of each event stand in one list; older versions are lifted to today's
//! shape while they are read, and unknown fields are ignored.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::context::Actor;
use crate::fault::{Fault, Folded};
use crate::id::Id;

/// Everything that can happen to one kind of stream; made by [`events!`](crate::events).
pub trait Event: Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// Context and stream type: `"desk.tool"`.
    const STREAM: &'static str;

    /// Stored name and current version of each event, in text order.
    const NAMES: &'static [(&'static str, u16)];

    /// What names a stream.
    type Stream: Id;

    /// The stored name.
    fn name(&self) -> &'static str;

    /// The name in the domain's words, as its type has it.
    fn title(&self) -> &'static str;

    /// The version of its shape that is written today.
    fn version(&self) -> u16;

    /// Whether it ends the life of its stream.
    fn closes(&self) -> bool;

    /// The payload, without the stream id.
    ///
    /// # Errors
    /// When a value has no JSON form.
    fn encode(&self) -> Folded<Value>;

    /// The event under this stored name, from a payload of this version.
    ///
    /// # Errors
    /// For an unknown name, a version from the future, and a payload of another shape.
    fn decode(name: &str, version: u16, data: Value) -> Folded<Self>;
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E: Event> {
    /// The record's id.
    pub id: Uuid,
    /// The stream it belongs to.
    pub stream: E::Stream,
    /// Its place in the stream, from 1.
    pub version: i64,
    /// When it was recorded.
    pub time: Timestamp,
    /// The stream's status after it.
    pub status: Option<String>,
    /// Who caused it.
    pub actor: Actor,
    /// The conversation it belongs to.
    pub correlation_id: Uuid,
    /// The message that caused it.
    pub causation_id: Uuid,
    /// Its shard of the log.
    pub shard: i64,
    /// Its place in the shard, from 1.
    pub pos: i64,
    /// What happened.
    pub data: E,
}

impl<E: Event> Recorded<E> {
    /// The stream's status after the event, read as the aggregate's status type.
    ///
    /// # Errors
    /// When the record carries none, or one that the type does not know.
    pub fn status<S: std::str::FromStr>(&self) -> Folded<S> {
        let text = self.status.as_deref().ok_or_else(|| Fault::data("an event without status"))?;
        text.parse().map_err(|_| Fault::data(format!("unknown status {text}")))
    }

    /// The place in the log as text that sorts by shard and place.
    #[must_use]
    pub fn position(&self) -> String {
        format!("{}/{:03}:{:012}", E::STREAM, self.shard, self.pos)
    }
}

/// Lifts a payload from one version to the next.
pub type Upcast = fn(Value) -> Folded<Value>;

/// The payload in today's shape: applies the steps from the stored version on.
#[doc(hidden)]
pub fn lift(name: &str, stored: u16, current: u16, steps: &[Upcast], data: Value) -> Folded<Value> {
    if stored == 0 || stored > current {
        return Err(Fault::data(format!("{name} version {stored} is not known here")));
    }
    steps.iter().skip(usize::from(stored) - 1).try_fold(data, |data, step| step(data))
}

/// Declares the events of one aggregate: stored name, version, `closes`, and the steps from older versions.
///
/// ```ignore
/// kit::events! {
///     /// Everything that can happen to a tool.
///     pub enum ToolEvent of "desk.tool" by ToolId {
///         ToolAdded = "tool_added" v 1,
///         ToolLent = "tool_lent" v 2 from [v1_to_v2],
///         ToolScrapped = "tool_scrapped" v 1 closes,
///     }
/// }
/// ```
#[macro_export]
macro_rules! events {
    ($(#[$meta:meta])* $vis:vis enum $name:ident of $stream:literal by $id:ty {
        $($variant:ident = $wire:literal v $version:literal $($closes:ident)? $([$($step:path),* $(,)?])?),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $vis enum $name {
            $(#[doc = concat!("`", $wire, "`")] $variant($variant),)+
        }

        $(impl From<$variant> for $name {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        })+

        impl $crate::Event for $name {
            const STREAM: &'static str = $stream;
            const NAMES: &'static [(&'static str, u16)] = &[$(($wire, $version)),+];
            type Stream = $id;

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $wire,)+
                }
            }

            fn title(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($variant),)+
                }
            }

            fn version(&self) -> u16 {
                match self {
                    $(Self::$variant(_) => $version,)+
                }
            }

            fn closes(&self) -> bool {
                match self {
                    $(Self::$variant(_) => $crate::events!(@closes $($closes)?),)+
                }
            }

            fn encode(&self) -> $crate::Folded<$crate::__private::serde_json::Value> {
                match self {
                    $(Self::$variant(event) => {
                        $crate::__private::serde_json::to_value(event).map_err($crate::Fault::data)
                    })+
                }
            }

            fn decode(
                name: &str,
                version: u16,
                data: $crate::__private::serde_json::Value,
            ) -> $crate::Folded<Self> {
                match name {
                    $($wire => {
                        let steps: &[$crate::event::Upcast] = &[$($($step),*)?];
                        let data = $crate::event::lift(name, version, $version, steps, data)?;
                        $crate::__private::serde_json::from_value(data)
                            .map(Self::$variant)
                            .map_err($crate::Fault::form)
                    })+
                    _ => Err($crate::Fault::data(format!("unknown event {name}"))),
                }
            }
        }
    };
    (@closes) => { false };
    (@closes closes) => { true };
    (@closes from) => { false };
}
