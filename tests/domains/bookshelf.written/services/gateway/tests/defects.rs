//! What the first bookshelf got wrong, each as a test of this one.

use kit_runtime::service::App;
use kit_runtime::testing::{Answer, Probe};

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

fn app() -> App {
    App::new("bookshelf").service(books::service()).gateway(gateway::table())
}

async fn shelf(name: &str) -> Probe {
    Probe::start_all(app(), &["books"], FOLDER, name).await
}

/// The database of a shelf of that name, as it is left behind.
fn database(name: &str) -> String {
    format!("{FOLDER}/{name}-books.db")
}

/// Adds a book and gives its id.
async fn add(shelf: &Probe, title: &str) -> String {
    let body = format!(r#"{{"title": "{title}", "author": "Jane Austen", "published": "1815"}}"#);
    let body = body.parse().expect("it is JSON");
    shelf.post("/bookshelf/books", body).await.is(201).text("book_id")
}

async fn finish(shelf: &Probe, id: &str) -> Answer {
    let body = "{}".parse().expect("it is JSON");
    shelf.post(&format!("/bookshelf/books/{id}/finished"), body).await
}

/// The titles of a list, in its order.
async fn titles(shelf: &Probe, path: &str) -> Vec<String> {
    let answer = shelf.get(path).await.is(200);
    let items = answer.body.get("items").and_then(|it| it.as_array()).cloned();
    let items = items.unwrap_or_default();
    items.iter().map(|it| it["title"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Every GET of the list failed with 500.
#[tokio::test]
async fn the_list_shows_the_added_book() {
    let shelf = shelf("list").await;
    add(&shelf, "Emma").await;
    assert_eq!(titles(&shelf, "/bookshelf/books").await, ["Emma"]);
    shelf.end().await;
}

/// The last books read were told by their ids alone.
#[tokio::test]
async fn last_read_tells_title_and_author() {
    let shelf = shelf("last").await;
    let mut ids = Vec::new();
    for title in ["One", "Two", "Three", "Four", "Five", "Six", "Seven"] {
        ids.push(add(&shelf, title).await);
    }
    for id in ids.iter().take(6) {
        let _ = finish(&shelf, id).await.is(204);
    }
    assert_eq!(titles(&shelf, "/bookshelf/books").await.len(), 7);
    let newest = ["Six", "Five", "Four", "Three", "Two"];
    assert_eq!(titles(&shelf, "/bookshelf/books/last/read").await, newest);
    let last = shelf.get("/bookshelf/books/last/read").await;
    let author = last.body.pointer("/items/0/author").and_then(|it| it.as_str());
    assert_eq!(author, Some("Jane Austen"));
    shelf.end().await;
}

/// The gateway answered 201 and 204 whatever the service said.
#[tokio::test]
async fn what_the_service_refuses_the_gateway_refuses() {
    let shelf = shelf("refused").await;
    let body = r#"{"title": "", "author": "Jane Austen"}"#.parse().expect("it is JSON");
    let _ = shelf.post("/bookshelf/books", body).await.refused(422, "invalid");
    assert!(titles(&shelf, "/bookshelf/books").await.is_empty());
    shelf.end().await;
}

/// A book that nobody had added could be finished.
#[tokio::test]
async fn an_unknown_book_cannot_be_finished() {
    let shelf = shelf("unknown").await;
    let answer = finish(&shelf, "00000000-0000-7000-8000-000000000000").await;
    let _ = answer.refused(404, "not_found");
    shelf.end().await;
}

#[tokio::test]
async fn a_book_is_finished_once() {
    let shelf = shelf("twice").await;
    let id = add(&shelf, "Emma").await;
    let path = format!("/bookshelf/books/{id}");
    let _ = finish(&shelf, &id).await.is(204);
    let once = shelf.get("/bookshelf/books/last/read").await.body;
    let _ = finish(&shelf, &id).await.is(204);
    assert_eq!(shelf.get("/bookshelf/books/last/read").await.body, once);
    assert_eq!(shelf.get(&path).await.text("finished"), "true");
    shelf.end().await;
}

/// Views were kept in memory, lost or read again at will.
#[tokio::test]
async fn a_restart_keeps_the_views() {
    let before = shelf("restart").await;
    let id = add(&before, "Emma").await;
    add(&before, "Persuasion").await;
    let _ = finish(&before, &id).await.is(204);
    let (list, last) = ("/bookshelf/books", "/bookshelf/books/last/read");
    let shown = (before.get(list).await.body, before.get(last).await.body);
    before.end().await;
    let settings = [("BOOKS_DATABASE_URL", database("restart")), ("DEV", "1".to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let after = Probe::start_with(app(), &settings).await;
    assert_eq!((after.get(list).await.body, after.get(last).await.body), shown);
    after.end().await;
}

/// What was answered was lost when the process ended before its events were sent.
#[tokio::test]
async fn what_was_answered_is_in_the_list_even_if_nothing_could_be_told_at_that_time() {
    let _ = std::fs::remove_file(database("outbox"));
    let url = database("outbox");
    let settings = [("BOOKS_DATABASE_URL", url.as_str()), ("DEV", "1"), ("ROLE", "commands")];
    let writing = Probe::start_with(app(), &settings).await;
    add(&writing, "Emma").await;
    writing.end().await;
    let settings = [("BOOKS_DATABASE_URL", url.as_str()), ("DEV", "1"), ("ROLE", "views")];
    let reading = Probe::start_with(app(), &settings).await;
    let there = |body: &_| format!("{body:?}").contains("Emma");
    let _ = reading.get_until("/bookshelf/books", there).await;
    reading.end().await;
}

/// The payload was JSON in a JSON text. Other services read it here as what it is; with the envelope's fields it is
/// `id`, `name`, `created`, `payload` of the first bookshelf.
#[tokio::test]
async fn an_event_is_told_as_an_object() {
    let shelf = Probe::start(books::service(), FOLDER, "wire").await;
    let body = r#"{"title": "Emma", "author": "Jane Austen"}"#.parse().expect("it is JSON");
    let id = shelf.post("/books", body).await.is(201).text("book_id");
    let head = shelf.get("/_kit/log/event").await.is(200);
    let place = head.body.pointer("/heads/0/0").cloned().unwrap_or_default();
    let page = shelf.get(&format!("/_kit/log/event/{place}")).await.is(200);
    let record = page.body.pointer("/records/0/record").cloned().unwrap_or_default();
    let payload = r#"{"title": "Emma", "author": "Jane Austen"}"#.parse().ok();
    assert_eq!(record.get("data").cloned(), payload, "{record}");
    let name = record["event_type"].as_str().unwrap_or_default().replace('_', "-");
    assert_eq!(name, "book-added");
    assert_eq!(record["stream_id"], id.as_str());
    assert_eq!(record["id"].as_str().map(str::len), Some(36), "{record}");
    assert!(record["at"].is_string() || record["meta"].is_object(), "{record}");
    shelf.end().await;
}

/// Whether a command is safe and idempotent is seen at what it does; the rest of the envelope is in the record.
#[tokio::test]
async fn an_event_has_the_six_fields_of_the_first() {
    let shelf = Probe::start(books::service(), FOLDER, "envelope").await;
    let book = || r#"{"title": "Emma", "author": "Jane Austen"}"#.parse().expect("it is JSON");
    let finish = || "{}".parse().expect("it is JSON");
    let made = shelf.post("/books", book()).await.is(201);
    let id = made.text("book_id");
    let again = shelf.post("/books", book()).await.is(201).text("book_id");
    let path = format!("/books/{id}/finished");
    let _ = shelf.post(&path, finish()).await.is(204);
    let once = records(&shelf).await;
    let _ = shelf.post(&path, finish()).await.is(204);
    assert_eq!(
        records(&shelf).await,
        once,
        "book-read is idempotent: the second time tells nothing"
    );
    assert_ne!(id, again, "book-added is not: the second time is another book");
    let of = |name: &str| {
        let member = format!(r#""event_type":"{name}""#);
        once.iter().filter(|record| record.contains(&member)).count()
    };
    assert_eq!((of("book_added"), of("book_read"), once.len()), (2, 1, 3), "{once:?}");
    for record in &once {
        // id and payload as they are; name is the type with hyphens, created the time; and neither
        // is safe: each is there because something was changed.
        for member in [r#""id":""#, r#""data":{"#, r#""event_type":"book_"#, r#""version":"#] {
            assert!(record.contains(member), "no {member} in {record}");
        }
        assert!(!record.contains(r#""version":0"#), "{record}");
    }
    shelf.end().await;
}

/// All records of the log.
async fn records(shelf: &Probe) -> Vec<String> {
    let head = shelf.get("/_kit/log/event").await.is(200);
    let mut found = Vec::new();
    for place in head.body.get("heads").and_then(|it| it.as_array()).into_iter().flatten() {
        let page = shelf.get(&format!("/_kit/log/event/{}", place[0])).await.is(200);
        let records = page.body.get("records").and_then(|it| it.as_array()).into_iter().flatten();
        found.extend(records.map(|it| it["record"].to_string()));
    }
    found
}

/// It ran a development server that answered the whole network.
#[tokio::test]
async fn it_answers_this_machine_alone_unless_told_otherwise() {
    let entries = app().entries();
    let address = entries.iter().find(|it| it.name == "HTTP_ADDR").map(|it| it.default.as_str());
    assert_eq!(address, Some("127.0.0.1:8000"));
    // What is for development is there when it was asked for, and only then.
    let developing = shelf("developing").await;
    let _ = developing.get("/_dev").await.is(200);
    developing.end().await;
    let url = database("alone");
    let alone = Probe::start_with(app(), &[("BOOKS_DATABASE_URL", url.as_str())]).await;
    let _ = alone.get("/_dev").await.is(404);
    alone.end().await;
}
