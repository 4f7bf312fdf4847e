//! What can be typed.

use camino::Utf8PathBuf;
use clap::builder::BoolishValueParser;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use super::add::Add;
use super::completions::{Names, complete};
use super::format::Format;
use super::items::KINDS;

pub(super) const TEMPLATE: &str =
    "{about}\n\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

pub(super) const END: &str = "\
Docs: docs/domain-reference.md, docs/cli.md, `minos help exit-codes`
Problems and ideas: the issue tracker that README.md names";

const EXAMPLES: &str = "\
Examples:
  minos new project library --example lending    a new system in ./library
  minos sync                                     after each edit of the domain";

/// From a domain description in TOML to a complete, running, event-driven Rust system
#[derive(Debug, Parser)]
#[command(name = "minos", version, before_help = EXAMPLES, after_help = END, help_template = TEMPLATE)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
#[command(max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Flags that every command knows.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Flags of every command")]
pub(super) struct Global {
    /// Start in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) folder: Option<Utf8PathBuf>,
    /// The project's folder, instead of looking upwards for minos.toml
    #[arg(long, value_name = "DIR", global = true, env = "MINOS_PROJECT")]
    pub(super) project: Option<Utf8PathBuf>,
    /// The form of the answer
    #[arg(long, value_name = "FORM", global = true, env = "MINOS_FORMAT", default_value = "human")]
    pub(super) format: Format,
    /// Short for `--format json`
    #[arg(long, global = true, conflicts_with = "format")]
    pub(super) json: bool,
    /// Only errors, and answers whose form was asked for
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more; twice for all
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Colours
    #[arg(long, value_name = "WHEN", global = true, env = "MINOS_COLOR", default_value = "auto")]
    pub(super) color: When,
    /// No progress lines
    #[arg(long, global = true, env = "MINOS_NO_PROGRESS", value_parser = BoolishValueParser::new())]
    pub(super) no_progress: bool,
    /// Never ask
    #[arg(long, global = true, env = "MINOS_PROMPT_DISABLED", value_parser = BoolishValueParser::new())]
    pub(super) no_input: bool,
    /// Answer each question with its default
    #[arg(short, long, global = true)]
    pub(super) yes: bool,
}

impl Global {
    pub(super) fn answer_format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make something new
    #[command(subcommand, before_help = "Examples:\n  minos new project library --example lending\n  minos new project shop --domain ../shop.toml\n", after_help = END, help_template = TEMPLATE)]
    New(New),
    /// Say what is wrong with the domain
    #[command(before_help = "Examples:\n  minos check\n  minos check minos.toml --format json\n  cat minos.toml | minos check -\n", after_help = END, help_template = TEMPLATE)]
    Check(Check),
    /// Explain a code such as MN004
    #[command(before_help = "Examples:\n  minos explain MN004\n", after_help = END, help_template = TEMPLATE)]
    Explain(Explain),
    /// Show one stage of the work
    #[command(before_help = "Examples:\n  minos inspect plan\n  minos inspect model --format json\n", after_help = END, help_template = TEMPLATE)]
    Inspect(Inspect),
    /// Bring the generated files in line with the domain
    #[command(before_help = "Examples:\n  minos sync\n  minos sync ../library\n  minos sync --diff\n  minos sync --check     in CI\n", after_help = END, help_template = TEMPLATE)]
    Sync(Sync),
    /// Add an item to the domain, and bring the generated files in line
    #[command(subcommand, before_help = "Examples:\n  minos add aggregate ordering.Order 'total: decimal(2, 0..)'\n  minos add command ordering.Order.CancelOrder 'reason: string(1..200)'\n  minos add view OrderList --diff\n", after_help = END, help_template = TEMPLATE)]
    Add(Add),
    /// Bring the files of one target in line with the domain, and no others
    #[command(before_help = "Examples:\n  minos gen k8s\n  minos gen docker --diff\n", after_help = END, help_template = TEMPLATE)]
    Gen(Gen),
    /// Look at the machine and the project: what is missing, stale or half done, and the way out
    #[command(before_help = "Examples:\n  minos doctor\n  minos doctor --json\n", after_help = END, help_template = TEMPLATE)]
    Doctor,
    /// Generate, build, start and drive a web shop of seven services
    #[command(before_help = "Examples:\n  minos demo             until Ctrl-C\n  minos demo --once\n  minos demo --apart --postgres postgres://localhost/postgres --kafka localhost:9092\n", after_help = END, help_template = TEMPLATE)]
    Demo(Demo),
    /// Build, test and start the system again after each edit
    #[command(before_help = "Examples:\n  minos dev              until Ctrl-C\n  minos dev --port 0\n  minos dev --once       in CI\n", after_help = END, help_template = TEMPLATE)]
    Dev(Dev),
    /// What the domain declares, with its places
    #[command(before_help = "Examples:\n  minos list\n  minos list event --json\n", after_help = END, help_template = TEMPLATE)]
    List(List),
    /// Settings of minos on this machine
    #[command(subcommand, before_help = "Examples:\n  minos config show --origin\n", after_help = END, help_template = TEMPLATE)]
    Config(Config),
    /// What several programs wrote, as one story in the order of time
    #[command(before_help = "Examples:\n  minos logs\n  minos logs .data --id 01a20f17-4b1c-706d-9df7-ca3fe9838d0c\n  docker compose logs | minos logs -\n", after_help = END, help_template = TEMPLATE)]
    Logs(Logs),
    /// Lay out the domain files, comments kept
    #[command(before_help = "Examples:\n  minos fmt\n  minos fmt --check      in CI\n  minos fmt - < minos.toml\n", after_help = END, help_template = TEMPLATE)]
    Fmt(Fmt),
    /// The script that completes words in a shell, names of the domain among them
    #[command(before_help = "Examples:\n  minos completions bash > ~/.local/share/bash-completion/completions/minos\n  minos completions fish > ~/.config/fish/completions/minos.fish\n", after_help = END, help_template = TEMPLATE)]
    Completions(Completions),
    /// Manual pages
    #[command(before_help = "Examples:\n  minos man sync | man -l -\n  minos man --out share/man/man1\n", after_help = END, help_template = TEMPLATE)]
    Man(Man),
    /// Help on a command or a topic
    #[command(before_help = "Examples:\n  minos help sync\n  minos help exit-codes\n", after_help = END, help_template = TEMPLATE)]
    Help(Help),
}

