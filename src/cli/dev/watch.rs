//! Waiting for edits. What the system tells about files is only a hint to look at them.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use notify_debouncer_mini::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};

use super::files::{Files, folders};

/// How long a burst of hints is gathered: editors write a file in several steps.
const GATHER: Duration = Duration::from_millis(80);
/// How often the files are looked at where the system tells nothing.
const LOOK: Duration = Duration::from_secs(1);

/// Watches the files of a project.
pub(super) struct Watch {
    root: Utf8PathBuf,
    hints: Receiver<DebounceEventResult>,
    debouncer: Option<Debouncer<RecommendedWatcher>>,
    watched: BTreeSet<Utf8PathBuf>,
    looked: Instant,
    /// Why the system does not tell about edits.
    pub trouble: Option<String>,
}

impl Watch {
    /// Begin to watch.
    pub fn new(root: &Utf8Path) -> Self {
        let (sender, hints) = channel();
        let made = new_debouncer(GATHER, sender);
        let (debouncer, trouble) = match made {
            Ok(debouncer) => (Some(debouncer), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let (root, looked) = (root.to_owned(), Instant::now());
        let mut watch = Self { root, hints, debouncer, watched: BTreeSet::new(), looked, trouble };
        watch.folders();
        watch
    }

    /// The files now; folders that are new are watched, too.
    pub fn look(&mut self) -> Files {
        self.folders();
        self.looked = Instant::now();
        Files::look(&self.root)
    }

    /// Wait for a hint, at most `patience`; whether the files should be looked at.
    pub fn hinted(&mut self, patience: Duration) -> bool {
        let hinted = match self.hints.recv_timeout(patience) {
            Ok(_) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(patience);
                false
            }
        };
        while self.hints.try_recv().is_ok() {}
        hinted || (self.trouble.is_some() && self.looked.elapsed() >= LOOK)
    }

    /// The folder itself and everything below its folders; build folders are left out, since they
    /// change all the time.
    fn folders(&mut self) {
        let Some(debouncer) = &mut self.debouncer else { return };
        let top = (self.root.clone(), RecursiveMode::NonRecursive);
        let below = folders(&self.root).into_iter().map(|it| (it, RecursiveMode::Recursive));
        let wanted: Vec<_> = std::iter::once(top).chain(below).collect();
        self.watched.retain(|path| wanted.iter().any(|(it, _)| it == path));
        for (path, mode) in wanted {
            if self.watched.contains(&path) {
                continue;
            }
            match debouncer.watcher().watch(path.as_std_path(), mode) {
                Ok(()) => drop(self.watched.insert(path)),
                Err(error) => self.trouble = Some(error.to_string()),
            }
        }
    }
}
