//! Other tools that create environments: rvenv runs over and inside their environments.
//!
//! The tools are looked for in the directories of `RVENV_TEST_PEERS`, then on PATH.

use std::path::{Path, PathBuf};

use crate::needs::{self, Need};
use crate::pythons::Python;
use crate::testenv::{Run, TestEnv};

/// A tool that creates environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Venv,
    Virtualenv,
    Uv,
}

impl Tool {
    /// The command that creates an environment without pip in `env_dir`, or `None` if the tool is not installed.
    pub(crate) fn makes(self, world: &TestEnv, python: &Python, env_dir: &Path) -> Option<Run> {
        let run = match self {
            Self::Venv => world.venv(&python.path).arg("--without-pip"),
            Self::Virtualenv => {
                let run = world.run(find("virtualenv")?).args(["-q", "--no-periodic-update", "--no-seed", "-p"]);
                run.arg(&python.path)
            }
            Self::Uv => world.run(find("uv")?).args(["venv", "-q", "--offline", "--python"]).arg(&python.path),
        };
        Some(run.arg(env_dir))
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let dirs = ["RVENV_TEST_PEERS", "PATH"].into_iter().filter_map(std::env::var_os);
    let dirs: Vec<PathBuf> = dirs.flat_map(|dirs| std::env::split_paths(&dirs).collect::<Vec<_>>()).collect();
    let found = dirs.into_iter().map(|dir| dir.join(program)).find(|path| path.is_file());
    if found.is_none() {
        needs::go_without(&Need::new("peers", program).with_remedy(format!("pip install {program}")));
    }
    found
}
