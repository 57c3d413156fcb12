//! From an environment's interpreter to its base interpreter.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::{self, EXE_SUFFIX, Kind, is_executable, read_text};
use crate::pyvenv_cfg;

/// The limit of nested environments, far more than anybody would stack. An environment that is its own base is a loop.
const MAX_DEPTH: usize = 16;

/// Returns the base interpreter of `program`: `program` itself, unless it is an environment's interpreter.
///
/// An interpreter before 3.11 cannot be asked: run in an environment, it takes the environment for its base. So
/// `pyvenv.cfg` and the interpreter's own link are read, as `Modules/getpath.py` does since 3.11. Unlike there, the
/// link is followed only until it leaves the environment: the name outside is stable, but may itself link into a
/// directory that the next update removes (CPython gh-128670).
///
/// # Errors
/// When the base interpreter is gone.
pub(super) fn executable(program: &Path) -> Result<PathBuf> {
    let mut executable = program.to_owned();
    for _ in 0..MAX_DEPTH {
        // A missing program, or a script such as `bin/pip`, is no environment's interpreter, and will be asked itself.
        let Some(cfg) = cfg(&executable)?.filter(|_| may_be_interpreter(&executable)) else {
            return Ok(executable);
        };
        let home = PathBuf::from(pyvenv_cfg::value(&cfg, "home").unwrap_or_default());
        let candidates = link_out(&executable).into_iter().chain(in_home(&home, &executable, &cfg));
        let base = candidates.filter(|candidate| is_executable(candidate)).find(|base| *base != executable);
        executable = base.ok_or_else(|| Error::BaseGone { program: program.to_owned(), home })?;
    }
    Err(Error::BaseGone { program: program.to_owned(), home: executable })
}

fn may_be_interpreter(path: &Path) -> bool {
    !matches!(fs::kind(path), Ok(Kind::Nothing)) && !fs::is_script(path)
}

/// Reads the `pyvenv.cfg` of an environment's interpreter, or returns `None` if there is no such file with a `home`.
fn cfg(executable: &Path) -> Result<Option<String>> {
    let scripts = executable.parent().unwrap_or(executable);
    for dir in scripts.parent().into_iter().chain([scripts]) {
        let text = read_text(&dir.join(pyvenv_cfg::FILE_NAME))?;
        if let Some(text) = text.filter(|text| pyvenv_cfg::value(text, "home").is_some()) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// The first path outside of the scripts directory to which the links of an environment's interpreter lead.
fn link_out(executable: &Path) -> Option<PathBuf> {
    let scripts = executable.parent()?;
    let mut link = executable.to_owned();
    for _ in 0..MAX_DEPTH {
        link = link.with_file_name(fs::read_link(&link)?);
        if link.parent() != Some(scripts) {
            // A relative target may lead through other links, and is not a name to keep.
            return link.is_absolute().then_some(link).filter(|link| !link.starts_with(scripts));
        }
    }
    None
}

/// The paths at which the base interpreter of an environment of copies may be found: in its home or, if that has
/// another Python by now, where it was when the environment was created.
fn in_home(home: &Path, executable: &Path, cfg: &str) -> Vec<PathBuf> {
    let own_name = executable.file_name().map(|name| home.join(name));
    let recorded = pyvenv_cfg::value(cfg, "executable").and_then(|path| Path::new(path).file_name());
    let others = [pyvenv_cfg::versioned_python(cfg), Some("python3".to_owned()), Some("python".to_owned())];
    let others = others.into_iter().flatten().map(|name| home.join(format!("{name}{EXE_SUFFIX}")));
    // The recorded name, which has the version, goes before names that another interpreter may have by now.
    let named = recorded.map(|name| home.join(name)).into_iter().chain(own_name).chain(others);
    let recorded = pyvenv_cfg::value(cfg, "executable").map(PathBuf::from).filter(|path| path.is_absolute());
    named.chain(recorded).filter(|path| !is_other_version(path, cfg)).collect()
}

/// Whether a program with all links resolved has the name of another Python version than that of the environment.
fn is_other_version(program: &Path, cfg: &str) -> bool {
    let begins_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let Some(wanted) = pyvenv_cfg::versioned_python(cfg) else { return false };
    let resolved = fs::resolved(program);
    let Some(name) = resolved.file_name().and_then(|name| name.to_str()) else { return false };
    let numbers = name.strip_prefix("python").and_then(|numbers| numbers.split_once('.'));
    let has_version = numbers.is_some_and(|(major, minor)| begins_with_digit(major) && begins_with_digit(minor));
    has_version && name.strip_prefix(&wanted).is_none_or(begins_with_digit)
}
