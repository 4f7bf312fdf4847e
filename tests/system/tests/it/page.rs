//! The page of the development system in a real browser, with the shop behind it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::until;
use crate::shop::{Shop, ended};
use crate::system::{Setup, System};

/// A browser without a window, with a profile of its own for every look.
struct Browser(PathBuf);

impl Browser {
    fn found() -> Self {
        let path = std::env::var_os("MINOS_TEST_BROWSER");
        Self(path.expect("run `scripts/dev`, which names a browser").into())
    }

    fn run(&self, url: &str, args: &[&str]) -> Output {
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new(&self.0);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]);
        command.args(["--no-first-run", "--disable-background-networking"]);
        command.args(["--disable-component-update", "--disable-sync", "--enable-logging=stderr"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        let output = command.args(args).arg(url).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(console.is_empty(), "{url}: {console:#?}");
        output
    }

    /// The page as it stands after its style was applied.
    fn dom(&self, url: &str) -> Page {
        Page(String::from_utf8(self.run(url, &["--dump-dom"]).stdout).unwrap())
    }

    /// A picture of the page for a person, in a folder that cargo has for tests.
    fn picture(&self, url: &str, size: &str, name: &str) {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_file(&file);
        let (size, to) =
            (format!("--window-size={size}"), format!("--screenshot={}", file.display()));
        self.run(url, &["--hide-scrollbars", &size, &to]);
        let picture = std::fs::read(&file).unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "{}", picture.len());
    }
}

/// What a browser made of a page.
struct Page(String);

impl Page {
    fn section(&self, id: &str) -> &str {
        let rest = self.0.split(&format!("<section id=\"{id}\">")).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("no {id} in {}", self.0));
        rest.split("</section>").next().unwrap()
    }

    /// The texts of the cells of a section, row by row.
    fn rows(&self, id: &str) -> Vec<Vec<String>> {
        let rows = self.section(id).split("<tr>").skip(2);
        rows.map(|row| row.split("<td ").skip(1).map(text_of).collect()).collect()
    }

    /// Where the links in the first row with this word lead.
    fn links(&self, id: &str, word: &str) -> Vec<&str> {
        let row = self.section(id).split("<tr>").find(|row| row.contains(word));
        let row = row.unwrap_or_else(|| panic!("no {word} in {}", self.section(id)));
        row.split("href=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect()
    }
}

fn text_of(cell: &str) -> String {
    let inner = cell.split_once('>').unwrap().1;
    let parts = inner.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<String>().trim().to_owned()
}

#[test]
fn a_person_sees_in_a_browser_what_happened_in_the_shop() {
    let browser = Browser::found();
    let system = System::start(Setup::InOne);
    let shop = Shop::open(&system, 5, "90.00");
    let good = shop.place(&system, 2);
    ended(&system, &good, "confirmed");
    let dear = shop.place(&system, 3);
    ended(&system, &dear, "rejected");
    let url = format!("http://{}/_dev", system.address);
    let page = until("every view has caught up", || {
        let page = browser.dom(&format!("{url}?refresh=off"));
        let behind = page.rows("views").iter().all(|row| row[3] == "0" && row[4] == "runs");
        let mails = page.rows("events").iter().filter(|row| row[2] == "mail_written").count();
        if behind && mails == 2 { Ok(page) } else { Err(page.0) }
    });
    let sagas = page.rows("sagas");
    let stands: Vec<_> = sagas.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(stands, ["compensated", "completed"]);
    assert_eq!(sagas[1][4], "reserve, pay, confirm", "the steps of the good order");
    let order = page.rows("contexts").into_iter().find(|row| row[1] == "order").unwrap();
    assert_eq!(order[0..3], ["ordering", "order", "2"]);
    let view = page.rows("views").into_iter().find(|row| row[2] == "order_list").unwrap();
    assert_eq!(view[..2], ["view", "ordering"]);
    assert!(page.section("parked").contains("None."), "{}", page.section("parked"));

    let links = page.links("sagas", "compensated");
    assert!(links[0].starts_with("/_dev/conversation/"), "{links:?}");
    let one_url = format!("http://{}{}", system.address, links[0]);
    let one = browser.dom(&one_url);
    let rows = one.rows("conversation");
    let happened = |context: &str, what: &str, name: &str| {
        rows.iter().any(|row| row[1] == context && row[2] == what && row[3] == name)
    };
    for (context, what, name) in [
        ("ordering", "event", "order_placed"),
        ("ordering", "command", "stock.depot.reserve_stock"),
        ("stock", "reply", "ordering.fulfilment reserve"),
        ("stock", "reply", "ordering.fulfilment undo reserve"),
        ("payment", "event", "payment_declined"),
        ("stock", "event", "stock_released"),
        ("notification", "event", "mail_written"),
    ] {
        assert!(happened(context, what, name), "{context} {what} {name}: {rows:#?}");
    }
    assert!(rows.iter().all(|row| row[3] != "order_confirmed"), "the other order is not here");
    let stream = one.links("conversation", "order_placed");
    let stream = browser.dom(&format!("http://{}{}", system.address, stream[0]));
    let events: Vec<String> = stream.rows("events").into_iter().map(|row| row[2].clone()).collect();
    assert_eq!(events, ["order_opened", "line_added", "order_placed", "order_rejected"]);

    browser.picture(&url, "1400,1500", "dev.png");
    browser.picture(&url, "420,1500", "dev-narrow.png");
    browser.picture(&one_url, "1400,900", "dev-conversation.png");
}
