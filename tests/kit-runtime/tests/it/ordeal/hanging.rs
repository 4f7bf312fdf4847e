//! A client that hangs with the lock of one shard: whoever needs that shard waits in vain, and everyone else goes on
//! meanwhile, also those who would have gone together with the unlucky ones. The wrong design lets a crowd wait for a
//! lock as long as a single command does.

use crate::db::{Db, events, stream};
use kit_runtime::store::{Expect, Outcome, StoreError};
use tokio_postgres::NoTls;

const CALLERS: usize = 80;
/// What the one expects that goes alone, and needs the lock.
const LONE: Expect = Expect::Any;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_hangs_keeps_only_its_own_shard_waiting() {
    let db = Db::postgres().await;
    let held = stream("s7").shard(db.shards);
    let (mut client, connection) = tokio_postgres::connect(&db.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let transaction = client.transaction().await.unwrap();
    let lock = "select pg_advisory_xact_lock(('kit_event'::regclass::oid::bigint - 2147483648)::integer, $1)";
    transaction.execute(lock, &[&i32::from(held)]).await.unwrap();
    let (sender, mut results) = tokio::sync::mpsc::unbounded_channel();
    let send = |name: String, expect| {
        let (store, sender, shards) = (db.store.clone(), sender.clone(), db.shards);
        tokio::spawn(async move {
            let outcome = store.commit(events(&name, expect, 1)).await;
            sender.send((stream(&name).shard(shards), expect, outcome)).unwrap();
        });
    };
    let lone = (0..).map(|it| format!("r{it}")).find(|it| stream(it).shard(db.shards) == held);
    send(lone.unwrap(), LONE);
    (0..CALLERS).for_each(|it| send(format!("s{it}"), Expect::NoStream));
    let mut others = 0;
    while let Some((shard, expect, outcome)) = results.recv().await {
        match outcome {
            Ok(Outcome::Committed(_)) if shard != held => others += 1,
            Err(StoreError::Busy(_)) if shard == held && expect == LONE => break,
            Err(StoreError::Busy(_)) if shard == held => {}
            other => panic!("shard {shard}, held is {held}: {other:?}"),
        }
    }
    let all = (0..CALLERS).filter(|it| stream(&format!("s{it}")).shard(db.shards) != held).count();
    assert_eq!(others, all, "some waited longer than the one who needs the lock");
    transaction.rollback().await.unwrap();
    db.finish().await;
}
