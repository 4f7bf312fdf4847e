//! A new database begins with the seed.

use kit_runtime::service::App;
use kit_runtime::testing::Probe;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn a_new_database_begins_with_the_seed() {
    let file = format!("{FOLDER}/seed.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{file}{suffix}"));
    }
    let app = App::new("seams").service(desk::service());
    let settings = [("DESK_DATABASE_URL", file.as_str()), ("DEV", "1")];
    let probe = Probe::start_with(app, &settings).await;
    let filled = probe.get_until("/drawers/screws", |body| body["pieces"] == 40).await;
    assert_eq!(filled.text("label"), "Screws");
    let _ = probe.get_until("/tickets/1", |body| body["text"] == "tidy up").await;
    probe.end().await;
}
