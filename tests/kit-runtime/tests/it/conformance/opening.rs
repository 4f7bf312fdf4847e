//! Opening a database: what is fixed, whose it is.

use super::conformance;
use crate::db::{Db, events, stream};
use kit_runtime::store::{Expect, Load, Options, StoreError, open};

async fn what_is_fixed_survives_opening_again(db: &Db) {
    db.write(events("a", Expect::NoStream, 1)).await;
    let again = db.again().await;
    assert_eq!(again.meta(), db.store.meta());
    assert_eq!(again.meta().shards, 16, "the shards of the database count, not the wish");
    assert_eq!(again.load(Load::stream(stream("a"))).await.unwrap().version, 1);
    again.ping().await.unwrap();
    again.close().await;
}

async fn the_database_of_another_service_is_refused(db: &Db) {
    let error = open(&db.url, Options::new("other")).await.unwrap_err();
    let expected = StoreError::Foreign { owner: "test".into(), service: "other".into() };
    assert_eq!(error, expected);
}

async fn two_services_that_start_at_once_agree(db: &Db) {
    let opened = tokio::join!(db.again(), db.again(), db.again());
    assert_eq!(opened.0.meta(), opened.1.meta());
    assert_eq!(opened.1.meta(), opened.2.meta());
    for store in [opened.0, opened.1, opened.2] {
        store.close().await;
    }
}

async fn a_closed_store_says_so(db: &Db) {
    let again = db.again().await;
    again.close().await;
    let error = again.commit(events("a", Expect::NoStream, 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let error = again.load(Load::stream(stream("a"))).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

conformance! {
    what_is_fixed_survives_opening_again,
    the_database_of_another_service_is_refused,
    two_services_that_start_at_once_agree,
    a_closed_store_says_so,
}
