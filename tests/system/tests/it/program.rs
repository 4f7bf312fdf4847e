//! A program of the generated workspace as a process: its address, its log, its end.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::http::{ask, within};

/// How long anything may take that should happen by itself.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Look again and again until there is something; says `what` was not there in time.
pub fn until<T>(what: &str, look: impl FnMut() -> Result<T, String>) -> T {
    within(PATIENCE, what, look)
}

/// Where the programs are.
pub fn programs() -> PathBuf {
    let folder = std::env::var_os("MINOS_SYSTEM_PROGRAMS");
    folder
        .map(PathBuf::from)
        .expect("run `scripts/system`, which makes the programs and names their folder")
}

/// An address of this machine that nobody has. Below the ports that connections are given, so that a program which is
/// down for a moment finds its own free again.
pub fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 9_000).expect("below 9,000");
    loop {
        let port = 21_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 9_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

/// What a process is started with.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// What it is called in the system: `ordering`, `gateway`.
    pub name: String,
    pub program: String,
    pub address: String,
    pub settings: Vec<(String, String)>,
}

/// A process, running or not.
pub struct Program {
    pub recipe: Recipe,
    folder: PathBuf,
    /// What runs of it.
    pub child: Option<Child>,
}

impl Program {
    pub fn new(recipe: Recipe, folder: &Path) -> Self {
        Self { recipe, folder: folder.to_owned(), child: None }
    }

    /// What must be done once before anything is started, such as `topics`; several do it at the same time.
    pub fn prepare(&self, word: &str) -> Preparation<'_> {
        let child = self.command().arg(word).spawn().unwrap();
        Preparation { program: self, child }
    }

    pub fn start(&mut self) {
        self.child = Some(self.command().args(["serve", "--dev"]).spawn().unwrap());
    }

    fn command(&self) -> Command {
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let mut command = Command::new(programs().join(&self.recipe.program));
        command.env_clear().env("HTTP_ADDR", &self.recipe.address).current_dir(&self.folder);
        command.envs(self.recipe.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command
    }

    /// Start it when it does not run.
    pub fn start_again(&mut self) {
        if self.child.is_none() {
            self.start();
        }
    }

    /// Start it again when it has ended by itself, as Compose and Kubernetes do; a service that finds no database at its
    /// start ends with an error.
    pub fn supervise(&mut self) {
        let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
        if ended.is_some() {
            self.start();
        }
    }

    /// Wait until it can do its work.
    pub fn ready(&mut self) {
        let name = self.recipe.name.clone();
        until(&format!("{name} is ready"), || {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().unwrap()) {
                panic!("{name} ended with {status}: {}", self.log());
            }
            match ask(&self.recipe.address, "GET /ready", &[], &Value::Null) {
                Some(answer) if answer.status == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
    }

    /// Whether it can do its work now.
    pub fn is_ready(&self) -> bool {
        let answer = ask(&self.recipe.address, "GET /ready", &[], &Value::Null);
        answer.is_some_and(|it| it.status == 200)
    }

    /// SIGKILL, at once.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// SIGTERM, and wait for the end.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        signal(child.id(), "TERM");
        until(&format!("{} has ended", self.recipe.name), || {
            child.try_wait().unwrap().ok_or_else(|| "it runs".to_owned())
        });
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.recipe.name))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if let (true, Some(folder)) =
            (std::thread::panicking(), std::env::var_os("MINOS_SYSTEM_LOGS"))
        {
            let _ = std::fs::create_dir_all(&folder);
            let _ = std::fs::copy(
                self.log_path(),
                Path::new(&folder).join(format!("{}.log", self.recipe.name)),
            );
        }
    }
}

/// A command of a program that ends by itself.
#[must_use = "it must be waited for"]
pub struct Preparation<'a> {
    program: &'a Program,
    child: Child,
}

impl Preparation<'_> {
    /// Wait for its end, which must be a good one.
    pub fn done(mut self) {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{}: {}", self.program.recipe.name, self.program.log());
    }
}

/// Send a signal to one process.
pub fn signal(id: u32, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &id.to_string()]).status().unwrap().success());
}
