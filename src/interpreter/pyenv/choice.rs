//! All that pyenv looks at when it chooses an interpreter.

use std::collections::HashSet;
use std::path::Path;

use super::hooks::{self, Hooks};
use super::question::Question;
use super::scripts;
use super::shim::Shim;
use super::text::{are_names, clean, is_name};
use super::vocabulary::{PROGRAMS, hides_nothing};
use crate::cache::{Seen, Stamps};
use crate::environment::Environment;
use crate::fs;

/// The limit of the size of a file that names versions, in bytes: pyenv cuts longer lines.
const MAX_BYTES: u64 = 1024;

/// All that pyenv looks at when it chooses an interpreter, and a little more.
#[derive(Default)]
pub(in crate::interpreter) struct Choice {
    /// The stamps of the files and directories, taken before they were looked at. Missing ones are among them.
    pub(in crate::interpreter) stamps: Stamps,
    /// The programs among which pyenv chooses.
    programs: Vec<Program>,
}

/// A program that pyenv may choose.
struct Program {
    path: String,
    /// The files that matter only if it is chosen.
    files: Vec<String>,
}

impl Choice {
    /// Looks at everything on which the choice of the `shim` depends, or returns `None` if it is no shim of pyenv's, or
    /// the choice may depend on anything else.
    pub(in crate::interpreter) fn of(shim: &Path, question: &Question, environment: &Environment) -> Option<Self> {
        let mut look = Look { command: shim.file_name()?.to_str()?, seen: Seen::default(), programs: Vec::new() };
        let shim = Shim::read(clean(shim)?, &mut look.seen)?;
        let mut roots = scripts::look(&shim, look.command, &mut look.seen)?;
        let mut hook_dirs = question.hook_dirs.clone();
        hook_dirs.extend(roots.iter().flat_map(|root| hooks::system_dirs(root)));
        if !roots.contains(&shim.root) {
            roots.push(shim.root.clone());
        }
        for root in &roots {
            hook_dirs.push(format!("{root}/pyenv.d"));
            hook_dirs.extend(look.plugins(&format!("{root}/plugins"))?);
        }
        let hooks = hooks::look(&hook_dirs, look.command, &mut look.seen)?;
        look.versions(&shim.root, hooks)?;
        look.path(&format!("{}/shims", shim.root), environment)?;
        let named = question.version_files.iter().cloned().chain([format!("{}/version", shim.root)]);
        named.into_iter().all(|file| look.are_plain(&file)).then_some(())?;
        Some(Self { stamps: look.seen.into_stamps(), programs: look.programs })
    }

    /// The stamps in `all` that matter after the interpreter `executable` has answered, or `None` if pyenv does not
    /// choose that one itself.
    ///
    /// pyenv takes the first program that may be run. So it has not come to any other one of these, nor will it.
    pub(in crate::interpreter) fn stamps_for(&self, executable: &str, all: Stamps) -> Option<Stamps> {
        let answering = all.stamp(executable)?;
        let is_chosen = |program: &&Program| all.stamp(&program.path) == Some(answering);
        let (chosen, others): (Vec<_>, Vec<_>) = self.programs.iter().partition(is_chosen);
        let of = |program: &&Program| program.files.iter().chain([&program.path]).cloned().collect::<Vec<_>>();
        let needed: HashSet<String> = chosen.iter().flat_map(of).collect();
        let unneeded: HashSet<String> = others.iter().flat_map(of).filter(|path| !needed.contains(path)).collect();
        (!chosen.is_empty()).then(|| all.without(&unneeded))
    }
}

/// A look at everything, as far as it has come.
struct Look<'a> {
    /// The command that the shim stands for.
    command: &'a str,
    seen: Seen,
    programs: Vec<Program>,
}

