//! `activate.bat` and `deactivate.bat` in cmd.exe.

use std::fs;
use std::path::Path;

use predicates::str::contains;

use super::{a_python, is_wine};
use crate::needs::{self, Need};
use crate::testenv::TestEnv;

/// Prints the variables of activation. Python does that, since `%NAME%` would show what cmd.exe makes of a name.
const SEEN: &str = "import os, sys
names = ['VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', 'PROMPT', 'PYTHONHOME', 'PATH']
print(sys.argv[1:], *(ascii(os.environ.get(name)) for name in names), sep='|')
";

/// The dialogue. Its current directory is the environment, so no name has to be typed. `:see` runs without PYTHONHOME.
const DIALOGUE: &str = "@echo off
set PROMPT=$P$G
call :see before
call Scripts\\activate.bat
call :see active
call Scripts\\activate.bat
call :see again
call ..\\other\\Scripts\\activate.bat
call :see switched
call deactivate.bat
call :see after
set VIRTUAL_ENV_DISABLE_PROMPT=1
call Scripts\\activate.bat
call :see plain
call deactivate.bat
set VIRTUAL_ENV_DISABLE_PROMPT=
set PYTHONHOME=some home
call Scripts\\activate.bat
call :see without
call deactivate.bat
if not \"%PYTHONHOME%\"==\"some home\" echo PYTHONHOME is \"%PYTHONHOME%\"
goto :eof
:see
\"%SEE_PYTHON%\" -I \"%SEE%\" %1
";

/// Names with characters that are special to cmd.exe; a `!` is special only with delayed expansion.
const NAMES: [&str; 4] = ["my env", "a&b (c) ^d", "100%PATH%^%", "a'b,=d"];
const EXCLAIMED: [&str; 2] = ["e!PATH!^!", "!"];
const NOT_ASCII: &str = "né 環境";

fn dialogue(name: &str, expansion: &str) {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let env_dir = world.path(name);
    world.rvenv(&python.path).args(["--without-pip", "other"]).arg(&env_dir).output().silent_success();
    let (see, bat) = (world.path("see.py"), world.path("dialogue.bat"));
    fs::write(&see, SEEN).unwrap();
    fs::write(&bat, DIALOGUE.replace('\n', "\r\n")).unwrap();
    let path = format!("{};{}", world.path("first").display(), std::env::var("PATH").unwrap());
    let run = world.run("cmd").args(["/d", expansion, "/c"]).arg(&bat).cwd(&env_dir);
    let run = run.env("PATH", &path).env("SEE", &see).env("SEE_PYTHON", &python.path);
    let said = run.output().success();
    let seen = said.stdout();
    let expected = expected(&env_dir, name, &path);
    assert_eq!(seen.lines().collect::<Vec<_>>(), expected.lines().collect::<Vec<_>>(), "{said}");
}

/// The expected output of the dialogue, with names as `ascii()` writes them.
fn expected(env_dir: &Path, name: &str, path: &str) -> String {
    let ascii = |text: &str| {
        let escaped: String = text.chars().map(|c| if c == '\\' { "\\\\".into() } else { escape(c) }).collect();
        if text.contains('\'') { format!("\"{escaped}\"") } else { format!("'{escaped}'") }
    };
    let env_text = env_dir.display().to_string();
    let shown = name.replace('$', "$$").replace('&', "$A").replace('(', "$C").replace(')', "$F");
    let line = |step: &str, values: [String; 4]| format!("['{step}']|{}|None|{}\n", values[..3].join("|"), values[3]);
    let none = || "None".to_owned();
    let inactive = |step| line(step, [none(), none(), ascii("$P$G"), ascii(path)]);
    let active_in = |step, env_text: &str, name: &str, prompt: &str| {
        let path = ascii(&format!("{env_text}\\Scripts;{path}"));
        line(step, [ascii(env_text), ascii(name), ascii(prompt), path])
    };
    let active = |step, prompt: &str| active_in(step, &env_text, name, prompt);
    let other = env_dir.with_file_name("other").display().to_string();
    let prompt = format!("({shown}) $P$G");
    [
        inactive("before"),
        active("active", &prompt),
        active("again", &prompt),
        active_in("switched", &other, "other", "(other) $P$G"),
        inactive("after"),
        active("plain", "$P$G"),
        active("without", &prompt),
    ]
    .concat()
}

fn escape(c: char) -> String {
    match u32::from(c) {
        0..0x80 => c.to_string(),
        0x80..0x100 => format!("\\x{:02x}", u32::from(c)),
        code => format!("\\u{code:04x}"),
    }
}

#[apply(test)]
fn any_name_arrives_in_cmd_as_it_is_and_nothing_is_left_of_it() {
    for name in NAMES.iter().chain(&EXCLAIMED) {
        dialogue(name, "/v:off");
    }
}

#[apply(test)]
fn any_name_arrives_in_cmd_with_delayed_expansion() {
    for name in NAMES.iter().filter(|name| !is_wine() || !name.contains('^')) {
        dialogue(name, "/v:on");
    }
    if is_wine() {
        return needs::go_without(&Need::new("cmd", "Windows' cmd.exe (wine's leaves a `^` before a `!`)"));
    }
    for name in EXCLAIMED {
        dialogue(name, "/v:on");
    }
}

#[apply(test)]
fn a_name_that_is_not_ascii_arrives_in_cmd() {
    if is_wine() {
        needs::skip(&Need::new("cmd", "Windows' cmd.exe (wine's reads each file in one code page)"));
    }
    dialogue(NOT_ASCII, "/v:off");
    dialogue(NOT_ASCII, "/v:on");
}

#[apply(test)]
fn an_environment_without_an_interpreter_says_so() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    world.rvenv(&python.path).args(["--without-pip", "env"]).output().silent_success();
    let activate = || world.run("cmd").args(["/d", "/c", "env\\Scripts\\activate.bat"]).output();
    assert_eq!(activate().stderr(), "");
    fs::remove_file(world.path("env\\Scripts\\python.exe")).unwrap();
    activate().with_stderr(&contains("no Python is found in this environment"));
}