#[derive(Debug, Subcommand)]
pub(super) enum New {
    /// A whole system in a folder of its own
    #[command(before_help = "Examples:\n  minos new project library --example lending\n  minos new project shop --domain ../shop.toml\n  cat shop.toml | minos new project shop --domain -\n", after_help = END, help_template = TEMPLATE)]
    Project(NewProject),
}

#[derive(Debug, Args)]
pub(super) struct NewProject {
    /// The folder to make
    #[arg(value_name = "NAME")]
    pub(super) name: Utf8PathBuf,
    /// The domain: a file, a folder with minos.toml, or `-` for standard input
    #[arg(long, value_name = "FILE|DIR|-", conflicts_with = "example")]
    pub(super) domain: Option<Utf8PathBuf>,
    /// Start from an example
    #[arg(long, value_name = "NAME", add = complete(Names::Examples))]
    pub(super) example: Option<String>,
    /// Show what would be made, make nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// End after the table
    #[arg(long)]
    pub(super) once: bool,
    /// Each service and the gateway as a process of its own, on PostgreSQL and Kafka
    #[arg(long)]
    pub(super) apart: bool,
    /// The PostgreSQL of `--apart`: a URL whose user may make databases
    #[arg(long, value_name = "URL", env = "MINOS_DEMO_POSTGRES", hide_env_values = true)]
    pub(super) postgres: Option<String>,
    /// The Kafka of `--apart`
    #[arg(long, value_name = "HOST:PORT", env = "MINOS_DEMO_KAFKA")]
    pub(super) kafka: Option<String>,
    /// Drive this workspace instead of a fresh one; it must be one of the demo's example
    #[arg(long, value_name = "DIR")]
    pub(super) workspace: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Dev {
    /// The project's folder, or its minos.toml
    #[arg(value_name = "PATH")]
    pub(super) path: Option<Utf8PathBuf>,
    /// Where the system answers on this machine; 0 for any port that is free
    #[arg(long, value_name = "PORT", env = "MINOS_PORT", default_value_t = 8000)]
    pub(super) port: u16,
    /// Start it without running its tests
    #[arg(long)]
    pub(super) no_test: bool,
    /// One time through, then stop it; exit 1 if something fails
    #[arg(long)]
    pub(super) once: bool,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// A domain file, a folder with minos.toml, or `-` for standard input
    #[arg(value_name = "PATH")]
    pub(super) path: Option<Utf8PathBuf>,
    /// Make warnings count as errors
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    pub(super) deny: Option<String>,
    /// Show advice as well
    #[arg(long)]
    pub(super) advise: bool,
    /// Show at most so many findings
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(super) max_diagnostics: usize,
    /// Write the answer in the chosen form to this file, and show it to people here
    #[arg(long, value_name = "PATH")]
    pub(super) reporter_file: Option<Utf8PathBuf>,
}

impl Check {
    /// Every finding of the domain that stops a command, as people see them.
    pub(super) fn plain() -> Self {
        Self { path: None, deny: None, advise: false, max_diagnostics: 50, reporter_file: None }
    }
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The code
    #[arg(value_name = "CODE", add = complete(Names::Codes))]
    pub(super) code: String,
}

#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// The stage
    #[arg(value_name = "STAGE")]
    pub(super) stage: Stage,
    /// The project's folder, or its minos.toml
    #[arg(value_name = "PATH")]
    pub(super) path: Option<Utf8PathBuf>,
}

