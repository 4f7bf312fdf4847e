//! The tables of a service, read without the kit: with the drivers of SQLite and PostgreSQL.

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::postgres;

/// The database of one service.
pub struct Database(String);

/// A row of the event log.
#[derive(Debug, Clone)]
pub struct Stored {
    pub shard: i64,
    pub pos: i64,
    pub stream_type: String,
    pub stream_id: String,
    pub version: i64,
    pub event_type: String,
    pub data: Value,
    pub meta: Value,
}

impl Stored {
    pub fn correlation(&self) -> &str {
        self.meta["correlation_id"].as_str().unwrap()
    }

    pub fn text(&self, field: &str) -> &str {
        self.data[field].as_str().unwrap_or_else(|| panic!("no {field} in {self:?}"))
    }
}

/// A row of the sagas' table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saga {
    pub status: String,
    pub correlation: String,
}

/// How far a consumer has come in one shard of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    pub consumer: String,
    pub source: String,
    pub shard: i64,
    pub pos: i64,
}

impl Database {
    pub fn open(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// The event log, by shard and position.
    pub fn events(&self) -> Vec<Stored> {
        let columns = "shard, pos, stream_type, stream_id, version, event_type, data, meta";
        let rows = self.rows(columns, "kit_event order by shard, pos");
        rows.into_iter()
            .map(|row| Stored {
                shard: number(&row[0]),
                pos: number(&row[1]),
                stream_type: row[2].clone(),
                stream_id: row[3].clone(),
                version: number(&row[4]),
                event_type: row[5].clone(),
                data: serde_json::from_str(&row[6]).unwrap(),
                meta: serde_json::from_str(&row[7]).unwrap(),
            })
            .collect()
    }

    pub fn sagas(&self) -> Vec<Saga> {
        let rows = self.rows("status, correlation_id", "kit_saga");
        rows.into_iter()
            .map(|row| Saga { status: row[0].clone(), correlation: row[1].clone() })
            .collect()
    }

    pub fn watermarks(&self) -> Vec<Watermark> {
        let rows = self.rows("consumer, source, shard, pos", "kit_watermark");
        rows.into_iter()
            .map(|row| Watermark {
                consumer: row[0].clone(),
                source: row[1].clone(),
                shard: number(&row[2]),
                pos: number(&row[3]),
            })
            .collect()
    }

    pub fn tables(&self) -> Vec<String> {
        let source = if self.is_postgres() {
            "pg_tables where schemaname = 'public' order by 1"
        } else {
            "sqlite_schema where type = 'table' order by 1"
        };
        let column = if self.is_postgres() { "tablename" } else { "name" };
        self.rows(column, source).into_iter().map(|row| row[0].clone()).collect()
    }

    fn is_postgres(&self) -> bool {
        self.0.starts_with("postgres://")
    }

    /// Rows as texts.
    fn rows(&self, columns: &str, from: &str) -> Vec<Vec<String>> {
        // Names of their own: PostgreSQL would order by the texts.
        let columns: Vec<String> = columns
            .split(", ")
            .map(|column| format!("cast({column} as text) as {column}_text"))
            .collect();
        let sql = format!("select {} from {from}", columns.join(", "));
        if self.is_postgres() {
            return postgres::on(&self.0, async |client| {
                let rows = client.query(&sql, &[]).await.unwrap();
                rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect()
            });
        }
        let open = Connection::open_with_flags(&self.0, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut query = open.prepare(&sql).unwrap();
        let rows = query.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect());
        rows.unwrap().map(Result::unwrap).collect()
    }
}

fn number(text: &str) -> i64 {
    text.parse().unwrap()
}
