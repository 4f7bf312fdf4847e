//! The example of the bookshelf as its program on Kafka: its topic, the key of a record, and the envelope of the first
//! bookshelf in it, looked at without the kit. `scripts/bookshelf` makes the program.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Message as _, OwnedMessage};
use serde_json::{Value, json};

use crate::broker::{System, folder, header};
use crate::program::Program;

/// The service of the bookshelf with these words, in this folder.
fn books(system: &System, folder: &std::path::Path, word: &str) -> Command {
    let programs = std::env::var_os("MINOS_SYSTEM_PROGRAMS").map(PathBuf::from);
    let programs = programs.expect("run `scripts/bookshelf`, which makes the program");
    let mut command = Command::new(programs.join("bookshelf-books"));
    command.env_clear().current_dir(folder).arg(word).stdin(Stdio::null());
    command.env("KAFKA_BROKERS", &system.brokers).env("DATABASE_URL", "books.db");
    command.env("KAFKA_REPLICAS", "1").env("KAFKA_PARTITIONS", "4");
    command
}

/// The topics whose names have to do with books, but for those of commands.
fn topics(system: &System) -> BTreeSet<String> {
    let consumer: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", &system.brokers).create().unwrap();
    let metadata = consumer.fetch_metadata(None, Duration::from_secs(10)).unwrap();
    let names = metadata.topics().iter().map(|it| it.name().to_owned());
    names.filter(|it| it.contains("book") && !it.ends_with(".commands")).collect()
}

/// The six fields of the first bookshelf, as `docs/bookshelf.md` maps them.
fn first(of: &OwnedMessage) -> Value {
    let name = header(of, "ce_type").split('.').nth(3).unwrap().replace('_', "-");
    let payload: Value = serde_json::from_slice(of.payload().unwrap()).unwrap();
    json!({
        "id": header(of, "ce_id"),
        "name": name,
        "created": header(of, "ce_time"),
        "safe": false,
        "idempotent": name == "book-read",
        "payload": payload,
    })
}

#[tokio::test]
async fn books_are_told_on_their_topic_by_their_id_with_the_six_fields() {
    let own = System::new();
    let system = System { name: "bookshelf".to_owned(), brokers: own.brokers };
    let home = folder();
    assert!(books(&system, home.path(), "topics").status().unwrap().success());
    assert_eq!(topics(&system), BTreeSet::from(["bookshelf".to_owned()]));
    let mut serve = books(&system, home.path(), "serve");
    serve.env("HTTP_ADDR", "127.0.0.1:0").stdout(Stdio::piped());
    let shelf = Program::run(serve);
    let book = json!({ "title": "Emma", "author": "Jane Austen", "published": "1815" });
    let (status, made) = shelf.ask("POST /books", &book).unwrap();
    assert_eq!(status, 201, "{made}");
    let id = made["book_id"].as_str().unwrap();
    let finish = format!("POST /books/{id}/finished");
    for _ in 0..2 {
        assert_eq!(shelf.ask(&finish, &json!({})).unwrap().0, 204);
    }
    // Behind everything of the first book in its stream, so nothing more of that one comes.
    let other = shelf.ask("POST /books", &book).unwrap().1;
    system.holds("bookshelf", 3).await;
    let all = system.read("bookshelf");
    let of = |id: &str| -> Vec<&OwnedMessage> {
        all.iter().filter(|it| it.key() == Some(id.as_bytes())).collect()
    };
    assert_eq!(of(other["book_id"].as_str().unwrap()).len(), 1, "the key is the book");
    let told = of(id);
    let envelopes: Vec<Value> = told.iter().map(|it| first(it)).collect();
    let names: Vec<&Value> = envelopes.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["book-added", "book-read"], "the second time was not told");
    assert_eq!(envelopes[0]["payload"], book, "an object, as it was posted");
    assert_eq!(envelopes[1]["payload"], json!({}));
    for (record, envelope) in told.iter().zip(&envelopes) {
        assert_eq!(header(record, "ce_subject"), format!("book/{id}"));
        assert_eq!(header(record, "ce_source"), "/bookshelf/books");
        uuid::Uuid::parse_str(envelope["id"].as_str().unwrap()).unwrap();
        let created = envelope["created"].as_str().unwrap();
        assert!(created.starts_with("20") && created.ends_with('Z'), "{created}");
    }
}
