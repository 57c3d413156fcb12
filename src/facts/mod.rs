//! The facts of an interpreter: its own answers, not guesses. Plain data, read from the probe's answer.

use std::path::{Component, Path};

mod answers;
mod files;
pub(crate) mod history;
mod os;
mod rel_path;
mod version;

use answers::Answers;
pub use answers::BadAnswer;
pub use files::{Scheme, WindowsFiles};
pub use os::Os;
pub use rel_path::RelPath;
pub use version::Version;

/// The facts of one base interpreter that a plan needs.
///
/// All paths are UTF-8, as `pyvenv.cfg` is, and have the interpreter's own separators.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// `sys.version_info` without the release level, as `pyvenv.cfg` records it.
    pub version: Version,
    /// `sys.implementation.name`: `cpython`, `pypy`, …
    pub implementation: String,
    /// The platform whose rules the environment follows.
    pub os: Os,
    /// The absolute path by which the interpreter was run; symlinks are kept.
    pub executable: String,
    /// `executable` with all symlinks resolved.
    pub real_executable: String,
    /// The directory of `executable`, which is the `home` in `pyvenv.cfg` (PEP 405).
    pub home: String,
    /// The file name of `executable`, which on POSIX is also that of the environment's interpreter.
    pub exe_name: String,
    /// The `venv` install scheme, or `None` before Python 3.11.
    pub scheme: Option<Scheme>,
    /// Whether this is a 64-bit build (`sys.maxsize`).
    pub is_64_bit: bool,
    /// Whether file names are UTF-8 (`sys.getfilesystemencoding()`).
    pub utf8_file_names: bool,
    /// Whether this is a free-threaded build (PEP 703).
    pub free_threaded: bool,
    /// Whether the ensurepip package can be run. Debian ships it separately, in `python3-venv`.
    pub has_ensurepip: bool,
    /// Whether the program that was run is the interpreter itself: a shim or a wrapper starts another program, and not
    /// always the same one.
    pub is_itself: bool,
    /// Whether all of this is known. Otherwise something could not be tried, and was assumed.
    pub is_sure: bool,
    /// The paths whose change makes these facts untrue, besides the executable: the shared library, venv, ensurepip,
    /// and the directories of ensurepip's wheels.
    pub watched: Vec<String>,
    /// The wheels that ensurepip chooses from.
    pub wheels: Vec<String>,
    /// The wheels that ensurepip installs, in its order; none if rvenv does not know this ensurepip.
    pub bundled: Vec<String>,
    /// The tag in the names of bytecode (PEP 3147), or `None` if the interpreter keeps none.
    pub cache_tag: Option<String>,
    /// The files that only Windows interpreters have.
    pub windows: WindowsFiles,
}

impl Facts {
    /// Whether the interpreter is from the Microsoft Store. Files that such a program writes below `AppData`, where
    /// caches and temporary files are, are invisible to other programs.
    pub(crate) fn is_of_store(&self) -> bool {
        self.os == Os::Windows && self.executable.to_ascii_lowercase().contains("\\microsoft\\windowsapps\\")
    }

    /// The facts of the same interpreter by another absolute path, or `None` if that path is not as one that an
    /// interpreter states.
    pub(crate) fn at(&self, executable: &Path) -> Option<Self> {
        let is_plain = executable.components().all(|part| part != Component::ParentDir);
        let text = executable.to_str().filter(|text| is_plain && !text.chars().any(char::is_control))?;
        let [home, exe_name] = [executable.parent()?.to_str()?, executable.file_name()?.to_str()?].map(str::to_owned);
        // Only one spelling of a path has no more than its parts.
        (format!("{}/{exe_name}", home.trim_end_matches('/')) == text).then_some(())?;
        Some(Self { executable: text.to_owned(), home, exe_name, ..self.clone() })
    }

