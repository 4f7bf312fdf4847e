//! Views that are folded together, with the policies that react to their rows.
//!
//! A view that finds its keys in the rows of another is in one group with it, so that both always
//! stand at the same place of the log. Most groups hold one view.

use std::collections::BTreeMap;
use std::sync::Arc;

use kit::{Context, Fault, Need};
use serde_json::Value;

use super::fold::{Sheet, Step};
use super::{ViewDef, all_rows, cond_of, key_of};
use crate::command::Failure;
use crate::consume::{Effects, Received, Trouble};
use crate::policy::{React, message_of};
use crate::service::Service;
use crate::store::{BoxFuture, Key, Unit, ViewTable};

/// Most rows that one reaction may ask for, one after the other.
const MOST_NEEDS: usize = 10_000;

/// Views and policies with one cursor.
pub struct Group {
    name: String,
    service: Service,
    views: Vec<(Arc<dyn ViewDef>, ViewTable)>,
    policies: Vec<Arc<dyn React>>,
}

impl Group {
    /// A group whose cursors have this name.
    #[must_use]
    pub fn new(name: String, service: Service) -> Self {
        Self { name, service, views: Vec::new(), policies: Vec::new() }
    }

    /// The group with a view; one whose rows another needs comes first.
    #[must_use]
    pub fn view(mut self, view: Arc<dyn ViewDef>, table: ViewTable) -> Self {
        self.views.push((view, table));
        self
    }

    /// The group with a policy, which sees the group's rows as they were before its event.
    #[must_use]
    pub fn policy(mut self, policy: Arc<dyn React>) -> Self {
        self.policies.push(policy);
        self
    }

