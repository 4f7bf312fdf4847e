// Rendered by minos from minos.toml; own code goes into extend.rs of the gateway.
//! Tests of the gateway, with all services behind it in one process.

use kit_runtime::service::App;
use kit_runtime::testing::Probe;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn every_line_of_the_table_is_answered() {
    let app = App::new("toolshare").service(desk::service()).gateway(gateway::table());
    let probe = Probe::start_all(app, &["desk"], FOLDER, "gateway").await;
    probe.answers(&gateway::table().lines()).await;
    probe.end().await;
}