    /// Reads facts from the key and value pairs of the probe's answer.
    ///
    /// # Errors
    /// When a value is missing or malformed, or a path is not usable.
    pub fn from_answers(answers: &[(&[u8], &[u8])]) -> Result<Self, BadAnswer> {
        let answers = Answers(answers);
        Ok(Self {
            version: answers.version()?,
            implementation: answers.text("implementation")?.to_owned(),
            os: answers.os()?,
            executable: answers.path("executable")?,
            real_executable: answers.path("real-executable")?,
            home: answers.path("home")?,
            exe_name: answers.name("exe-name")?,
            scheme: answers.scheme()?,
            is_64_bit: answers.flag("64-bit")?,
            utf8_file_names: answers.flag("utf8-file-names")?,
            free_threaded: answers.flag("free-threaded")?,
            has_ensurepip: answers.flag("ensurepip")?,
            is_itself: answers.flag("itself")?,
            is_sure: answers.flag("sure")?,
            watched: answers.paths("watched")?,
            wheels: answers.paths("wheel")?,
            bundled: answers.paths("bundled")?,
            cache_tag: answers.optional_name("cache-tag")?,
            windows: answers.windows()?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    const ANSWER: &[(&[u8], &[u8])] = &[
        (b"version", b"3.13.0"),
        (b"implementation", b"cpython"),
        (b"os", b"posix"),
        (b"platform", b"linux"),
        (b"executable", b"/usr/bin/python3"),
        (b"real-executable", b"/usr/bin/python3.13"),
        (b"home", b"/usr/bin"),
        (b"exe-name", b"python3"),
        (b"64-bit", b"yes"),
        (b"utf8-file-names", b"yes"),
        (b"free-threaded", b"no"),
        (b"ensurepip", b"no"),
        (b"itself", b"yes"),
        (b"sure", b"yes"),
    ];

    /// Facts for the tests of other modules.
    pub(crate) fn facts() -> Facts {
        Facts::from_answers(ANSWER).unwrap()
    }

    #[test]
    fn an_answer_becomes_facts() {
        let facts = facts();
        assert_eq!(facts.version, Version(3, 13, 0));
        assert_eq!((facts.home.as_str(), facts.exe_name.as_str()), ("/usr/bin", "python3"));
        assert_eq!((facts.scheme, facts.has_ensurepip, facts.os), (None, false, Os::Posix));
    }

    #[test]
    fn an_interpreter_of_the_store_is_known_by_its_place() {
        let at = |executable: &str| Facts { os: Os::Windows, executable: executable.to_owned(), ..facts() };
        let place = "C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_x";
        assert!(at(&format!("{place}\\python.exe")).is_of_store());
        assert!(!at("C:\\Users\\me\\AppData\\Local\\Programs\\Python\\Python312\\python.exe").is_of_store());
    }

    #[test]
    fn each_missing_answer_is_named() {
        for skipped in 0..ANSWER.len() {
            let mut answers = ANSWER.to_vec();
            let (key, _) = answers.remove(skipped);
            let Err(BadAnswer::Missing(named)) = Facts::from_answers(&answers) else { panic!("{key:?}") };
            assert_eq!(named.as_bytes(), key);
        }
    }

    #[test]
    fn what_becomes_a_place_in_an_environment_leads_nowhere_else() {
        let scheme: [(&[u8], &[u8]); 4] = [
            (b"scheme-scripts", b"bin"),
            (b"scheme-purelib", b"lib/site-packages"),
            (b"scheme-platlib", b"lib/site-packages"),
            (b"scheme-include", b"include"),
        ];
        let answers = [ANSWER, &scheme, &[(b"launcher", b"python.exe"), (b"runtime-file", b"python.dll")]].concat();
        assert!(Facts::from_answers(&answers).is_ok());
        for (number, (key, _)) in answers.iter().enumerate().filter(|(number, _)| *number == 7 || *number > 13) {
            for path in [&b"../x"[..], b"a/../../x", b"/x", b".", b".."] {
                let mut answers = answers.clone();
                answers[number] = (*key, path);
                assert!(matches!(Facts::from_answers(&answers), Err(BadAnswer::LeadsOut(_))), "{answers:?}");
            }
        }
    }

    #[test]
    fn on_windows_there_are_more_ways_out() {
        for name in ["python\\..\\..\\x.dll", "python:x.dll", ".. ", "python.dll."] {
            let file: [(&[u8], &[u8]); 1] = [(b"runtime-file", name.as_bytes())];
            let mut answers = [ANSWER, &file].concat();
            assert!(Facts::from_answers(&answers).is_ok(), "{name}");
            answers[2].1 = b"nt";
            assert_eq!(Facts::from_answers(&answers), Err(BadAnswer::LeadsOut(name.to_owned())));
        }
    }

    #[test]
    fn a_path_that_would_break_pyvenv_cfg_is_refused() {
        for path in [&b"/x\nhome = /y/python"[..], b"/\xff/python"] {
            let mut answers = ANSWER.to_vec();
            answers[4] = (b"executable", path);
            assert!(matches!(Facts::from_answers(&answers), Err(BadAnswer::UnusablePath(_))));
        }
    }
}
