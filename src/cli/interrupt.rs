//! Ctrl-C. While a run thinks, it ends at once. Once it has begun to write, it finishes, so that
//! nothing is left half done; a second Ctrl-C ends that as well, and the next run repairs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::exit::Exit;

static AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));
static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(false)));

/// Listen from now on.
pub(super) fn listen() {
    let code = i32::from(Exit::Interrupted.code());
    for signal in [SIGINT, SIGTERM] {
        // In this order: the second signal sees what the first one left.
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&AT_ONCE));
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&ASKED));
        let _ = flag::register(signal, Arc::clone(&ASKED));
    }
}

/// Do something that should not stop half way.
pub(super) fn without_interruption<T>(work: impl FnOnce() -> T) -> T {
    AT_ONCE.store(false, Ordering::SeqCst);
    work()
}

/// Whether Ctrl-C was pressed while it could not be answered at once.
pub(super) fn was_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
