//! A shell script that answers the probe as an interpreter would, and otherwise does as a test wants. It stands in for
//! behaviour that no real interpreter shows on demand, and saves the time of bootstrapping pip.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The behaviour of the script.
pub(crate) struct FakePython {
    /// Shell commands before the answers.
    pub(crate) before: &'static str,
    /// Whether the answers report an ensurepip.
    pub(crate) has_ensurepip: bool,
    /// `sys.version_info` in the answers.
    pub(crate) version: &'static str,
    /// The reported `executable`, or `None` for the path of the script.
    pub(crate) executable: Option<PathBuf>,
    /// Whether the answers say that the script is the interpreter itself.
    pub(crate) is_itself: bool,
    /// Whether the answers say that nothing in them was assumed.
    pub(crate) is_sure: bool,
    /// Shell commands that print further answers. `seen FILE...` prints the stamps of files.
    pub(crate) further: &'static str,
    /// Shell commands for all other uses, which are ensurepip and pip.
    pub(crate) otherwise: &'static str,
}

/// A shell function that prints stamps as the probe does: with GNU's stat or, on macOS, BSD's.
const SEEN: &str = r#"
seen() {
    for file; do
        stamp=$(stat -L -c %d:%i:%s:%.9Y:%.9Z "$file" 2>&- || stat -L -f %d:%i:%z:%Fm:%Fc "$file" 2>&- || echo absent)
        printf 'seen\0%s %s\0' "$(echo "$stamp" | tr -d .)" "$file"
    done
}
"#;

impl Default for FakePython {
    fn default() -> Self {
        Self {
            before: ":",
            has_ensurepip: true,
            version: "3.13.0",
            executable: None,
            is_itself: true,
            is_sure: true,
            further: ":",
            otherwise: "exit 0",
        }
    }
}

impl FakePython {
    /// Writes the script.
    pub(crate) fn write(self, path: &Path) -> PathBuf {
        let executable = self.executable.as_deref().unwrap_or(path);
        let (home, name) = (executable.parent().unwrap(), executable.file_name().unwrap());
        let mut answers = String::new();
        for (key, value) in [
            ("version", self.version),
            ("implementation", "cpython"),
            ("os", "posix"),
            ("platform", "linux"),
            ("executable", executable.to_str().unwrap()),
            ("home", home.to_str().unwrap()),
            ("exe-name", name.to_str().unwrap()),
            ("64-bit", "yes"),
            ("utf8-file-names", "yes"),
            ("free-threaded", "no"),
            ("ensurepip", if self.has_ensurepip { "yes" } else { "no" }),
            ("itself", if self.is_itself { "yes" } else { "no" }),
            ("sure", if self.is_sure { "yes" } else { "no" }),
        ] {
            write!(answers, " '{key}' '{value}'").unwrap();
        }
        let Self { before, further, otherwise, .. } = self;
        let script = format!(
            "#!/bin/sh\n\
             [ \"$4\" = -c ] || {{\n{READ_CARRIED}\n{otherwise}\n}}\n\
             {SEEN}\n\
             {before}\n\
             printf '\\0rvenv-facts\\0%s\\0' \"$6\"\n\
             printf '%s\\0'{answers}\n\
             real=$(readlink -f '{0}')\n\
             printf 'real-executable\\0%s\\0' \"${{real:-{0}}}\"\n\
             seen '{0}'\n\
             {further}\n\
             printf 'end-of-facts\\0%s\\0' \"$6\"\n",
            executable.display(),
        );
        write_program(path, &script)
    }
}

/// The name of a file in a directory on PATH that sets variables of a fake interpreter.
const CARRIED: &str = "variables-of-a-fake-python";

/// A shell command that reads the variables of [`carried`].
const READ_CARRIED: &str = r#"
case ${TOOLS+set} in
'')
    IFS=:
    for place in $PATH; do [ ! -f "$place/variables-of-a-fake-python" ] || . "$place/variables-of-a-fake-python"; done
    unset IFS ;;
esac
"#;

/// Returns the PATH by which the variables of a fake interpreter get to it where rvenv gives it few of the caller's.
pub(crate) fn carried(env: &[(OsString, OsString)]) -> Option<(OsString, OsString)> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let value = |wanted: &str| env.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let is_carried = |name: &str| ["TOOLS", "RUNS"].contains(&name) || name.starts_with("ON_");
    let place = Path::new(value("TOOLS")?).with_file_name("carried");
    let place = place.join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
    let carried = env.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)));
    let lines = carried.filter(|(name, _)| is_carried(name));
    let lines = lines.map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', "'\\''")));
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(CARRIED), lines.collect::<String>()).unwrap();
    let mut path = value("PATH").cloned().unwrap_or_default();
    path.push(":");
    path.push(place);
    Some(("PATH".into(), path))
}

/// Writes an executable file.
///
/// A file that is open for writing cannot be run, and whatever this process has open, the processes that other threads
/// are about to start have open, too. So another process writes.
pub(crate) fn write_program(path: &Path, contents: &str) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = Command::new("/bin/sh");
    writer.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
    let mut writer = writer.spawn().unwrap();
    writer.stdin.take().unwrap().write_all(contents.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success(), "cannot write {}", path.display());
    path.to_owned()
}

/// Copies a program, by another process for the same reason.
pub(crate) fn copy_program(from: &Path, to: &Path) {
    let copied = Command::new("cp").args([from, to]).status().unwrap();
    assert!(copied.success(), "cannot copy {} to {}", from.display(), to.display());
}
