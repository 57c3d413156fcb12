//! Everything that an installer leaves of some wheels, file by file.

use std::collections::BTreeSet;

use super::compile::{Compiled, Job, Source};
use super::file::{FileKind, InstalledFile};
use super::members::{Refusal, unknown};
use super::record::{self, Row};
use super::rules::{Rules, rules};
use super::scripts::{self, Script};
use super::wheel::Wheel;
use crate::env_paths::EnvPaths;
use crate::facts::{Facts, Os, RelPath, history};
use crate::plan::Layout;

/// The modules of pip that pip itself does not load while it installs.
const NOT_LOADED: [&str; 4] = [
    "pip/_vendor/distlib/wheel.py",
    "pip/_vendor/platformdirs/windows.py",
    "pip/_vendor/pygments/lexers/",
    "pip/_vendor/urllib3/packages/backports/",
];

/// The modules of pip that may hold the template of console scripts: pip's own one goes before distlib's.
const TEMPLATES: [&str; 3] =
    ["pip/_internal/operations/install/wheel.py", "pip/_internal/wheel.py", "pip/_vendor/distlib/scripts.py"];

/// Wheels on their way into an environment.
pub(super) struct Installation<'a> {
    facts: &'a Facts,
    env: &'a EnvPaths,
    site_packages: RelPath,
    cache_tag: &'a str,
    /// The rules of the pip that is installed, which ensurepip has install the others, too.
    rules: Rules,
    /// Each wheel with its console scripts.
    wheels: Vec<(Wheel, Vec<Script>)>,
    /// The program before a console script on Windows.
    launcher: Vec<u8>,
}

impl<'a> Installation<'a> {
    pub(super) fn of(
        wheels: Vec<Wheel>,
        facts: &'a Facts,
        env: &'a EnvPaths,
        cache_tag: &'a str,
    ) -> Result<Self, Refusal> {
        let pip = wheels.iter().find(|wheel| wheel.dist_info.starts_with("pip-"));
        let pip = pip.ok_or_else(|| unknown("none is pip"))?;
        let rules = rules(&pip.version).ok_or_else(|| unknown(format!("one is pip {}", pip.version)))?;
        let launcher = match &facts.windows.script_launcher {
            Some(name) => {
                pip.member(&format!("pip/_vendor/distlib/{name}")).ok_or_else(|| unknown("none has a launcher"))?
            }
            None => &[],
        };
        let launcher = launcher.to_owned();
        let with_scripts = |wheel| scripts::of(&wheel, rules, facts).map(|scripts| (wheel, scripts));
        let wheels = wheels.into_iter().map(with_scripts).collect::<Result<_, _>>()?;
        let site_packages = Layout::of(facts).site_packages;
        let installation = Self { facts, env, site_packages, cache_tag, rules, wheels, launcher };
        installation.check_paths().map(|()| installation)
    }

    /// Checks that no two files have the same path, whatever a file system thinks of case.
    fn check_paths(&self) -> Result<(), Refusal> {
        let mut paths = BTreeSet::new();
        for (wheel, scripts) in &self.wheels {
            let own = wheel.members.iter().map(|member| self.site_packages.join(member.path.as_str()));
            let bytecode = wheel.members.iter().filter_map(|member| self.bytecode_path(&member.path));
            let scripts = scripts.iter().map(|script| self.script_path(script));
            let metadata = METADATA.iter().map(|name| self.site_packages.join(&format!("{}/{name}", wheel.dist_info)));
            let mut all = own.chain(bytecode).chain(scripts).chain(metadata);
            if let Some(path) = all.find(|path| !paths.insert(path.as_str().to_lowercase())) {
                return Err(unknown(format!("there is `{path}` twice")));
            }
        }
        let is_dir = |path: &String| path.match_indices('/').any(|(at, _)| paths.contains(&path[..at]));
        match paths.iter().find(|path| is_dir(path)) {
            Some(path) => Err(unknown(format!("`{path}` is in a file"))),
            None => Ok(()),
        }
    }

    pub(super) fn wheels(&self) -> impl Iterator<Item = &Wheel> {
        self.wheels.iter().map(|(wheel, _)| wheel)
    }

