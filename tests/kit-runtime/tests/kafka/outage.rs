//! A broker that is killed, and one that nobody can reach.

use std::sync::Arc;
use std::time::Duration;

use crate::broker::{OwnBroker, System, folder};
use crate::flow::{charged, lend};
use crate::lending::{desk, office};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_killed_in_the_middle_of_the_stream_loses_and_doubles_nothing() {
    let broker = Arc::new(OwnBroker::start());
    let system = System::at(broker.brokers.clone());
    system.provision().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let office = system.service(office::service(), &folder(), &[]).await;
    for borrower in ["ann", "bob"] {
        lend(&desk, borrower, 10).await;
        let broker = broker.clone();
        let crash = tokio::task::spawn_blocking(move || broker.crash());
        lend(&desk, borrower, 50).await;
        crash.await.unwrap();
        lend(&desk, borrower, 10).await;
    }
    charged(&office, "ann", 70).await;
    charged(&office, "bob", 70).await;
}

#[tokio::test]
async fn without_a_broker_commands_work_and_health_tells() {
    let system = System::at("127.0.0.1:9".to_owned());
    let desk = system.service(desk::service(), &folder(), &[]).await;
    lend(&desk, "ann", 3).await;
    let told = |it: &crate::web::Answer| it.json()["components"]["kafka"]["state"] == "degraded";
    let ready = desk.until_within(Duration::from_secs(20), "/ready", told).await;
    assert_eq!(ready.status, 200);
}
