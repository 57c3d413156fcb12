//! The edits by which declared differences turn venv's tree into rvenv's.

use std::path::Path;

use crate::tree::{Entry, Kind, Tree};

use super::cases::Situation;

/// An environment in both trees.
pub(crate) struct EnvPair<'a> {
    pub(crate) situation: &'a Situation<'a>,
    /// Absolute, as venv records it.
    pub(crate) env_dir: String,
    /// The environment's path in the trees: empty, or with a `/` at the end.
    prefix: String,
    /// The tree of venv, which is edited into the one expected of rvenv.
    expected: &'a mut Tree,
    found: &'a mut Tree,
    changed: bool,
}

impl<'a> EnvPair<'a> {
    pub(crate) fn new(
        situation: &'a Situation<'a>,
        env_dir: &str,
        expected: &'a mut Tree,
        found: &'a mut Tree,
    ) -> Self {
        let prefix = if env_dir == "." { String::new() } else { format!("{env_dir}/") };
        let env_dir = situation.root.join(prefix.trim_end_matches('/'));
        // Joining an empty path leaves a `/` at the end.
        let env_dir = env_dir.to_string_lossy().trim_end_matches('/').to_owned();
        Self { situation, env_dir, prefix, expected, found, changed: false }
    }

    /// Whether an edit has changed anything.
    pub(crate) fn has_changed(&self) -> bool {
        self.changed
    }

    /// Adds a file with the mode of `model`.
    pub(crate) fn insert_like(&mut self, model: &str, path: &str, contents: &[u8]) {
        let mode = self.expected.0[&self.full(model)].mode;
        self.insert(path, Entry { mode, kind: Kind::File(contents.to_owned()) });
    }

    /// Adds a copy of a file under another name.
    pub(crate) fn copy(&mut self, from: &str, path: &str) {
        let entry = self.expected.0[&self.full(from)].clone();
        self.insert(path, entry);
    }

    /// Takes a file from rvenv's tree, for contents that neither venv nor rvenv decides on.
    pub(crate) fn take_from_found(&mut self, path: &str) {
        if let Some(entry) = self.found.0.get(&self.full(path)).cloned() {
            self.insert(path, entry);
        }
    }

    /// Replaces the absolute links of venv by copies of their targets.
    pub(crate) fn copies_for_links(&mut self) {
        for entry in self.expected.0.values_mut() {
            let Kind::Symlink(target) = &entry.kind else { continue };
            if let Some(contents) = target.is_absolute().then(|| std::fs::read(target).ok()).flatten() {
                *entry = Entry { mode: 0o755, kind: Kind::File(contents) };
                self.changed = true;
            }
        }
    }

    /// Adds a symlink.
    pub(crate) fn link(&mut self, target: &str, path: &str) {
        self.insert(path, Entry { mode: 0, kind: Kind::Symlink(Path::new(target).to_owned()) });
    }

    /// Edits a file in both trees, to drop text that may differ. A missing file is left to the comparison.
    pub(crate) fn edit_both(&mut self, path: &str, edit: fn(&str) -> String) {
        let path = self.full(path);
        self.changed |= edit_text(self.expected, &path, edit) | edit_text(self.found, &path, edit);
    }

    /// Appends a key to `pyvenv.cfg`.
    pub(crate) fn append_key(&mut self, key: &str, value: &str) {
        let path = self.full("pyvenv.cfg");
        self.changed |= edit_text(self.expected, &path, |cfg| format!("{cfg}{key} = {value}\n"));
    }

    /// Replaces the value of the key on the last line of `pyvenv.cfg`.
    pub(crate) fn replace_last_key(&mut self, key: &str, value: &str) {
        let path = self.full("pyvenv.cfg");
        self.changed |= edit_text(self.expected, &path, |cfg| {
            let start = cfg.rfind(&format!("\n{key} = ")).expect("venv writes this key");
            format!("{}\n{key} = {value}\n", &cfg[..start])
        });
    }

    fn insert(&mut self, path: &str, entry: Entry) {
        self.changed |= self.expected.0.get(&self.full(path)) != Some(&entry);
        self.expected.0.insert(self.full(path), entry);
    }

    fn full(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

/// Edits the text of a file, and returns whether anything has changed.
fn edit_text(tree: &mut Tree, path: &str, edit: impl FnOnce(&str) -> String) -> bool {
    let Some(Entry { kind: Kind::File(contents), .. }) = tree.0.get_mut(path) else {
        return false;
    };
    let Ok(text) = str::from_utf8(contents) else {
        return false;
    };
    let edited = edit(text).into_bytes();
    let changed = edited != *contents;
    *contents = edited;
    changed
}