    /// The work for the interpreter.
    pub(super) fn job(&self, mtime: u64) -> Job<'_> {
        let sources = self.wheels.iter().flat_map(|(wheel, _)| &wheel.members).filter(|member| is_source(&member.path));
        let template = |path| self.wheels.iter().find_map(|(wheel, _)| wheel.member(path)).unwrap_or_default();
        let has_pyparsing = !template("pip/_vendor/pyparsing/__init__.py").is_empty();
        let history = history::rules(self.facts.version);
        Job {
            mtime,
            // When pip loads pyparsing, its regular expressions intern them.
            interned: if history.interned_state_shows && has_pyparsing { "{}" } else { "" },
            sources: sources
                .map(|member| Source {
                    path: self.source_path(&member.path),
                    contents: &member.contents,
                    is_loaded: history.loaded_twice_shows && self.is_loaded(member.path.as_str()),
                })
                .collect(),
            templates: TEMPLATES.map(template),
            scripts: self.wheels.iter().flat_map(|(_, scripts)| scripts).collect(),
        }
    }

    /// Whether pip loads the module while it installs.
    fn is_loaded(&self, path: &str) -> bool {
        let is_loaded_here = match path {
            "pip/_vendor/platformdirs/windows.py" => self.facts.os == Os::Windows,
            "pip/_vendor/pygments/lexers/python.py" => self.rules.loads_python_lexer,
            _ => false,
        };
        is_loaded_here || !NOT_LOADED.iter().any(|other| path.starts_with(other))
    }

    /// The path of a source, as pip writes it into bytecode: on Windows with both separators.
    fn source_path(&self, path: &RelPath) -> String {
        let separator = self.env.os.separator();
        let dir = self.site_packages.as_str().replace('/', &separator.to_string());
        format!("{}{separator}{dir}{separator}{path}", self.env.text)
    }

    /// The path of a source's bytecode (PEP 3147), or `None` if the file is no source.
    fn bytecode_path(&self, path: &RelPath) -> Option<RelPath> {
        let stem = path.name().strip_suffix(".py")?;
        let name = format!("__pycache__/{stem}.{}.pyc", self.cache_tag);
        let dir = path.parent().map_or_else(|| self.site_packages.clone(), |dir| self.site_packages.join(dir.as_str()));
        Some(dir.join(&name))
    }

    fn script_path(&self, script: &Script) -> RelPath {
        self.env.scripts.join(&format!("{}{}", script.name, self.env.os.program_suffix()))
    }

    /// All files, and the directories for them.
    pub(super) fn files(self, compiled: Compiled) -> Vec<InstalledFile> {
        let (mut bytecode, mut bodies) = (compiled.bytecode.into_iter(), compiled.scripts.into_iter());
        let mut files = Vec::new();
        for (wheel, scripts) in &self.wheels {
            let start = files.len();
            let sources = wheel.members.iter().filter_map(|member| self.bytecode_path(&member.path));
            files.extend(sources.zip(&mut bytecode).map(|(path, contents)| file(path, contents)));
            for (script, body) in scripts.iter().zip(&mut bodies) {
                let contents = scripts::contents(&self.env.python, self.env.os, &body, &self.launcher, self.rules);
                files.push(InstalledFile { path: self.script_path(script), kind: FileKind::Executable, contents });
            }
            for name in METADATA.iter().filter(|name| **name != "REQUESTED" || self.rules.requested) {
                let contents = if *name == "INSTALLER" { b"pip\n".to_vec() } else { Vec::new() };
                files.push(file(self.site_packages.join(&format!("{}/{name}", wheel.dist_info)), contents));
            }
            let record = self.record(wheel, &files[start..]);
            files.push(file(self.site_packages.join(&format!("{}/RECORD", wheel.dist_info)), record));
        }
        self.wheels.into_iter().for_each(|(wheel, _)| files.extend(members(wheel, &self.site_packages)));
        directories(&files, &self.site_packages).into_iter().chain(files).collect()
    }

    /// The `RECORD` of a wheel that is installed: its own rows, and those of the files made for it.
    fn record(&self, wheel: &Wheel, made: &[InstalledFile]) -> Vec<u8> {
        let up = "../".repeat(self.site_packages.as_str().split('/').count());
        let inside = format!("{}/", self.site_packages);
        let path = |file: &InstalledFile| match file.path.as_str().strip_prefix(&inside) {
            Some(path) => path.to_owned(),
            None => format!("{up}{}", file.path),
        };
        let is_bytecode = |file: &InstalledFile| file.path.name().strip_suffix(".pyc").is_some();
        let row = |file| if is_bytecode(file) { Row::bare(path(file)) } else { Row::of(path(file), &file.contents) };
        record::render(wheel.rows.iter().cloned().chain(made.iter().map(row)).collect())
    }
}

/// The files that pip adds to the metadata, besides `RECORD`.
const METADATA: [&str; 2] = ["INSTALLER", "REQUESTED"];

fn is_source(path: &RelPath) -> bool {
    path.name().strip_suffix(".py").is_some()
}

fn file(path: RelPath, contents: Vec<u8>) -> InstalledFile {
    InstalledFile { path, kind: FileKind::File, contents }
}

/// The members of a wheel as files, except `RECORD`, which is written anew.
fn members(wheel: Wheel, site_packages: &RelPath) -> impl Iterator<Item = InstalledFile> {
    let record = format!("{}/RECORD", wheel.dist_info);
    wheel.members.into_iter().filter(move |member| member.path != *record.as_str()).map(|member| InstalledFile {
        path: site_packages.join(member.path.as_str()),
        kind: if member.is_executable { FileKind::Executable } else { FileKind::File },
        contents: member.contents,
    })
}

/// The directories below the site-packages directory that files are in, each after the one that holds it.
fn directories(files: &[InstalledFile], site_packages: &RelPath) -> Vec<InstalledFile> {
    let mut dirs = BTreeSet::new();
    for file in files {
        let above = std::iter::successors(file.path.parent(), RelPath::parent);
        dirs.extend(above.take_while(|dir| dir.is_in(site_packages)));
    }
    let dir = |path| InstalledFile { path, kind: FileKind::Dir, contents: Vec::new() };
    dirs.into_iter().map(dir).collect()
}
