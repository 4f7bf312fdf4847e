//! What every store must do: one suite, run by SQLite and by PostgreSQL.

mod appends;
mod crowd;
mod idempotency;
mod leases;
mod log;
mod opening;
mod queries;
mod readers;
mod sagas;
mod survey;
mod values;
pub mod views;

/// Runs the named behaviours of a file against each store.
macro_rules! conformance {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let db = crate::db::Db::sqlite().await;
                    super::$name(&db).await;
                    db.finish().await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let db = crate::db::Db::postgres().await;
                    super::$name(&db).await;
                    db.finish().await;
                }
            )+
        }
    };
}
pub(crate) use conformance;
