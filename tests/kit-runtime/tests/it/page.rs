//! The page of the development system: what it shows, to whom, and that data stays text.

use std::sync::Arc;

use kit::{Folded, Message};
use kit_runtime::service::App;
use kit_runtime::store::{SagaChange, SagaStatus, Unit};
use serde_json::json;

use crate::lending::tool::{AddTool, ScrapTool, Tool, ToolId};
use crate::lending::{Process, desk, file, office};
use crate::travel::{Travel, plan, until};
use crate::web::Answer;

/// The section with this id.
fn section<'a>(page: &'a Answer, id: &str) -> &'a str {
    assert_eq!(page.status, 200, "{}", page.text);
    let rest = page.text.split(&format!("<section id=\"{id}\">")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no {id}: {}", page.text));
    rest.split("</section>").next().unwrap()
}

/// The cells of each row of a section, without markup.
fn rows(page: &Answer, id: &str) -> Vec<Vec<String>> {
    let rows = section(page, id).split("<tr>").skip(2);
    rows.map(|row| row.split("<td ").skip(1).map(plain).collect()).collect()
}

fn plain(cell: &str) -> String {
    let mut out = String::new();
    for part in cell.split_once('>').unwrap().1.split('<') {
        out.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    out.trim().to_owned()
}

fn column(page: &Answer, id: &str, index: usize) -> Vec<String> {
    rows(page, id).into_iter().map(|row| row[index].clone()).collect()
}

/// Where the link to a conversation leads.
fn link_to(page: &Answer, id: &str, title: &str) -> String {
    let (before, _) = section(page, id).split_once(&format!("\" title=\"{title}\">")).unwrap();
    before.rsplit("href=\"").next().unwrap().to_owned()
}

async fn shows_what_happened(travel: Travel) {
    let process = &travel.process;
    let good = plan(process, "r1", "s1", false, "good").await;
    until(process, &good, "ready").await;
    let full = plan(process, "full", "s2", false, "full").await;
    until(process, &full, "dropped: full full").await;
    let caught_up = |it: &Answer| column(it, "views", 3).iter().all(|lag| lag == "0");
    let page = process.until("/_dev", caught_up).await;
    let events = column(&page, "events", 2);
    assert!(events.iter().filter(|it| *it == "trip_planned").count() == 2, "{events:?}");
    assert!(events.contains(&"booked".to_owned()), "{events:?}");
    let sagas = rows(&page, "sagas");
    let stands: Vec<_> = sagas.iter().map(|row| (row[2].as_str(), row[7].as_str())).collect();
    assert_eq!(stands, [("compensated", "full"), ("completed", "good")]);
    assert!(rows(&page, "views").iter().all(|row| row[4] == "runs"), "{page:?}");
    let saga = ["saga", "agency", "agency.book_trip"].map(str::to_owned);
    assert!(rows(&page, "views").iter().any(|row| row[..3] == saga), "{page:?}");
    assert!(rows(&page, "contexts").iter().any(|row| row[..3] == ["agency", "trip", "2"]));
    assert_eq!(column(&page, "streams", 1).first().map(String::as_str), Some("agency"));
    let path = link_to(&page, "sagas", "full");
    assert_eq!(path, "/_dev/conversation/full");
    let one = process.get(&path).await;
    assert_eq!(rows(&one, "sagas").len(), 1);
    let found: Vec<_> = rows(&one, "conversation");
    let of = |what: &str, name: &str| found.iter().any(|row| row[2] == what && row[3] == name);
    assert!(of("event", "trip_planned") && of("command", "hotel.place.book"), "{found:?}");
    assert!(found.iter().any(|row| row[2] == "reply" && row[1] == "hotel"), "{found:?}");
    assert!(!one.text.contains("s1"), "nothing of the other conversation");
    let stream = found.iter().find(|row| row[3] == "trip_planned").unwrap()[4].clone();
    let stream = one.text.split(&stream).next().unwrap().rsplit("href=\"").next().unwrap();
    let stream = process.get(stream.split('"').next().unwrap()).await;
    assert_eq!(column(&stream, "events", 2).first().map(String::as_str), Some("trip_planned"));
    let stuck = SagaChange {
        saga: "agency.book_trip".to_owned(),
        id: uuid::Uuid::from_u128(1),
        from: 0,
        status: SagaStatus::Parked,
        step: Some("seat".to_owned()),
        due_at: None,
        reason: Some("no answer".to_owned()),
        correlation_id: "stuck".to_owned(),
        data: json!({ "run": { "attempt": 3, "done": ["room"], "saga": { "far": true } } }),
    };
    travel.agency().store().commit(Unit { sagas: vec![stuck], ..Unit::default() }).await.unwrap();
    let found = rows(&process.get("/_dev").await, "sagas").remove(0);
    let cells = ["parked", "seat, try 3", "room", "", "no answer", "stuck", "far: true"];
    assert_eq!(found[2..], cells);
    travel.process.end().await;
}

#[tokio::test]
async fn every_section_shows_what_happened() {
    shows_what_happened(Travel::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_section_shows_what_happened_on_postgres() {
    shows_what_happened(Travel::on_postgres().await).await;
}

/// A tool that is not there is scrapped.
fn seed() -> Folded<Vec<Message>> {
    let nobody: ToolId = uuid::Uuid::nil().into();
    Ok(vec![Message::to(&nobody, &ScrapTool {})?])
}

async fn both(settings: &[(&str, &str)]) -> Process {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let (desk_file, office_file) = (file(&folder, "desk"), file(&folder, "office"));
    let desk = desk::service().creates::<Tool, AddTool>().seed(seed);
    let app = App::new("lending").service(desk).service(office::service());
    let mut all = vec![
        ("DESK_DATABASE_URL", desk_file.as_str()),
        ("OFFICE_DATABASE_URL", &office_file),
        ("VIEW_POLL_MAX", "20ms"),
    ];
    all.extend_from_slice(settings);
    Process::of(app.start(&all).await.unwrap(), &folder)
}

#[tokio::test]
async fn what_was_put_aside_and_what_stands_still_are_told_apart() {
    let process = both(&[("DEV", "1"), ("SEED", "0")]).await;
    process.call("POST /accounts/ann/charge", json!({ "amount": 100 })).await;
    let (tool, _) = process.add_tool("drill").await;
    let lent = json!({ "borrower": "ann", "weeks": 1 });
    let headers = [("x-correlation-id", "too-much")];
    process.with(&format!("POST /tools/{tool}/lend"), &headers, lent).await;
    let parked = process.until("/_dev", |it| !rows(it, "parked").is_empty()).await;
    let row = &rows(&parked, "parked")[0];
    let expected =
        ["office", "office.account.charge", "office", "nobody owes more than 100", "too-much"];
    assert_eq!(row[1..6], expected);
    assert!(!parked.text.contains("class=\"trouble\""), "a refusal is no trouble");
    process.add_tool("poison").await;
    let view = |it: &Answer| {
        let rows = rows(it, "views");
        rows.into_iter().find(|row| row[2].contains("shelf")).unwrap()
    };
    let stuck = process.until("/_dev", |it| view(it)[4] == "has trouble").await;
    assert_eq!(view(&stuck)[3], "1");
    let trouble = stuck.text.split("class=\"trouble\"").nth(1).unwrap();
    assert!(trouble.contains("poison"), "{trouble}");
    process.end().await;
}

#[tokio::test]
async fn a_refused_seed_is_shown_and_is_trouble() {
    let process = both(&[("DEV", "1")]).await;
    let refused =
        |it: &Answer| !rows(it, "seeds").is_empty() && it.text.contains("class=\"trouble\"");
    let seeds = process.until("/_dev", refused).await;
    assert_eq!(rows(&seeds, "seeds")[0][2], "desk.tool.scrap_tool");
    assert!(rows(&seeds, "parked").is_empty(), "a seed is no message of somebody");
    process.end().await;
}

#[tokio::test]
async fn data_is_text_and_the_page_loads_nothing() {
    let process = both(&[("DEV", "1"), ("SEED", "0")]).await;
    let evil = "<img src=x id='a'>";
    process.add_tool(evil).await;
    let page = process.get("/_dev").await;
    assert_eq!(column(&page, "events", 2), ["tool_added"]);
    assert!(page.text.contains("&lt;img src=x id=&#39;a&#39;&gt;"), "{page:?}");
    for markup in ["<img", "<script", "http://", "https://", "style="] {
        assert!(!page.text.contains(markup), "{markup}: {}", page.text);
    }
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let style = process.get("/_dev/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(!style.text.contains("url("));
    let evil = process.get("/_dev/conversation/%3Cscript%3E%22'").await;
    assert!(evil.text.contains("&lt;script&gt;&quot;&#39;") && !evil.text.contains("<script"));
    assert!(page.text.contains("http-equiv=\"refresh\""));
    assert!(!process.get("/_dev?refresh=off").await.text.contains("http-equiv"));
    assert_eq!(process.get("/_dev/stream/nowhere/tool/1").await.status, 404);
    assert_eq!(process.call("POST /_dev", json!({})).await.status, 405);
    process.end().await;
}

#[tokio::test]
async fn it_is_for_the_whole_system_in_development_on_this_machine() {
    let paths = ["/_dev", "/_dev/", "/_dev/style.css", "/_dev/conversation/one"];
    let deployed = both(&[]).await;
    let alone = Process::desk().await;
    for path in paths {
        assert_eq!(deployed.get(path).await.status, 404, "{path}");
        assert_eq!(alone.get(path).await.status, 404, "{path}");
    }
    deployed.end().await;
    alone.end().await;
    let process = both(&[("DEV", "1")]).await;
    for (host, status) in [
        ("localhost:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("192.168.1.7", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8000", 403),
        ("localhost.evil.example", 403),
    ] {
        let answer = process.with("GET /_dev", &[("host", host)], json!(null)).await;
        assert_eq!(answer.status, status, "{host}");
        assert_eq!(answer.text.contains("<table>"), status == 200, "{host}");
    }
    process.end().await;
}
