//! A program to run, and its outcome, with a full account (command, status, both streams) when it fails.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use predicates::Predicate;

#[cfg(unix)]
use crate::fake_python;

/// The time after which a program counts as hanging. Bootstrapping pip on a busy machine takes half a minute.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A program to run: its words, its current directory and all its variables.
pub(crate) struct Run {
    words: Vec<OsString>,
    cwd: PathBuf,
    env: Vec<(OsString, OsString)>,
    umask: Option<&'static str>,
}

impl Run {
    /// A program without arguments, in a directory, with only these variables.
    pub(crate) fn new(program: &OsStr, cwd: &Path, env: Vec<(OsString, OsString)>) -> Self {
        Self { words: vec![program.to_owned()], cwd: cwd.to_path_buf(), env, umask: None }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.words.push(arg.as_ref().to_owned());
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.words.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Puts the words of another program, which runs this one, in front.
    #[cfg(unix)]
    pub(crate) fn by<A: Into<OsString>>(mut self, words: impl IntoIterator<Item = A>) -> Self {
        self.words.splice(..0, words.into_iter().map(Into::into));
        self
    }

    pub(crate) fn cwd(mut self, cwd: &Path) -> Self {
        self.cwd = cwd.to_path_buf();
        self
    }

    /// Sets the umask, by way of a shell: this process has one umask for all tests.
    #[cfg(unix)]
    pub(crate) fn umask(mut self, umask: &'static str) -> Self {
        self.umask = Some(umask);
        self
    }

    /// Runs the program to its end.
    pub(crate) fn output(self) -> Outcome {
        self.try_output().unwrap_or_else(|why| panic!("{why}"))
    }

    /// Runs the program to its end, or returns an error if the program cannot be run.
    pub(crate) fn try_output(self) -> Result<Outcome, String> {
        let mut words = match self.umask {
            Some(umask) => ["sh", "-c", &format!("umask {umask}; exec \"$@\""), "sh"].map(OsString::from).to_vec(),
            None => Vec::new(),
        };
        words.extend(self.words.iter().cloned());
        let mut command = assert_cmd::Command::new(&words[0]);
        command.args(&words[1..]).current_dir(&self.cwd).env_clear().envs(self.env.iter().cloned());
        #[cfg(unix)]
        command.envs(fake_python::carried(&self.env));
        match command.timeout(TIMEOUT).output() {
            Ok(output) => Ok(Outcome { run: self, output }),
            Err(error) => Err(format!("cannot run {self}: {error}")),
        }
    }
}

/// The command as one would type it to reproduce the run.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(cd {}", quoted(self.cwd.as_os_str()))?;
        if let Some(umask) = self.umask {
            write!(f, "; umask {umask}")?;
        }
        write!(f, "; env -i")?;
        for (name, value) in &self.env {
            write!(f, " {}={}", name.display(), quoted(value))?;
        }
        self.words.iter().try_for_each(|word| write!(f, " {}", quoted(word)))?;
        f.write_str(")")
    }
}

/// Quotes a word for a shell.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The outcome of a [`Run`].
pub(crate) struct Outcome {
    run: Run,
    pub(crate) output: Output,
}

impl Outcome {
    pub(crate) fn succeeded(&self) -> bool {
        self.output.status.success()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// Asserts the exit status, and so that no signal ended the program.
    #[track_caller]
    pub(crate) fn status(self, status: i32) -> Self {
        assert!(self.output.status.code() == Some(status), "the exit status should have been {status}:\n{self}");
        self
    }

    /// Asserts a property of stderr.
    #[track_caller]
    pub(crate) fn with_stderr(self, expected: &impl Predicate<str>) -> Self {
        assert!(expected.eval(&self.stderr()), "expected of stderr: {expected}\n{self}");
        self
    }

    /// Asserts a failure as of `python -m venv`: exit status 1, exactly this on stderr, and nothing on stdout.
    #[track_caller]
    pub(crate) fn failure(self, stderr: &str) {
        let outcome = self.status(1);
        assert!(outcome.output.stdout.is_empty() && outcome.stderr() == stderr, "expected\n{stderr}\nof\n{outcome}");
    }

    /// Asserts success; a failure shows the full account.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        assert!(self.succeeded(), "this should have succeeded:\n{self}");
        self
    }

    /// Asserts success and, as with venv, no output.
    #[track_caller]
    pub(crate) fn silent_success(self) -> Self {
        let silent = self.output.stdout.is_empty() && self.output.stderr.is_empty();
        assert!(self.succeeded() && silent, "this should have succeeded in silence:\n{self}");
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "command: {}", self.run)?;
        writeln!(f, "{}", self.output.status)?;
        writeln!(f, "stdout: {}", indented(&self.output.stdout))?;
        writeln!(f, "stderr: {}", indented(&self.output.stderr))
    }
}

fn indented(stream: &[u8]) -> String {
    String::from_utf8_lossy(stream).trim_end().replace('\n', "\n        ")
}
