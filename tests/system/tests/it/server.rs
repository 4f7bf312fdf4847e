//! Servers of a test's own, which may crash: PostgreSQL and Kafka, by the scripts that start them.

use std::process::{Command, Stdio};

/// A server that runs until this is dropped.
pub struct Server {
    script: &'static str,
    folder: String,
    /// A URL of PostgreSQL, `host:port` of Kafka.
    pub address: String,
}

impl Server {
    pub fn postgres() -> Self {
        Self::start("postgres")
    }

    pub fn kafka() -> Self {
        Self::start("kafka")
    }

    fn start(script: &'static str) -> Self {
        let told = run(script, &["start"]);
        let (folder, address) = told.trim().split_once('\n').expect("two lines");
        Self { script, folder: folder.to_owned(), address: address.to_owned() }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.script
    }

    /// SIGKILL for all of its processes, and a new start on the same port.
    pub fn crash(&self) {
        run(self.script, &["crash", &self.folder]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        run(self.script, &["stop", &self.folder]);
    }
}

fn run(script: &str, args: &[&str]) -> String {
    let path = format!("{}/../../scripts/{script}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(path).args(args).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "scripts/{script} {args:?}");
    String::from_utf8(output.stdout).unwrap()
}