/// A stage of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Stage {
    /// The domain files as they were read
    Ast,
    /// What they mean
    Model,
    /// The files that follow from it
    Plan,
    /// What the templates are given
    View,
}

#[derive(Debug, Args)]
pub(super) struct Sync {
    /// The project's folder, or its minos.toml
    #[arg(value_name = "PATH")]
    pub(super) path: Option<Utf8PathBuf>,
    /// Write nothing; exit 1 if something would change or was edited
    #[arg(long, group = "mode")]
    pub(super) check: bool,
    /// Show what would be done, write nothing
    #[arg(long, group = "mode")]
    pub(super) dry_run: bool,
    /// Show the changes as a unified diff, write nothing
    #[arg(long, group = "mode")]
    pub(super) diff: bool,
    /// Also write over files whose changes are not committed; copies go to .minos/rescue
    #[arg(long)]
    pub(super) allow_dirty: bool,
    /// Fail when what .minos pins (names on the wire, ports, digests) would change
    #[arg(long)]
    pub(super) locked: bool,
}

impl Sync {
    /// The project in this folder, everything, written.
    pub(super) fn of(root: Utf8PathBuf) -> Self {
        Self {
            path: Some(root),
            check: false,
            dry_run: false,
            diff: false,
            allow_dirty: false,
            locked: false,
        }
    }
}

// How a command writes. No doc comment: it would become the help of each command that takes it.
#[derive(Debug, Clone, Args)]
pub(super) struct Writes {
    /// Show what would be done, write nothing
    #[arg(long, group = "mode")]
    pub(super) dry_run: bool,
    /// Show the changes as a unified diff, write nothing
    #[arg(long, group = "mode")]
    pub(super) diff: bool,
    /// Also write over files whose changes are not committed; copies go to .minos/rescue
    #[arg(long)]
    pub(super) allow_dirty: bool,
}

#[derive(Debug, Args)]
pub(super) struct Gen {
    /// Which files
    #[arg(value_name = "TARGET")]
    pub(super) target: GenTarget,
    #[command(flatten)]
    pub(super) how: Sync,
}

/// Files that can be asked for alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GenTarget {
    /// Dockerfile and .dockerignore
    Docker,
    /// compose.yaml
    Compose,
    /// Manifests for Kubernetes in deploy/k8s
    K8s,
    /// The document of the gateway's paths, contracts/openapi.json
    Openapi,
}

#[derive(Debug, Args)]
pub(super) struct Fmt {
    /// Domain files, folders with minos.toml, or `-` from standard input to standard output;
    /// default: those of the project
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,
    /// Write nothing; exit 1 if a file would change
    #[arg(long, group = "mode")]
    pub(super) check: bool,
    /// Show what would be done, write nothing
    #[arg(long, group = "mode")]
    pub(super) dry_run: bool,
    /// Show the changes as a unified diff, write nothing
    #[arg(long, group = "mode")]
    pub(super) diff: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only items of this kind
    #[arg(value_name = "KIND", value_parser = KINDS)]
    pub(super) kind: Option<String>,
    /// The project's folder, or its minos.toml
    #[arg(value_name = "PATH")]
    pub(super) path: Option<Utf8PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Which settings are in force
    #[command(before_help = "Examples:\n  minos config show\n  minos config show --origin\n  minos config show --json\n", after_help = END, help_template = TEMPLATE)]
    Show(ConfigShow),
}

#[derive(Debug, Args)]
pub(super) struct ConfigShow {
    /// Also where each comes from: a flag, a variable, a file, or the default
    #[arg(long)]
    pub(super) origin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Logs {
    /// Log files, folders with files that end in .log, or `-` for standard input; default: .data of the project
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<Utf8PathBuf>,
    /// Only the lines of this conversation: the id that the answer to a request has in `x-correlation-id`
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: Shell,
}

/// Shells that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// For bash 4.4 and newer
    Bash,
    /// For zsh
    Zsh,
    /// For fish
    Fish,
    /// For PowerShell
    Powershell,
    /// For elvish
    Elvish,
    /// For nushell: commands and flags only
    Nushell,
}

impl Shell {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
            Self::Nushell => "nushell",
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The command; without it the page of minos
    #[arg(value_name = "COMMAND")]
    pub(super) command: Vec<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(super) out: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Help {
    /// A command, or `exit-codes`, `environment`, `formats`
    #[arg(value_name = "COMMAND|TOPIC")]
    pub(super) topic: Vec<String>,
}

/// The whole command line, for help pages and for tests over all of it.
#[must_use]
pub fn command_line() -> clap::Command {
    Cli::command()
}
