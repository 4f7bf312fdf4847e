//! Rows that stand in the text: there at every start, looked up by commands, asked for over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use kit::prelude::*;
use kit_runtime::http::{one, query, upsert};
use kit_runtime::service::{Builder, Service};
use kit_runtime::store::Record;
use serde_json::{Value, json};

use crate::lending::office::{Account, Charge};
use crate::lending::tool::ToolId;
use crate::lending::{Process, schema};

/// One text of the reference: a row type with the rows that it lists.
macro_rules! text {
    ($name:ident $version:literal { $($field:ident: $kind:expr => $ty:ty),* } $rows:expr) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct $name {
            tool_id: ToolId,
            name: String,
            $($field: $ty,)*
        }

        impl Row for $name {
            const TABLE: Table = Table {
                name: "tool_names",
                version: $version,
                columns: &[
                    Column::key("tool_id", Kind::Uuid),
                    Column::new("name", Kind::Text),
                    $(Column::new(stringify!($field), $kind),)*
                ],
            };
            type Key = ToolId;

            fn key(&self) -> ToolId {
                self.tool_id
            }
        }

        impl Reference for $name {
            fn rows() -> Folded<Vec<Self>> {
                let rows = $rows.into_iter();
                Ok(rows.map(|(id, name)| Self { tool_id: tool(id), name: name.to_owned(), $($field: 7,)* }).collect())
            }
        }
    };
}

text!(Old 1 {} [(1, "drill"), (2, "saw")]);
text!(New 1 {} [(1, "hammer drill"), (3, "ladder")]);
text!(Wide 2 { deposit: Kind::Int => i64 } [(1, "drill"), (2, "saw")]);
text!(Empty 1 {} [(0, ""); 0]);

fn tool(number: u128) -> ToolId {
    Uuid::from_u128(number).into()
}

fn service<R: Reference>() -> Builder {
    let routes = Router::new()
        .route("/accounts/{borrower}/charge", post(upsert::<Account, Charge>))
        .route("/tools", get(query::<Every<R>>))
        .route("/tools/{tool_id}", get(one::<Every<R>>));
    Service::builder("office", 8002).reference::<R>().upserts::<Account, Charge>().routes(routes)
}

/// Where a service keeps its data.
#[derive(Clone)]
struct Home {
    folder: Arc<tempfile::TempDir>,
    url: Option<String>,
}

impl Home {
    fn files() -> Self {
        Self { folder: Arc::new(tempfile::tempdir().unwrap()), url: None }
    }

    async fn postgres() -> Self {
        Self { url: Some(schema("office").await), ..Self::files() }
    }

    async fn start<R: Reference>(&self, role: &str) -> Process {
        let mut settings = vec![("ROLE", role)];
        settings.extend(self.url.iter().map(|url| ("DATABASE_URL", url.as_str())));
        Process::alone(service::<R>(), &self.folder, &settings).await
    }
}

