//! Policies that look at rows: those of their replica before the event, those of other views.

use std::sync::Arc;

use kit::prelude::*;
use kit_runtime::consume::{Effects as _, Received};
use kit_runtime::policy::{React, react};
use kit_runtime::store::{NewMessage, Record, StreamKey, Unit};
use kit_runtime::views::{Group, follow};
use serde_json::json;

use crate::lending::Process;
use crate::lending::contracts::ToolFact;
use crate::lending::office::{self, Borrower, BorrowerRow, Charge, ToolNameRow, ToolNames};

/// Charges everybody who ever borrowed, when a tool gets another name.
struct Renamed;

impl Policy<ToolFact> for Renamed {
    const NAME: &'static str = "renamed";

    fn on(event: &Recorded<ToolFact>, cx: &Context) -> Folded<Vec<Message>> {
        let ToolFact::ToolAdded(ev) = &event.data else { return Ok(Vec::new()) };
        let Some(before) = cx.row::<ToolNameRow>(&event.stream)? else { return Ok(Vec::new()) };
        let amount = num::sub(text::len(&ev.name), text::len(&before.name))?;
        let cond = col("loans").gt(val(0));
        let mut messages = Vec::new();
        for row in cx.rows::<BorrowerRow>(cond)? {
            let id = Borrower::try_new(row.borrower.as_str()).map_err(Fault::Invalid)?;
            let charge = Charge { amount, tool_id: None };
            messages.push(Message::to(&id, &charge)?.for_row(&row.borrower));
        }
        Ok(messages)
    }
}

fn added(pos: i64, name: &str) -> Received {
    let record = Record {
        shard: 1,
        pos,
        id: Uuid::from_u128(u128::try_from(pos).unwrap()),
        stream: StreamKey::new("tool", Uuid::from_u128(9).to_string()),
        version: pos,
        event_type: "tool_added".to_owned(),
        schema_version: 1,
        data: json!({ "name": name }),
        meta: json!({ "correlation_id": "c", "causation_id": Uuid::nil(), "status": "on_shelf" }),
        recorded_at: Timestamp::UNIX_EPOCH,
    };
    Received { source: "desk".into(), record }
}

async fn sent(batch: &[Received], charged: &[&str]) -> (Vec<NewMessage>, Unit) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let settings = [("ROLE", "commands"), ("DESK_URL", "http://127.0.0.1:9")];
    let office = Process::alone(office::service(), &folder, &settings).await;
    let service = office.started.services[0].clone();
    let borrowers = service.tables().live("borrowers").unwrap();
    let upserts = charged.iter().map(|name| {
        let row = json!({ "borrower": name, "loans": 1, "charged": 0 });
        row.as_object().unwrap().clone()
    });
    let rows = vec![kit_runtime::store::RowChanges {
        table: borrowers,
        upserts: upserts.collect(),
        deletes: Vec::new(),
    }];
    service.store().commit(Unit { rows, ..Unit::default() }).await.unwrap();
    let policy: Arc<dyn React> = react::<Renamed, ToolFact>();
    let table = service.tables().live("tool_names").unwrap();
    let view = Arc::new(vec![follow::<ToolNames, ToolFact>()]);
    let group = Group::new("test".to_owned(), service).view(view, table).policy(policy);
    let mut unit = Unit::default();
    group.apply(batch, &mut unit).await.unwrap();
    (unit.outbox.clone(), unit)
}

#[tokio::test]
async fn a_policy_of_a_replica_sees_the_row_before_its_event() {
    let (messages, unit) = sent(&[added(1, "saw"), added(2, "chainsaw")], &["ann", "ben"]).await;
    let found: Vec<_> = messages.iter().map(|it| (it.key.as_str(), &it.payload)).collect();
    let charge = json!({ "amount": 5, "tool_id": null });
    assert_eq!(found, [("ann", &charge), ("ben", &charge)]);
    assert_eq!(unit.rows.len(), 1);
    assert_eq!(unit.rows[0].upserts[0]["name"], "chainsaw");
}

#[tokio::test]
async fn a_message_has_the_same_id_whenever_it_is_made() {
    let batch = [added(1, "saw"), added(2, "chainsaw")];
    let (first, _) = sent(&batch, &["ann", "ben"]).await;
    let (again, _) = sent(&batch, &["ben"]).await;
    assert_ne!(first[0].id, first[1].id);
    assert_eq!(again[0].id, first[1].id, "the id is made from event, policy, row and place");
    assert_eq!(first[0].topic, "office");
    assert_eq!(first[0].message_type, "office.account.charge");
    let headers = &first[0].headers;
    assert_eq!(headers["correlation_id"], "c");
    assert_eq!(headers["causation_id"], json!(Uuid::from_u128(2)));
    assert_eq!(headers["request_id"], json!(first[0].id));
    assert_eq!(headers["op_id"], json!(first[0].id));
    assert_eq!(headers["reply_to"], "office");
}
