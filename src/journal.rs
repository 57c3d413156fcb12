//! What has been done so far, so that it can be undone.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fs::{self, Saved};

/// The changes of one run, in order.
#[derive(Default)]
pub(crate) struct Journal {
    undo: Vec<Undo>,
}

/// How a change is undone.
enum Undo {
    /// A directory was made, and those above it up to `topmost`: it goes with all that is in it, they if they are
    /// empty.
    RemoveDir { dir: PathBuf, topmost: PathBuf },
    /// A directory was cleared: what has been made in it since goes, and nothing brings back what was there.
    Empty(PathBuf),
    /// A file or a link was made or replaced.
    PutBack { path: PathBuf, saved: Saved },
}

impl Journal {
    /// Notes that `dir` was made, and those above it up to `topmost`.
    pub(crate) fn made(&mut self, dir: &Path, topmost: PathBuf) {
        if !self.is_new(dir) {
            self.undo.push(Undo::RemoveDir { dir: dir.to_owned(), topmost });
        }
    }

    /// Notes that `dir` is going to be cleared.
    pub(crate) fn clears(&mut self, dir: &Path) {
        if !self.is_new(dir) {
            self.undo.push(Undo::Empty(dir.to_owned()));
        }
    }

    /// Notes that the file or link `path` is going to be made, replaced or deleted.
    ///
    /// # Errors
    /// When what is there cannot be read.
    pub(crate) fn changes(&mut self, path: &Path) -> Result<()> {
        if !self.is_new(path) {
            self.undo.push(Undo::PutBack { path: path.to_owned(), saved: Saved::read(path)? });
        }
        Ok(())
    }

    /// Undoes all changes, the last one first.
    pub(crate) fn undo(self) {
        for undo in self.undo.into_iter().rev() {
            match undo {
                Undo::RemoveDir { dir, topmost } => {
                    let _ = fs::clear_dir(&dir);
                    fs::remove_empty_dirs(&dir, &topmost);
                }
                Undo::Empty(dir) => drop(fs::clear_dir(&dir)),
                Undo::PutBack { path, saved } => saved.put_back(&path),
            }
        }
    }

    /// Whether a path is in a directory that was made or cleared, and goes with it when all is undone.
    pub(crate) fn is_new(&self, path: &Path) -> bool {
        self.undo.iter().any(|undo| match undo {
            Undo::RemoveDir { dir, .. } | Undo::Empty(dir) => path.starts_with(dir),
            Undo::PutBack { .. } => false,
        })
    }
}
