//! Topics are made by a command of their own, with the partitions that were asked for.

use kit_runtime::transport::kafka::Topics;

use crate::broker::System;

const ONE: (&str, &str) = ("KAFKA_REPLICAS", "1");

#[tokio::test]
async fn topics_are_made_once_and_another_number_of_partitions_is_refused() {
    let system = System::new();
    let kafka = system.kafka(&[ONE, ("KAFKA_PARTITIONS", "4")]);
    assert_eq!(kafka.provision(&system.plans()).await.unwrap().len(), 3);
    assert_eq!(kafka.provision(&system.plans()).await.unwrap(), Vec::<String>::new());
    let other = system.kafka(&[ONE, ("KAFKA_PARTITIONS", "8")]);
    let error = other.provision(&system.plans()).await.unwrap_err().0;
    let expected =
        format!("topic {} has 4 partitions, and KAFKA_PARTITIONS says 8", system.tools());
    assert!(error.starts_with(&expected), "{error}");
}

#[tokio::test]
async fn the_command_topics_makes_those_of_the_service() {
    let system = System::new();
    let folder = tempfile::tempdir().unwrap();
    let run = |partitions: &str| {
        let mut command = crate::program::command("desk", folder.path());
        command.env("PROBE_SYSTEM", &system.name).arg("topics");
        command.args(["--kafka-brokers", &system.brokers, "--kafka-replicas", "1"]);
        command.args(["--kafka-partitions", partitions]).stderr(std::process::Stdio::piped());
        command.output().unwrap()
    };
    assert!(run("4").status.success());
    assert_eq!(system.count(&system.tools()), 0);
    assert_eq!(system.count(&format!("{}.desk.commands", system.name)), 0);
    let refused = run("2");
    assert!(!refused.status.success());
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("has 4 partitions, and KAFKA_PARTITIONS says 2"), "{text}");
}

#[test]
fn a_topic_that_is_not_there_has_no_partition() {
    assert_eq!(Topics::default().partition("nowhere", 3), None);
}
