//! Readers for the values in a probe's answer.

use super::{Os, RelPath, Scheme, Version, WindowsFiles};

/// The reason why a probe's answer is not usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadAnswer {
    /// A value is missing or malformed.
    Missing(&'static str),
    /// A path is not UTF-8 or holds a control character, so `pyvenv.cfg` cannot hold it.
    UnusablePath(String),
    /// A path that should be inside an environment leads out of it.
    LeadsOut(String),
}

/// The key and value pairs of an answer, with readers for the values.
pub(super) struct Answers<'a>(pub(super) &'a [(&'a [u8], &'a [u8])]);

impl Answers<'_> {
    fn value(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| *value)
    }

    pub(super) fn text(&self, key: &'static str) -> Result<&str, BadAnswer> {
        let value = self.value(key).and_then(|value| str::from_utf8(value).ok());
        value.ok_or(BadAnswer::Missing(key))
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<bool, BadAnswer> {
        match self.text(key)? {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(BadAnswer::Missing(key)),
        }
    }

    pub(super) fn path(&self, key: &'static str) -> Result<String, BadAnswer> {
        usable_path(self.value(key).filter(|value| !value.is_empty()).ok_or(BadAnswer::Missing(key))?)
    }

    /// Reads a path inside the environment.
    pub(super) fn below(&self, key: &'static str) -> Result<RelPath, BadAnswer> {
        self.path(key).and_then(|path| self.inside(&path))
    }

    /// Reads the name of a file in the environment.
    pub(super) fn name(&self, key: &'static str) -> Result<String, BadAnswer> {
        self.path(key).and_then(|path| self.plain(path))
    }

    /// Reads the name of a file, or a part of one, that there may be.
    pub(super) fn optional_name(&self, key: &'static str) -> Result<Option<String>, BadAnswer> {
        self.value(key).map(|_| self.name(key)).transpose()
    }

    pub(super) fn paths(&self, key: &str) -> Result<Vec<String>, BadAnswer> {
        let values = self.0.iter().filter(|(name, _)| *name == key.as_bytes());
        values.map(|(_, value)| usable_path(value)).collect()
    }

    pub(super) fn version(&self) -> Result<Version, BadAnswer> {
        let numbers: Vec<u32> = self.text("version")?.split('.').filter_map(|number| number.parse().ok()).collect();
        match numbers[..] {
            [major, minor, micro] => Ok(Version(major, minor, micro)),
            _ => Err(BadAnswer::Missing("version")),
        }
    }

    pub(super) fn os(&self) -> Result<Os, BadAnswer> {
        match (self.text("os")?, self.text("platform")?) {
            ("nt", _) => Ok(Os::Windows),
            ("posix", "darwin") => Ok(Os::MacOs),
            ("posix", _) => Ok(Os::Posix),
            _ => Err(BadAnswer::Missing("os")),
        }
    }

    pub(super) fn scheme(&self) -> Result<Option<Scheme>, BadAnswer> {
        if self.value("scheme-scripts").is_none() {
            return Ok(None);
        }
        Ok(Some(Scheme {
            scripts: self.below("scheme-scripts")?,
            purelib: self.below("scheme-purelib")?,
            platlib: self.below("scheme-platlib")?,
            include: self.below("scheme-include")?,
        }))
    }

    pub(super) fn windows(&self) -> Result<WindowsFiles, BadAnswer> {
        let names = |key| self.paths(key)?.into_iter().map(|name| self.plain(name)).collect::<Result<_, _>>();
        let optional = |key| self.value(key).map(usable_path).transpose();
        Ok(WindowsFiles {
            launcher_dir: optional("launcher-dir")?.unwrap_or_default(),
            launchers: names("launcher")?,
            runtime: names("runtime-file")?,
            is_build: self.value("build-tree") == Some(b"yes"),
            init_tcl: optional("init.tcl")?,
            script_launcher: self.optional_name("script-launcher")?,
            activate_ps1: optional("activate.ps1")?,
        })
    }

    fn inside(&self, path: &str) -> Result<RelPath, BadAnswer> {
        // A missing `os` makes the whole answer unusable: the default here does no harm.
        let os = if self.value("os") == Some(b"nt") { Os::Windows } else { Os::Posix };
        RelPath::parse(path, os).ok_or_else(|| BadAnswer::LeadsOut(path.to_owned()))
    }

    /// Returns the name if it has only one component.
    fn plain(&self, name: String) -> Result<String, BadAnswer> {
        match self.inside(&name)?.parent() {
            None => Ok(name),
            Some(_) => Err(BadAnswer::LeadsOut(name)),
        }
    }
}

fn usable_path(value: &[u8]) -> Result<String, BadAnswer> {
    match str::from_utf8(value) {
        Ok(path) if !path.contains(char::is_control) => Ok(path.to_owned()),
        _ => Err(BadAnswer::UnusablePath(String::from_utf8_lossy(value).escape_debug().to_string())),
    }
}
