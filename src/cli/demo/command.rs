//! The command: which workspace is driven, and where it lies.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Demo, Given, Script, run};
use crate::cli::args;
use crate::cli::exit::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::new::of_example;
use crate::cli::run::Run;
use crate::plan::example;

/// The example that the demo shows, its script, and the system's name.
const EXAMPLE: &str = "shop";
const SYSTEM: &str = "shop";

/// Run the demo.
pub(in crate::cli) fn demo(cli: &Run, args: &args::Demo) -> Result<Exit, Failure> {
    let script = example(EXAMPLE).into_iter().find(|(path, _)| *path == "demo.json");
    let script = script.map_or("", |(_, text)| text);
    let script = Script::parse(script).map_err(|e| Failure::bug(&e))?;
    let apart = args.apart.then(|| servers(args)).transpose()?;
    let (workspace, system) = match &args.workspace {
        Some(given) => (given.clone(), SYSTEM.to_owned()),
        None => fresh(cli)?,
    };
    let workspace = workspace.canonicalize_utf8().map_err(|e| {
        Failure::new(Exit::System, format!("the workspace {workspace} cannot be read: {e}"))
    })?;
    let interrupted = || interrupt::was_asked();
    let demo = Demo {
        workspace,
        system,
        script,
        apart,
        once: args.once,
        live: cli.ui.terminal.progress,
        interrupted: &interrupted,
    };
    interrupt::without_interruption(|| {
        run(&demo, &mut io::stdout().lock(), &mut io::stderr().lock())
    })
    .map_err(|e| Failure::new(Exit::No, format!("{e:#}")))?;
    Ok(Exit::Done)
}

/// The servers for a demo whose services run apart.
fn servers(args: &args::Demo) -> Result<Given, Failure> {
    let missing = |what: &str, flag: &str, name: &str| {
        let text = format!(
            "the demo needs a {what} when its services run apart: name it with --{flag} or {name}; \
             in a checkout of minos, `scripts/demo apart` brings both servers"
        );
        Failure::new(Exit::Usage, text)
    };
    let postgres = args.postgres.clone();
    let postgres =
        postgres.ok_or_else(|| missing("PostgreSQL", "postgres", "MINOS_DEMO_POSTGRES"))?;
    let kafka = args.kafka.clone();
    let kafka = kafka.ok_or_else(|| missing("Kafka", "kafka", "MINOS_DEMO_KAFKA"))?;
    Ok(Given { postgres, kafka })
}

/// A fresh workspace: below `target` in a folder that cargo builds in, else in `minos-demo`.
fn fresh(cli: &Run) -> Result<(Utf8PathBuf, String), Failure> {
    let in_cargo = Utf8Path::new("Cargo.toml").exists();
    let folder = Utf8Path::new(if in_cargo { "target/demo" } else { "minos-demo" });
    let workspace = folder.join(SYSTEM);
    let trouble = |e: io::Error| Failure::new(Exit::System, e.to_string());
    if workspace.exists() {
        fs_err::remove_dir_all(&workspace).map_err(trouble)?;
    }
    fs_err::create_dir_all(folder).map_err(trouble)?;
    cli.ui.say(&format!("generating {workspace} from the example {EXAMPLE}\n"));
    let system = of_example(cli, EXAMPLE, &workspace)?;
    Ok((workspace, system))
}
