//! Plans as text, shown by `RVENV_LOG=debug` and compared by the golden tests.

use std::fmt;

use crate::facts::RelPath;

use super::{Mode, OnExisting, Plan, Step};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "environment {}", self.env_dir.text)?;
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))
    }
}

impl fmt::Display for Step {
    /// Writes one line for each step, followed by the contents of a short file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckCopy { source, .. } => writeln!(f, "check   a copy of {source} starts"),
            Self::Remove { path } => writeln!(f, "remove  {path}"),
            Self::Clear => writeln!(f, "clear"),
            Self::CreateDir { path } => writeln!(f, "create  {path}/"),
            Self::Symlink { path, target, existing } => writeln!(f, "link    {path} -> {target}{existing}"),
            Self::Copy { source, path, mode } => writeln!(f, "copy    {path} <- {source}{mode}"),
            Self::Write { path, contents, mode, existing } => {
                writeln!(f, "write   {path}{mode}{existing}")?;
                let is_short = contents.lines().count() < 10;
                contents.lines().filter(|_| is_short).try_for_each(|line| writeln!(f, "        | {line}"))
            }
            Self::SeedPip { python, scripts } => writeln!(f, "seed    pip with {python}: {}", list(scripts)),
            Self::RunEnsurepip { python, scripts } => writeln!(f, "run     ensurepip with {python}: {}", list(scripts)),
            Self::UpgradeDeps { python, packages } => {
                writeln!(f, "upgrade {} with {python}", packages.join(" "))
            }
        }
    }
}

impl fmt::Display for OnExisting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Replace => "",
            Self::Keep => " (unless there is one)",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Umask => "",
            Self::Script => " (mode 0644)",
            Self::Executable => " (mode 0755)",
        })
    }
}

fn list(paths: &[RelPath]) -> String {
    paths.iter().map(RelPath::as_str).collect::<Vec<_>>().join(", ")
}
