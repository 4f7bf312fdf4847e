//! Turns: of several instances that fold into the same rows, one commits at a time.
//!
//! Rows are read before they are written, and two batches of different shards may change the same row. Each commit
//! takes the next turn; who took it too late has read rows that are old by now, and starts over.

use uuid::Uuid;

use super::Effects;
use crate::store::{CursorMove, Mark, Store, StoreError, Unit};

/// The turns of one consumer.
pub(super) struct Turns {
    /// The name of the cursor that counts them; none when the effects need no rows.
    name: Option<String>,
    /// The last one that was taken, by whomever; none when it has to be read.
    last: Option<i64>,
}

impl Turns {
    pub fn of(effects: &dyn Effects) -> Self {
        let name = effects.takes_turns().then(|| format!("turn:{}", effects.name()));
        Self { name, last: None }
    }

    /// Make the next turn part of `unit`. To be called before any row is read.
    pub async fn take(&mut self, store: &dyn Store, unit: &mut Unit) -> Result<(), StoreError> {
        let Some(name) = self.name.clone() else { return Ok(()) };
        let last = match self.last {
            Some(last) => last,
            None => {
                let rows = store.cursors(name.clone()).await?;
                rows.first().map_or(0, |row| row.mark.pos)
            }
        };
        self.last = Some(last);
        let turn = |pos| Mark { shard: 0, pos, id: Uuid::nil() };
        unit.cursors.push(CursorMove { name, epoch: 0, from: turn(last), to: turn(last + 1) });
        Ok(())
    }

    /// The turn was taken.
    pub fn advance(&mut self) {
        self.last = self.last.map(|last| last + 1);
    }

    /// Somebody else took it.
    pub fn forget(&mut self) {
        self.last = None;
    }
}
