//! Process groups: a program and all that it starts, to be ended together.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process_group};

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
