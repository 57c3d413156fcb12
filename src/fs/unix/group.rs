//! Programs that are started with all that they start, to be ended together.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process_group};

/// Makes a program the first of a group of its own. What the terminal sends to ours (Ctrl-C) does not reach it then: it
/// is ended when we have noted that.
pub(crate) fn in_own_group(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// Asks a group to end, as Ctrl-C would.
pub(crate) fn interrupt_group(child: &Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::INT);
}

/// Ends a group, whose first has not been waited for.
pub(crate) fn kill_group(child: &mut Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}
