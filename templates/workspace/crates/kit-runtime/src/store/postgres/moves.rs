//! Watermarks and cursors of a unit.

use super::append::{Failure, Frame};
use super::rows::Prepared;
use crate::store::{CursorMove, Mark, Outcome, Unit, WatermarkMove};
use deadpool_postgres::ClientWrapper;
use serde_json::Value;
use uuid::Uuid;

fn shard_number(shard: u16) -> i16 {
    i16::try_from(shard).unwrap_or(i16::MAX)
}

/// Positions and ids before and after.
fn marks<'a>(
    moves: impl Iterator<Item = (&'a Mark, &'a Mark)>,
) -> (Vec<i16>, [Vec<i64>; 2], [Vec<Uuid>; 2]) {
    let (mut shards, mut pos, mut ids) =
        (Vec::new(), [Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for (from, to) in moves {
        shards.push(shard_number(to.shard));
        for ((mark, pos), ids) in [from, to].into_iter().zip(&mut pos).zip(&mut ids) {
            pos.push(mark.pos);
            ids.push(mark.id);
        }
    }
    (shards, pos, ids)
}

pub(super) async fn watermarks(
    client: &ClientWrapper,
    moves: &[WatermarkMove],
) -> Result<Option<Prepared>, Failure> {
    if moves.is_empty() {
        return Ok(None);
    }
    let sql = "select kit_move_watermarks($1, $2, $3, $4, $5, $6, $7, $8)";
    let consumers: Vec<String> = moves.iter().map(|it| it.consumer.clone()).collect();
    let sources: Vec<String> = moves.iter().map(|it| it.source.clone()).collect();
    let generations: Vec<Uuid> = moves.iter().map(|it| it.generation).collect();
    let (shards, [from_pos, to_pos], [from_id, to_id]) =
        marks(moves.iter().map(|it| (&it.from, &it.to)));
    Ok(Some(Prepared {
        statement: client.prepare_cached(sql).await?,
        parameters: vec![
            Box::new(consumers),
            Box::new(sources),
            Box::new(generations),
            Box::new(shards),
            Box::new(from_pos),
            Box::new(from_id),
            Box::new(to_pos),
            Box::new(to_id),
        ],
    }))
}

pub(super) async fn cursors(
    client: &ClientWrapper,
    moves: &[CursorMove],
    frame: Frame,
) -> Result<Option<Prepared>, Failure> {
    if moves.is_empty() {
        return Ok(None);
    }
    let sql = "select kit_move_cursors($1, $2, $3, $4, $5, $6, $7, $8)";
    let names: Vec<String> = moves.iter().map(|it| it.name.clone()).collect();
    let epochs: Vec<i64> = moves.iter().map(|it| it.epoch).collect();
    let (shards, [from_pos, to_pos], [from_id, to_id]) =
        marks(moves.iter().map(|it| (&it.from, &it.to)));
    Ok(Some(Prepared {
        statement: client.prepare_cached(sql).await?,
        parameters: vec![
            Box::new(frame.now),
            Box::new(names),
            Box::new(epochs),
            Box::new(shards),
            Box::new(from_pos),
            Box::new(from_id),
            Box::new(to_pos),
            Box::new(to_id),
        ],
    }))
}

/// The outcome of a watermark or cursor that stands elsewhere.
pub(super) fn moved(unit: &Unit, index: usize, detail: &Value) -> Option<Outcome> {
    let id = |name: &str| detail.get(name).and_then(Value::as_str).and_then(|it| it.parse().ok());
    let at = |shard| match detail.get("pos").and_then(Value::as_i64) {
        Some(pos) => Mark { shard, pos, id: id("id").unwrap_or(Uuid::nil()) },
        None => Mark::start(shard),
    };
    if detail.get("code").and_then(Value::as_str) == Some("cursor") {
        let step = unit.cursors.get(index)?;
        return Some(Outcome::Moved {
            name: step.name.clone(),
            at: at(step.to.shard),
            generation: None,
        });
    }
    let step = unit.watermarks.get(index)?;
    let (name, at, generation) = (step.consumer.clone(), at(step.to.shard), id("generation"));
    Some(Outcome::Moved { name, at, generation })
}