async fn listed(process: &Process) -> Vec<String> {
    let answer = process.get("/tools").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

/// What a rule finds under a key: the name of the tool in the event that it makes.
async fn found(process: &Process, number: u128) -> Value {
    let body = json!({ "amount": 1, "tool_id": tool(number) });
    let answer = process.call("POST /accounts/ann/charge", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let store = process.started.services[0].store();
    let from = (0..store.meta().shards).map(|shard| (shard, 0)).collect();
    let mut all: Vec<Record> = store.tail(from, 100).await.unwrap();
    all.sort_by_key(|it| it.version);
    all.last().unwrap().data["tool"].clone()
}

/// How often the table was written.
async fn writes(process: &Process) -> i64 {
    let service = &process.started.services[0];
    let live = service.tables().get("tool_names").unwrap();
    service.store().cursors(live.reader).await.unwrap().first().map_or(0, |it| it.mark.pos)
}

async fn rows_follow_the_text(home: Home) {
    let process = home.start::<Old>("all").await;
    assert_eq!(listed(&process).await, ["drill", "saw"]);
    let one = process.get(&format!("/tools/{}", tool(1))).await;
    assert_eq!(one.json(), json!({ "tool_id": tool(1), "name": "drill" }));
    assert_eq!(process.get(&format!("/tools/{}", tool(3))).await.status, 404);
    assert_eq!(found(&process, 1).await, "drill");
    assert_eq!(found(&process, 3).await, "");
    process.end().await;

    let process = home.start::<Old>("all").await;
    assert_eq!((listed(&process).await.len(), writes(&process).await), (2, 1));
    process.end().await;

    let process = home.start::<New>("all").await;
    assert_eq!(listed(&process).await, ["hammer drill", "ladder"]);
    assert_eq!(found(&process, 1).await, "hammer drill");
    assert_eq!(found(&process, 2).await, "");
    process.end().await;

    let process = home.start::<Empty>("all").await;
    assert_eq!((listed(&process).await.len(), writes(&process).await), (0, 3));
    process.end().await;
}

#[tokio::test]
async fn rows_follow_the_text_on_sqlite() {
    rows_follow_the_text(Home::files()).await;
}

#[tokio::test]
async fn rows_follow_the_text_on_postgres() {
    rows_follow_the_text(Home::postgres().await).await;
}

async fn a_table_of_another_shape_has_its_rows_before_it_is_read(home: Home) {
    let before = home.start::<New>("all").await;
    let after = home.start::<Wide>("all").await;
    let one = after.get(&format!("/tools/{}", tool(2))).await;
    assert_eq!(one.json(), json!({ "tool_id": tool(2), "name": "saw", "deposit": 7 }));
    assert_eq!(found(&after, 2).await, "saw");
    // The program that runs still reads what it knows.
    assert_eq!(listed(&before).await, ["hammer drill", "ladder"]);
    before.end().await;
    after.end().await;
    let back = home.start::<Old>("all").await;
    assert_eq!(listed(&back).await, ["drill", "saw"]);
    back.end().await;
}

#[tokio::test]
async fn a_table_of_another_shape_has_its_rows_before_it_is_read_on_sqlite() {
    a_table_of_another_shape_has_its_rows_before_it_is_read(Home::files()).await;
}

#[tokio::test]
async fn a_table_of_another_shape_has_its_rows_before_it_is_read_on_postgres() {
    a_table_of_another_shape_has_its_rows_before_it_is_read(Home::postgres().await).await;
}

async fn many_at_once_leave_the_rows_of_one_text(home: Home) {
    for round in 0..6 {
        let (a, b, c, d) = tokio::join!(
            home.start::<Old>("all"),
            home.start::<New>("all"),
            home.start::<Old>("all"),
            home.start::<New>("all"),
        );
        let names = listed(&a).await;
        let whole = names == ["drill", "saw"] || names == ["hammer drill", "ladder"];
        assert!(whole, "round {round}: {names:?}");
        for process in [a, b, c, d] {
            process.end().await;
        }
    }
}

#[tokio::test]
async fn many_at_once_leave_the_rows_of_one_text_on_sqlite() {
    many_at_once_leave_the_rows_of_one_text(Home::files()).await;
}

#[tokio::test]
async fn many_at_once_leave_the_rows_of_one_text_on_postgres() {
    many_at_once_leave_the_rows_of_one_text(Home::postgres().await).await;
}

#[tokio::test]
async fn four_of_one_new_shape_at_once_share_one_table() {
    let home = Home::postgres().await;
    home.start::<Old>("all").await.end().await;
    let start = || home.start::<Wide>("all");
    let (a, b, c, d) = tokio::join!(start(), start(), start(), start());
    for process in [a, b, c, d] {
        assert_eq!((listed(&process).await.len(), writes(&process).await), (2, 1));
        process.end().await;
    }
}

#[tokio::test]
async fn either_side_has_the_rows_whichever_starts_first() {
    let home = Home::files();
    let reader = home.start::<Old>("views").await;
    assert_eq!(listed(&reader).await, ["drill", "saw"]);
    let writer = home.start::<New>("commands").await;
    assert_eq!(found(&writer, 3).await, "ladder");
    assert_eq!(listed(&reader).await, ["hammer drill", "ladder"]);
    assert_eq!(writer.get("/tools").await.status, 404);
    reader.end().await;
    writer.end().await;
}
