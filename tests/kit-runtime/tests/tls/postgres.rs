//! A real PostgreSQL that takes encrypted connections only, and one that takes none of them.

use std::path::Path;
use std::process::{Command, Stdio};

use kit_runtime::store::{Options, open};

use crate::authority::Authority;

/// A server of the test's own.
struct Server {
    folder: String,
    port: u16,
}

impl Server {
    fn start(certificate: &Path) -> Self {
        let told = script(&["start", "--tls", certificate.to_str().unwrap()]);
        let (folder, url) = told.trim().split_once('\n').unwrap();
        let port = url.rsplit_once(':').unwrap().1.split('/').next().unwrap();
        Self { folder: folder.to_owned(), port: port.parse().unwrap() }
    }

    /// What became of opening a store on it.
    async fn opened(&self, host: &str, query: &str) -> Result<(), String> {
        let url = format!("postgres://test@{host}:{}/postgres?{query}", self.port);
        opened(&url).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["stop", &self.folder]);
    }
}

async fn opened(url: &str) -> Result<(), String> {
    open(url, Options::new("desk")).await.map(drop).map_err(|error| error.to_string())
}

fn script(args: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let output = Command::new(path).args(args).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn who_signed_and_for_whom_is_looked_at_as_the_url_says() {
    let (ours, others) = (Authority::new(), Authority::new());
    let server = Server::start(ours.server("localhost"));
    let right = format!("sslrootcert={}", ours.file().display());
    let wrong = format!("sslrootcert={}", others.file().display());
    for (host, query, refused) in [
        ("localhost", format!("sslmode=verify-full&{right}"), ""),
        ("localhost", format!("sslmode=verify-ca&{right}"), ""),
        ("localhost", format!("sslmode=require&{right}"), ""),
        ("localhost", "sslmode=require".to_owned(), ""),
        ("localhost", "sslmode=prefer".to_owned(), ""),
        ("localhost", String::new(), ""),
        // The certificate is for another name.
        ("127.0.0.1", format!("sslmode=verify-ca&{right}"), ""),
        ("127.0.0.1", format!("sslmode=verify-full&{right}"), "not valid for name"),
        // Another one signed it, or nobody whom the machine knows.
        ("localhost", format!("sslmode=verify-full&{wrong}"), "UnknownIssuer"),
        ("localhost", format!("sslmode=verify-ca&{wrong}"), "UnknownIssuer"),
        ("localhost", format!("sslmode=require&{wrong}"), "UnknownIssuer"),
        ("localhost", "sslrootcert=system".to_owned(), "UnknownIssuer"),
        ("localhost", "sslmode=verify-full&sslrootcert=no/such/file".to_owned(), "no/such/file"),
        ("localhost", "sslmode=disable".to_owned(), "no encryption"),
    ] {
        let found = server.opened(host, &query).await.err().unwrap_or_default();
        let right = if refused.is_empty() { found.is_empty() } else { found.contains(refused) };
        assert!(right, "{host} {query}: `{found}`, and not `{refused}`");
    }
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_is_refused_if_that_is_asked_for() {
    let url = std::env::var("MINOS_TEST_POSTGRES_URL")
        .expect("MINOS_TEST_POSTGRES_URL is not set: run `scripts/test kafka`");
    let ours = Authority::new();
    let roots = format!("sslrootcert={}", ours.file().display());
    for query in ["sslmode=require".to_owned(), format!("sslmode=verify-full&{roots}")] {
        let found = opened(&format!("{url}?{query}")).await.err().unwrap_or_default();
        assert!(found.contains("server does not support TLS"), "{query}: `{found}`");
    }
    // The database of the tests may be another service's by now; that is found out behind the connection.
    let name = format!("tls_{}", uuid::Uuid::now_v7().simple());
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(&format!("create database {name}")).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
    let own = format!("{}/{name}", url.rsplit_once('/').unwrap().0);
    for query in ["", "?sslmode=prefer", "?sslmode=disable"] {
        assert_eq!(opened(&format!("{own}{query}")).await, Ok(()), "{query}");
    }
}
