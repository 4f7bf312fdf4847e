//! The running system: all in one process, or each service and the gateway alone, on free ports of loopback.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::process::{Process, TICK, last_lines, prepared};
use super::servers::Servers;

/// How long a system may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A started system; the process where all of it is reached is the last.
pub struct System {
    processes: Vec<Process>,
}

/// Programs of a workspace: where they lie, and where they run.
pub struct Programs<'a> {
    /// The folder of the built programs.
    pub built: &'a Utf8Path,
    /// The workspace.
    pub workspace: &'a Utf8Path,
    /// The name of the system, with which the names of its programs begin.
    pub system: &'a str,
}

impl Programs<'_> {
    /// The contexts, by the folders of their services.
    pub fn contexts(&self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.workspace.join("services").read_dir_utf8().context("the services")? {
            let entry = entry?;
            // The gateway has no domain.
            if entry.path().join("domain").is_dir() {
                names.push(entry.file_name().to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn log(&self, name: &str) -> Utf8PathBuf {
        self.workspace.join(".data").join(format!("{name}.log"))
    }

    fn start(
        &self,
        name: &str,
        program: &str,
        port: u16,
        settings: &[(String, String)],
    ) -> anyhow::Result<Process> {
        let log = self.log(name);
        let program = prepared(&self.built.join(program), self.workspace, settings, &log)?;
        Process::start(name, program, port, log)
    }
}

impl System {
    /// Everything in one process, on SQLite files.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn in_one(programs: &Programs) -> anyhow::Result<Self> {
        let (port, name) = (ports(1)?.remove(0), programs.system);
        Ok(Self { processes: vec![programs.start(name, name, port, &[])?] })
    }

    /// Each service and the gateway alone, on these servers.
    ///
    /// # Errors
    /// A database or a topic cannot be made, or a program cannot be started.
    pub fn apart(
        programs: &Programs,
        contexts: &[String],
        servers: &Servers,
    ) -> anyhow::Result<Self> {
        let ports = ports(contexts.len() + 1)?;
        let (entrance, ports) = ports.split_first().context("a port for the gateway")?;
        let ports: BTreeMap<&String, u16> = contexts.iter().zip(ports.iter().copied()).collect();
        let address = |(name, port): (&&String, &u16)| {
            (
                format!("{}_URL", name.to_uppercase().replace('-', "_")),
                format!("http://127.0.0.1:{port}"),
            )
        };
        let addresses: Vec<_> = ports.iter().map(address).collect();
        let mut system = Self { processes: Vec::new() };
        for (context, port) in ports {
            let mut settings = addresses.clone();
            settings.extend(servers.settings(context));
            let program = format!("{}-{context}", programs.system);
            make_topics(programs, context, &program, &settings)?;
            system.processes.push(programs.start(context, &program, port, &settings)?);
        }
        let program = format!("{}-gateway", programs.system);
        system.processes.push(programs.start("gateway", &program, *entrance, &addresses)?);
        Ok(system)
    }

    /// The address of the whole system.
    pub fn url(&self) -> &str {
        self.processes.last().map_or("", Process::url)
    }

    /// Whether all processes still run; an error that shows the end of a log if not.
    pub fn alive(&mut self) -> anyhow::Result<()> {
        self.processes.iter_mut().try_for_each(Process::alive)
    }

    /// Wait until all processes say that they are ready.
    pub fn wait_until_ready(&mut self, interrupted: &dyn Fn() -> bool) -> anyhow::Result<()> {
        let end = Instant::now() + READY_WITHIN;
        self.processes.iter_mut().try_for_each(|it| it.wait_until_ready(end, interrupted))
    }

    /// Until the user stops it or a process ends by itself.
    pub fn wait_for_end(&mut self, interrupted: &dyn Fn() -> bool) -> anyhow::Result<()> {
        while !interrupted() {
            self.alive()?;
            sleep(TICK);
        }
        Ok(())
    }
}

/// All are asked to stop, and ended when they do not.
impl Drop for System {
    fn drop(&mut self) {
        self.processes.iter().for_each(Process::ask_to_stop);
        self.processes.drain(..).for_each(Process::end);
    }
}

/// `SERVICE topics`.
fn make_topics(
    programs: &Programs,
    context: &str,
    program: &str,
    settings: &[(String, String)],
) -> anyhow::Result<()> {
    let log = programs.log(context);
    let mut command = prepared(&programs.built.join(program), programs.workspace, settings, &log)?;
    let status = command.arg("topics").status().with_context(|| format!("starting {program}"))?;
    if !status.success() {
        bail!("{program} could not make its topics:\n{}", last_lines(&log));
    }
    Ok(())
}

/// So many ports of loopback that are free now, the first of them 8000 when it can be had.
fn ports(count: usize) -> anyhow::Result<Vec<u16>> {
    let mut held = Vec::new();
    for place in 0..count {
        let wanted = if place == 0 { 8000 } else { 0 };
        let listener = TcpListener::bind(("127.0.0.1", wanted))
            .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
            .context("looking for a free port")?;
        held.push(listener);
    }
    let port = |it: TcpListener| Ok(it.local_addr().context("looking for a free port")?.port());
    held.into_iter().map(port).collect()
}
