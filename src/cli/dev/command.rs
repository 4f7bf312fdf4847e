//! The loop: wait for an edit, go through the stages, start what came out.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::cargo::{Built, Cargo, Ended, Told};
use super::files::Files;
use super::program::{Place, Program, Started, free_port};
use super::say::{Progress, Say};
use super::watch::Watch;
use crate::cli::args::{self, Sync};
use crate::cli::exit::{Exit, Failure};
use crate::cli::format::Format;
use crate::cli::generate::Scope;
use crate::cli::run::{Run, show};
use crate::cli::spine::{self, Domain};
use crate::cli::{interrupt, project, sync};

const TICK: Duration = Duration::from_millis(50);

/// Run the command.
pub(in crate::cli) fn dev(cli: &Run, args: &args::Dev) -> Result<Exit, Failure> {
    let format = if cli.format.is_json() { Format::JsonLines } else { cli.format };
    let run = Run { global: cli.global.clone(), format, ui: cli.ui, settings: Vec::new() };
    let root = project::find(&run, args.path.as_deref())?;
    let port = free_port(args.port).ok_or_else(|| taken(args.port))?;
    interrupt::without_interruption(|| {
        let place = Place { root: root.clone(), port, talks: run.global.verbose > 0 };
        let mut dev = Dev {
            run: &run,
            say: Say { run: &run },
            args,
            place,
            watch: Watch::new(&root),
            seen: Files::default(),
            untested: None,
            program: None,
            copies: BTreeSet::new(),
        };
        let exit = dev.go();
        dev.end();
        exit
    })
}

fn taken(port: u16) -> Failure {
    Failure::new(Exit::Refused, format!("port {port} of this machine is taken"))
        .hint("end whatever answers there, or take another: minos dev --port 0")
}

/// How a round ended.
#[derive(Debug, PartialEq, Eq)]
enum Round {
    /// The system runs as the files say.
    Done,
    /// Something is wrong; it was shown.
    Failed,
    /// An edit came meanwhile.
    Overtaken,
}

struct Dev<'a> {
    run: &'a Run,
    say: Say<'a>,
    args: &'a args::Dev,
    place: Place,
    watch: Watch,
    /// The files of the round that runs, or of the last one.
    seen: Files,
    /// The packages whose tests must run; all before the first time.
    untested: Option<BTreeSet<String>>,
    program: Option<Program>,
    /// The copies of programs that were made.
    copies: BTreeSet<Utf8PathBuf>,
}

