//! Process groups: a program and all that it starts, to be ended together.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// The longest time between two looks at what no event reports, which are signals.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// Runs a program in a process group of its own. Ctrl-C in the terminal then does not reach the program; rvenv ends it
/// after noting the signal.
pub(crate) fn in_own_group(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// Asks a program's group to end, as Ctrl-C would.
pub(crate) fn interrupt_group(child: &Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::INT);
}

/// Kills a program's group; the program must not have been waited for.
pub(crate) fn kill_group(child: &mut Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

/// Calls `then` in another thread when a program has ended. The program remains to be waited for, so its process group
/// can still be killed.
pub(crate) fn when_ended(child: &Child, then: impl FnOnce() + Send + 'static) {
    let pid = Pid::from_child(child);
    // Without a thread, who waits looks every now and then.
    let _ = thread::Builder::new().spawn(move || {
        // Fails only where the system itself waits for programs (`SIGCHLD` is ignored), and then when all have ended.
        let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
        then();
    });
}
