//! The same services on PostgreSQL behave the same.

use crate::lending::Process;
use crate::{commands, contexts, reading};

#[tokio::test(flavor = "multi_thread")]
async fn two_services_with_schemas_of_their_own() {
    let both = Process::both_on_postgres().await;
    contexts::check(&both, &both).await;
    both.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_keep_their_promises() {
    let both = Process::both_on_postgres().await;
    commands::numbers_without_gaps(&both).await;
    both.end().await;
    let both = Process::both_on_postgres().await;
    commands::repeated_key(&both).await;
    both.end().await;
    let both = Process::both_on_postgres().await;
    commands::one_winner_per_version(&both).await;
    both.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_answer_alike() {
    let both = Process::both_on_postgres().await;
    reading::pages(&both).await;
    both.end().await;
    let both = Process::both_on_postgres().await;
    reading::parameters(&both).await;
    both.end().await;
    let both = Process::both_on_postgres().await;
    reading::keys_by_way_of_rows(&both).await;
    both.end().await;
}