impl Dev<'_> {
    fn go(&mut self) -> Result<Exit, Failure> {
        if let Some(why) = &self.watch.trouble {
            self.say.looks(why);
        }
        loop {
            let round = self.round()?;
            if interrupt::was_asked() {
                return Ok(Exit::Interrupted);
            }
            match round {
                Round::Overtaken => {
                    // The hint was used up; what it was about is still to be done.
                    self.look();
                    continue;
                }
                Round::Done if self.args.once => return Ok(Exit::Done),
                Round::Failed if self.args.once => return Ok(Exit::No),
                Round::Done | Round::Failed => self.say.waits(),
            }
            while !(self.watch.hinted(TICK) && self.look()) {
                if interrupt::was_asked() {
                    return Ok(Exit::Interrupted);
                }
                if let Some(how) = self.program.as_mut().and_then(Program::ended) {
                    self.program = None;
                    self.say.ended_by_itself(&how);
                }
            }
        }
    }

    /// Look at the files; whether there was an edit.
    fn look(&mut self) -> bool {
        let now = self.watch.look();
        let paths = now.differ(&self.seen);
        if paths.is_empty() {
            return false;
        }
        self.say.edited(&paths);
        true
    }

    /// All stages, as far as they go.
    fn round(&mut self) -> Result<Round, Failure> {
        let before = self.watch.look();
        let Some(system) = self.sync() else {
            self.seen = before;
            return Ok(self.failed("sync", &[]));
        };
        self.seen = self.watch.look();
        if self.seen.domain() != before.domain() {
            return Ok(Round::Overtaken);
        }
        let built = match self.build(&system)? {
            Ok(built) => built,
            Err(round) => return Ok(round),
        };
        if !self.args.no_test
            && let Some(round) = self.test()?
        {
            return Ok(round);
        }
        self.start(&built)
    }

    /// Bring the files in line; gives the name of the system, or nothing when something was shown.
    fn sync(&self) -> Option<String> {
        let args = Sync::of(self.place.root.clone());
        match sync::sync_in(self.run, &args, &Scope::Dev) {
            Ok(Exit::Done | Exit::Pending) => {}
            Ok(_) => return None,
            Err(failure) => {
                show(self.run, &failure);
                return None;
            }
        }
        let domain = Domain::of_project(&self.place.root).ok()?;
        spine::check(&domain).model.map(|model| model.system)
    }

    fn build(&mut self, system: &str) -> Result<Result<Built, Round>, Failure> {
        let since = Instant::now();
        let (ended, lines) =
            self.stage("building", |cargo, tell, stop| cargo.build(system, tell, stop))?;
        Ok(match ended {
            Ended::Well(built) => {
                self.say.warned(&lines);
                if !built.fresh {
                    self.say.ended("build", "built", since.elapsed());
                }
                Ok(built)
            }
            Ended::Badly => Err(self.failed("build", &lines)),
            Ended::Unwanted => Err(Round::Overtaken),
        })
    }

    /// Nothing when the tests passed.
    fn test(&mut self) -> Result<Option<Round>, Failure> {
        let since = Instant::now();
        let (ended, lines) =
            self.stage("testing", |cargo, tell, stop| cargo.build_tests(tell, stop))?;
        let new = match ended {
            Ended::Well(new) => new,
            Ended::Badly => return Ok(Some(self.failed("test", &lines))),
            Ended::Unwanted => return Ok(Some(Round::Overtaken)),
        };
        let first = self.untested.is_none();
        let untested = self.untested.get_or_insert_default();
        untested.extend(new);
        if untested.is_empty() && !first {
            return Ok(None);
        }
        let all = BTreeSet::new();
        let packages = if first { all } else { untested.clone() };
        let (ended, lines) =
            self.stage("", |cargo, tell, stop| cargo.test(&packages, tell, stop))?;
        match ended {
            Ended::Well(()) => {
                self.untested = Some(BTreeSet::new());
                self.say.ended("test", "tests passed", since.elapsed());
                Ok(None)
            }
            Ended::Badly => {
                // All of them once more, unless it is known which are left.
                self.untested = if first { None } else { self.untested.take() };
                Ok(Some(self.failed("test", &lines)))
            }
            Ended::Unwanted => {
                self.untested = if first { None } else { self.untested.take() };
                Ok(Some(Round::Overtaken))
            }
        }
    }

    /// Run cargo, as long as nobody edits; gives how it ended and the lines worth seeing.
    fn stage<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(
            &Cargo<'_>,
            &mut dyn FnMut(Told),
            &mut dyn FnMut() -> bool,
        ) -> io::Result<Ended<T>>,
    ) -> Result<(Ended<T>, Vec<String>), Failure> {
        if !name.is_empty() {
            self.say.begins(name);
        }
        let mut progress = Progress::new(self.run);
        let mut lines = Vec::new();
        let cargo = Cargo { root: &self.place.root, colour: self.run.ui.terminal.err_colour };
        let mut tell = |told| match told {
            Told::Compiling(name) => progress.show(&name),
            Told::Line(line) => lines.push(line),
        };
        let (watch, seen) = (&mut self.watch, &self.seen);
        let mut stop = || unwanted(watch, seen);
        let ended = work(&cargo, &mut tell, &mut stop).map_err(|error| {
            Failure::new(Exit::System, format!("cargo does not run: {error}"))
                .hint("see what is missing: minos doctor")
        })?;
        drop(progress);
        Ok((ended, lines))
    }

    /// Replace the running system by the one that was built.
    fn start(&mut self, built: &Built) -> Result<Round, Failure> {
        if built.fresh && self.program.as_mut().is_some_and(|it| it.ended().is_none()) {
            self.say.same(&self.place.url());
            return Ok(Round::Done);
        }
        let old = self.program.take().map(Program::stop);
        let copy = self.copy_of(&built.binary, old.as_deref());
        let mut program = Program::start(&built.binary, copy, &self.place)?;
        let (watch, seen) = (&mut self.watch, &self.seen);
        match program.ready(&self.place, || unwanted(watch, seen)) {
            Started::Ready => {
                self.program = Some(program);
                self.say.runs(&self.place.url());
                Ok(Round::Done)
            }
            Started::Unwanted => {
                self.program = Some(program);
                Ok(Round::Overtaken)
            }
            Started::Failed(how) => {
                drop(program);
                if let Some(old) = old {
                    let mut old = Program::again(old, &self.place)?;
                    if old.ready(&self.place, interrupt::was_asked) == Started::Ready {
                        self.program = Some(old);
                    }
                }
                Ok(self.failed("start", &[how]))
            }
        }
    }

    /// Where the program that is started now is kept: beside what cargo makes, and not over the one
    /// to go back to.
    fn copy_of(&mut self, built: &Utf8Path, old: Option<&Utf8Path>) -> Utf8PathBuf {
        let name = built.file_name().unwrap_or("system");
        let names = ["a", "b"].map(|it| built.with_file_name(format!("{name}.dev-{it}")));
        let [first, second] = names;
        let copy = if old == Some(&*first) { second } else { first };
        self.copies.insert(copy.clone());
        copy
    }

    fn failed(&mut self, stage: &str, lines: &[String]) -> Round {
        let runs = self.program.as_mut().is_some_and(|it| it.ended().is_none());
        self.say.failed(stage, lines, runs);
        Round::Failed
    }

    /// End what was started, and leave nothing behind.
    fn end(&mut self) {
        if let Some(program) = self.program.take() {
            program.stop();
            self.say.stopped();
        }
        for copy in &self.copies {
            let _ = std::fs::remove_file(copy);
        }
    }
}

/// Whether what is being done is for nothing: the user wants to end, or edited something.
fn unwanted(watch: &mut Watch, seen: &Files) -> bool {
    if interrupt::was_asked() {
        return true;
    }
    watch.hinted(Duration::ZERO) && watch.look() != *seen
}
