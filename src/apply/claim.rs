//! The claim to a staging directory: its names, its lock, and the leftovers of killed processes in it.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{Error, Result};
use crate::fs::{self, Dir, Lock};

pub(super) use crate::inspect::STAGING as NAME;

/// The directories inside the staging directory: `NEW` for what is being built, `OLD` for what was taken out of the
/// environment, `TRIAL` for trial runs and temporary files, `UNDONE` for a new environment that is taken back.
pub(super) const NEW: &str = "new";
pub(super) const OLD: &str = "old";
pub(super) const TRIAL: &str = "trial";
pub(super) const UNDONE: &str = "undone";

/// The outcome of asking for the staging directory with the fixed name.
pub(super) enum Claim {
    Ours(Dir, Lock),
    /// Like `Ours`, left by a killed process.
    Left(Dir, Lock),
    /// Like `Left`, with leftovers in it that cannot be deleted.
    Littered(Dir, Lock),
    /// Another process holds the lock, or has just deleted the directory.
    Later,
    /// The name belongs to another user's directory or to something else, or there are no locks.
    NotOurs,
}

/// Asks for the directory `name` in `parent`, which is created if it is missing.
///
/// # Errors
/// If it cannot be created or looked at.
pub(super) fn claim(parent: &Dir, name: &OsStr, path: &Path) -> Result<Claim> {
    let is_new = match parent.create_private_dir(name) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(path, error)),
        other => other.is_ok(),
    };
    let claimed = take(parent, name, path, is_new);
    if is_new && !matches!(claimed, Ok(Claim::Ours(..) | Claim::Left(..) | Claim::Littered(..) | Claim::Later)) {
        let _ = parent.remove_dir(name);
    }
    claimed
}

/// Locks and clears the directory with the fixed name, if it is ours.
pub(super) fn take(parent: &Dir, name: &OsStr, path: &Path, is_new: bool) -> Result<Claim> {
    let dir = match parent.open_dir(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Claim::Later),
        Err(error) if is_new => return Err(failed(path, error)),
        Err(_) => return Ok(Claim::NotOurs),
        Ok(dir) => dir,
    };
    if !dir.only_owner_reads() {
        return Ok(Claim::NotOurs);
    }
    let lock = match dir.try_lock() {
        Ok(Some(lock)) => lock,
        Ok(None) => return Ok(Claim::Later),
        Err(_) => return Ok(Claim::NotOurs),
    };
    // The previous lock holder may have deleted the directory meanwhile.
    if !dir.is_at(parent, name).map_err(|source| failed(path, source))? {
        return Ok(Claim::Later);
    }
    if is_new {
        return Ok(Claim::Ours(dir, lock));
    }
    let names = dir.names().map_err(|source| failed(path, source))?;
    if !names.iter().all(|name| is_known(name)) {
        return Ok(Claim::NotOurs);
    }
    let is_cleared = fs::clear(&dir, path).is_ok();
    Ok(if is_cleared { Claim::Left(dir, lock) } else { Claim::Littered(dir, lock) })
}

/// Whether an entry of a staging directory has a name that we give.
fn is_known(name: &OsStr) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(name) = name.to_str() else { return false };
    let plain = name.split_once('-').map_or(name, |(plain, number)| if is_number(number) { plain } else { name });
    is_number(name) || [NEW, OLD, TRIAL, UNDONE, fs::LOCK_NAME].contains(&plain)
}

/// Creates a staging directory with a unique name, if the fixed name belongs to somebody else or there are no locks.
pub(super) fn with_own_name(parent: &Dir, name: &OsStr, path: &Path) -> Result<(OsString, Dir)> {
    const TRIES: u32 = 1000;
    let mut count = 0;
    loop {
        let mut name = name.to_owned();
        name.push(format!("-{}-{count}", std::process::id()));
        count += 1;
        match parent.create_private_dir(&name) {
            Ok(()) => {
                let dir = parent.open_dir(&name).inspect_err(|_| drop(parent.remove_dir(&name)));
                return dir.map(|dir| (name, dir)).map_err(|source| failed(path, source));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists && count < TRIES => {}
            Err(source) => return Err(failed(path, source)),
        }
    }
}

/// The name of the staging directory beside an environment.
pub(super) fn name_beside(env_dir: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(env_dir.file_name().unwrap_or_default());
    name.push(NAME);
    name
}

/// The name for a file system that has no room for a longer one.
pub(super) fn short_name_beside(env_dir: &Path) -> OsString {
    let env_name = env_dir.file_name().unwrap_or_default();
    format!("{NAME}-{:08x}", crc32fast::hash(env_name.as_encoded_bytes())).into()
}

/// Whether an error says that a name, or the path of it, is too long (`ENAMETOOLONG`).
pub(super) fn is_too_long(error: &io::Error) -> bool {
    error.kind() == ErrorKind::InvalidFilename
}

pub(super) const CREATE: &str = "create directory";

pub(super) fn failed(path: &Path, source: io::Error) -> Error {
    Error::file(CREATE, path, source)
}
