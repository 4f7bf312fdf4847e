//! The gateway: what passes it, what does not, and what it makes of services that have trouble.

mod attacks;
mod composed;
mod forwarded;
mod large;
mod limits;
mod programs;
mod raw;
mod streamed;

use std::net::SocketAddr;

use axum::Router;
use kit_runtime::gateway::{Gateway, Table};
use tokio::net::TcpListener;

/// A service of the test's own, at an address.
pub struct Stub {
    pub url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Stub {
    pub async fn of(routes: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, task }
    }

    /// Stop to listen and to answer.
    pub fn end(&self) {
        self.task.abort();
    }
}

/// An address at which nobody answers.
pub fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    format!("http://{address}")
}

/// A table of one service called `desk`.
pub fn desk() -> Table {
    Table::new("lending", 8000)
        .prefix("/api")
        .service("desk", 8001)
        .write("POST /tools")
        .write("GET /tools/{tool_id}")
        .read("GET /find-tools")
}

/// The gateway of this table with these settings.
pub fn front(table: Table, settings: &[(&str, &str)]) -> Router {
    Gateway::new(table).start(settings).unwrap()
}
