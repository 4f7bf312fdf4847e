//! The PostgreSQL server that `scripts/postgres run` started.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// Where the server is.
pub fn server() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| {
        std::env::var("MINOS_TEST_POSTGRES_URL")
            .expect("MINOS_TEST_POSTGRES_URL is not set: run `scripts/system`")
    })
}

/// A server of a test's own, which may crash.
pub struct Server {
    folder: String,
    pub url: String,
}

impl Server {
    pub fn start() -> Self {
        let told = script(&["start"]);
        let (folder, url) = told.trim().split_once('\n').expect("two lines");
        Self { folder: folder.to_owned(), url: url.to_owned() }
    }

    /// SIGKILL for all of its processes, and a new start on the same port.
    pub fn crash(&self) {
        script(&["crash", &self.folder]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["stop", &self.folder]);
    }
}

fn script(args: &[&str]) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres");
    let output = Command::new(path).args(args).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "scripts/postgres {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A new database for one service.
pub fn database(server: &str, service: &str) -> String {
    let name = format!("{service}_{}", Uuid::now_v7().simple());
    on(server, async |client| {
        client.batch_execute(&format!("create database {name}")).await.unwrap()
    });
    let (start, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{start}/{name}")
}

/// Work on a connection of its own.
pub fn on<T>(url: &str, work: impl AsyncFnOnce(Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let running = tokio::spawn(connection);
        let done = work(client).await;
        running.abort();
        done
    })
}