    async fn open<'a>(&'a self, batch: &[Received]) -> Result<Vec<Box<dyn Sheet + 'a>>, Trouble> {
        let mut sheets = Vec::with_capacity(self.views.len());
        for (view, table) in &self.views {
            let mut sheet = view.sheet(*table);
            let keys = sheet.read(batch).map_err(|(index, fault)| poison(index, &fault))?;
            self.load(&mut *sheet, keys, 0).await?;
            sheets.push(sheet);
        }
        Ok(sheets)
    }

    async fn load(
        &self,
        sheet: &mut (dyn Sheet + '_),
        keys: Vec<Key>,
        index: usize,
    ) -> Result<(), Trouble> {
        if keys.is_empty() {
            return Ok(());
        }
        let rows = self.service.store().rows(sheet.table(), keys.clone()).await?;
        for (key, row) in keys.iter().zip(rows) {
            sheet.load(key, row).map_err(|fault| poison(index, &fault))?;
        }
        Ok(())
    }

    /// Fold one record into every view.
    async fn fold(
        &self,
        sheets: &mut [Box<dyn Sheet + '_>],
        index: usize,
        received: &Received,
    ) -> Result<(), Trouble> {
        let mut before: Vec<(&'static str, Value, Option<Value>)> = Vec::new();
        for at in 0..sheets.len() {
            let mut cx = Context::at(received.record.recorded_at);
            while let Some(sheet) = sheets.get_mut(at) {
                match sheet.fold(index, &cx) {
                    Ok(Step::Done(old)) => {
                        let name = sheet.table().schema.name;
                        before.extend(old.into_iter().map(|(key, row)| (name, key, row)));
                        break;
                    }
                    Ok(Step::Load(keys)) => self.load(&mut **sheet, keys, index).await?,
                    Err(Fault::Need(need)) => {
                        self.answer(sheets, &before, need, &mut cx, index).await?;
                    }
                    Err(fault) => return Err(poison(index, &fault)),
                }
            }
        }
        Ok(())
    }

    /// What the policies send because of one record.
    async fn react(
        &self,
        sheets: &mut [Box<dyn Sheet + '_>],
        index: usize,
        received: &Received,
        unit: &mut Unit,
    ) -> Result<(), Trouble> {
        for policy in &self.policies {
            if !policy.takes(received) {
                continue;
            }
            let record = &received.record;
            let meta = crate::command::EventMeta::of(record);
            let meta = meta.map_err(|fault| poison(index, &fault))?;
            let actor = meta.actor.clone();
            let mut cx =
                Context::new(self.service.clock().now(), actor, self.service.zone(), record.id);
            let mut rounds = 0;
            let messages = loop {
                cx.start();
                match policy.on(received, &cx) {
                    Ok(messages) => break messages,
                    Err(Fault::Need(need)) if rounds < MOST_NEEDS => {
                        rounds += 1;
                        self.answer(sheets, &[], need, &mut cx, index).await?;
                    }
                    Err(fault) => return Err(poison(index, &fault)),
                }
            };
            let mut places: BTreeMap<String, usize> = BTreeMap::new();
            for message in messages {
                let place = places.entry(message.row.clone()).or_default();
                let service = self.service.name();
                let sent = message_of(service, &**policy, record.id, &meta, *place, message);
                unit.outbox.push(sent);
                *place += 1;
            }
        }
        Ok(())
    }

    /// Fetch what a fold or a reaction asked for.
    async fn answer(
        &self,
        sheets: &mut [Box<dyn Sheet + '_>],
        before: &[(&'static str, Value, Option<Value>)],
        need: Need,
        cx: &mut Context,
        index: usize,
    ) -> Result<(), Trouble> {
        let fault = |failure: Failure| trouble(index, failure);
        match need {
            Need::Row { table, key } => {
                let own = sheets.iter_mut().find(|it| it.table().schema.name == table.name);
                let row = match own {
                    Some(sheet) => self.own_row(&mut **sheet, &key, index).await?,
                    None => {
                        let live = self.service.tables().live(table.name).map_err(fault)?;
                        let typed = key_of(&live.schema, &key).map_err(fault)?;
                        let rows = self.service.store().rows(live, vec![typed]).await?;
                        rows.into_iter().next().flatten().map(Value::Object)
                    }
                };
                let row = row.or_else(|| {
                    let old = before.iter().find(|(name, k, _)| *name == table.name && *k == key);
                    old.and_then(|(_, _, row)| row.clone())
                });
                cx.add_row(table.name, &key, row);
            }
            Need::Rows { table, cond } => {
                let live = self.service.tables().live(table.name).map_err(fault)?;
                let filter = cond_of(&live.schema, &cond).map_err(fault)?;
                let rows = all_rows(self.service.store(), live, filter).await?;
                cx.add_rows(table.name, cond, rows.into_iter().map(Value::Object).collect());
            }
            Need::Number { name, .. } => {
                let reason = format!("a reaction cannot take the running number {name}");
                return Err(Trouble::Poison { index, reason });
            }
        }
        Ok(())
    }

    async fn own_row(
        &self,
        sheet: &mut (dyn Sheet + '_),
        key: &Value,
        index: usize,
    ) -> Result<Option<Value>, Trouble> {
        let peek = |sheet: &dyn Sheet| sheet.peek(key).map_err(|fault| poison(index, &fault));
        if let Some(row) = peek(sheet)? {
            return Ok(row);
        }
        let typed = key_of(&sheet.table().schema, key).map_err(|it| trouble(index, it))?;
        self.load(sheet, vec![typed], index).await?;
        Ok(peek(sheet)?.flatten())
    }
}

impl Effects for Group {
    fn name(&self) -> &str {
        &self.name
    }

    fn may_park(&self) -> bool {
        self.views.is_empty()
    }

    fn takes_turns(&self) -> bool {
        !self.views.is_empty()
    }

    fn apply<'a>(
        &'a self,
        batch: &'a [Received],
        unit: &'a mut Unit,
    ) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let mut sheets = self.open(batch).await?;
            for (index, received) in batch.iter().enumerate() {
                self.react(&mut sheets, index, received, unit).await?;
                self.fold(&mut sheets, index, received).await?;
            }
            for sheet in sheets {
                let changes = sheet.finish().map_err(|failure| trouble(0, failure))?;
                if !changes.upserts.is_empty() || !changes.deletes.is_empty() {
                    unit.rows.push(changes);
                }
            }
            Ok(())
        })
    }
}

fn poison(index: usize, fault: &Fault) -> Trouble {
    Trouble::Poison { index, reason: fault.to_string() }
}

fn trouble(index: usize, failure: Failure) -> Trouble {
    match failure {
        Failure::Store(error) => Trouble::Store(error),
        Failure::Fault(reason) => Trouble::Poison { index, reason },
    }
}