impl Look<'_> {
    /// Looks at the plugins, whose programs pyenv finds before all others. Returns their directories of hooks.
    fn plugins(&mut self, dir: &str) -> Option<Vec<String>> {
        let mut plugins = self.seen.names(dir)?;
        plugins.retain(|plugin| !plugin.starts_with('.'));
        for plugin in &plugins {
            let programs = self.seen.names(&format!("{dir}/{plugin}/bin"))?;
            (is_name(plugin) && hides_nothing(&programs, self.command)).then_some(())?;
        }
        Some(plugins.iter().map(|plugin| format!("{dir}/{plugin}/etc/pyenv.d")).collect())
    }

    /// Looks at the installed versions, and at the environments in them: which there are, and whether they have the
    /// command.
    fn versions(&mut self, root: &str, hooks: Hooks) -> Option<()> {
        let dir = format!("{root}/versions");
        for version in self.seen.names(&dir)? {
            let version = Some(version).filter(|name| is_name(name))?;
            self.version(&format!("{dir}/{version}"), hooks)?;
            let version = format!("{dir}/{version}");
            let environments = format!("{version}/envs");
            self.seen.file_in(&version, "envs");
            if fs::exists(Path::new(&environments)) {
                for environment in self.seen.names(&environments)? {
                    let environment = Some(environment).filter(|name| is_name(name))?;
                    self.version(&format!("{environments}/{environment}"), hooks)?;
                }
            }
        }
        Some(())
    }

    fn version(&mut self, version: &str, hooks: Hooks) -> Option<()> {
        self.seen.file(version);
        let program = format!("{version}/bin/{}", self.command);
        self.seen.file(&program);
        self.program(program)?;
        if hooks == Hooks::OfVirtualenv {
            let activate = format!("{version}/bin/activate");
            self.seen.file(&activate);
            if fs::exists(Path::new(&activate)) {
                let others = ["bin/conda", "pyvenv.cfg"].map(|name| format!("{version}/{name}"));
                for file in &others {
                    self.seen.file(file);
                }
                // The environments of old releases of virtualenv are searched through.
                others.iter().any(|file| fs::exists(Path::new(file))).then_some(())?;
            }
        }
        Some(())
    }

    /// Looks at PATH: there is the system's interpreter, and there are the programs by which pyenv chooses.
    fn path(&mut self, own: &str, environment: &Environment) -> Option<()> {
        // pyenv takes a tilde for the home directory.
        let dirs = environment.path.iter().map(|dir| path_entry(dir).filter(|dir| !dir.contains('~')));
        // Without PATH, bash has one of its own.
        let dirs: Vec<&str> = dirs.collect::<Option<Vec<_>>>().filter(|dirs| !dirs.is_empty())?;
        self.seen.file("/usr/bin/env");
        for program in PROGRAMS {
            for dir in &dirs {
                self.look_up(dir, program, own);
                let path = format!("{dir}/{program}");
                if fs::is_executable(Path::new(&path)) {
                    // A script, such as another shim, may do anything.
                    (!fs::is_script(Path::new(&path))).then_some(())?;
                    break;
                }
            }
        }
        for dir in dirs.into_iter().filter(|dir| *dir != own) {
            self.look_up(dir, self.command, own);
            self.program(format!("{dir}/{}", self.command))?;
        }
        Some(())
    }

    /// Looks at a file in a directory on PATH. In pyenv's own one, files come and go with each shell that starts.
    fn look_up(&mut self, dir: &str, name: &str, own: &str) {
        if dir == own { self.seen.file(&format!("{dir}/{name}")) } else { self.seen.file_in(dir, name) }
    }

    /// Notes a program that pyenv may choose, if it may be run. A script or another shim would lead on to another one,
    /// which may be among these, too.
    fn program(&mut self, path: String) -> Option<()> {
        let program = Path::new(&path);
        let Some(dir) = program.parent().filter(|_| fs::is_executable(program)) else { return Some(()) };
        (!fs::is_script(program) && !dir.ends_with("shims")).then_some(())?;
        // In an environment, the interpreter answers otherwise.
        let files: Option<Vec<String>> = [Some(dir), dir.parent()]
            .into_iter()
            .flatten()
            .map(|dir| dir.join("pyvenv.cfg").to_str().map(str::to_owned))
            .collect();
        let files = files?;
        for file in &files {
            self.seen.file(file);
        }
        self.programs.push(Program { path, files });
        Some(())
    }

    /// Whether a file, if it exists, has only names of versions at the beginnings of its lines. More is not read.
    fn are_plain(&mut self, file: &str) -> bool {
        self.seen.file(file);
        if matches!(fs::kind(Path::new(file)), Ok(fs::Kind::Nothing)) {
            return true;
        }
        let Some(text) = self.seen.text(file, MAX_BYTES) else { return false };
        let words = text.lines().filter_map(|line| line.split([' ', '\t', '\r']).find(|word| !word.is_empty()));
        words.filter(|word| !word.starts_with('#')).all(are_names)
    }
}

/// A directory on PATH; a slash at its end changes nothing.
fn path_entry(dir: &Path) -> Option<&str> {
    let text = dir.to_str()?;
    clean(Path::new(text.strip_suffix('/').filter(|text| !text.is_empty()).unwrap_or(text)))
}
