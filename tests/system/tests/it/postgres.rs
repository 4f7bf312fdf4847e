//! The PostgreSQL server that `scripts/postgres run` started.

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
