//! The words of pyenv's scripts.
//!
//! A script that has no other file, variable or command in it than these looks at nothing that is not known. So a new
//! release of pyenv is as good as an old one, until it learns to look elsewhere.

/// Variables of bash, and those of pyenv's scripts that they might also find in the environment. The latter are part of
/// the question, as are all that begin with `PYENV_`.
const VARIABLES: &str = "\
    BASH_REMATCH BASH_SOURCE BASH_VERSINFO BYPASS DEFINITION DEFINITION_CANDIDATES FORCE FROM_KNOWN \
    FUNCNAME HOME IFS LINENO NR_CUSTOM_SHIM_PATHS NR_PYENV_SHIM_PATHS_PROGRAM OLDIFS OLDPWD PATH PROGRAM \
    PWD PYTHON_PATH READLINK SEARCH_PATH SKIP_ADVICE VERSION_FILE";

/// The parts of paths, and other words with a dot.
const PARTS: &str = "\
    -dev -latest -src .bash .linuxbrew .pyenv .python-version PATH _ bin d dev envs etc g home homebrew \
    hooks lib libexec linuxbrew local null opt plugins pyenv pyenv-realpath.dylib pyenv.d result s shims \
    usr version versions";

/// Commands: of bash, of pyenv, functions, and programs that are used for messages only. There are
/// [others](PROGRAMS), too.
const COMMANDS: &str = "\
    abort abs_dirname break case cat cd command continue declare do done echo elif else enable esac exec \
    exists exit export fi find_local_version_file for function if is_version_safe local not print \
    print_version printf pwd pyenv---version pyenv-help pyenv-hooks pyenv-latest pyenv-prefix \
    pyenv-shims pyenv-version-file pyenv-version-file-read pyenv-version-name pyenv-version-origin \
    pyenv-versions pyenv-whence pyenv-which python-build read realpath remove_from_path resolve_link \
    return set shift shopt source then true type unset version_exists while xargs";

/// Programs that are searched for on PATH and that pyenv chooses by.
pub(super) const PROGRAMS: [&str; 9] = ["awk", "basename", "bash", "cut", "grep", "readlink", "sed", "sort", "tr"];

/// Whether a directory in which pyenv finds programs before it comes to PATH has none of those, nor the command itself.
pub(super) fn hides_nothing(names: &[String], command: &str) -> bool {
    names.iter().all(|name| name != command && !PROGRAMS.contains(&name.as_str()))
}

/// Whether a script has only known words in it.
pub(super) fn is_known(script: &str) -> bool {
    let Some(body) = script.strip_prefix("#!/usr/bin/env bash\n") else { return false };
    let code = || body.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    let is_in = |words: &str, word: &str| words.split(' ').any(|known| known == word);
    code().flat_map(variables).all(|name| is_in(VARIABLES, name) || is_own_variable(name, body))
        && code().flat_map(parts).all(|part| is_in(PARTS, part))
        && code().flat_map(commands).all(|command| is_in(COMMANDS, command) || PROGRAMS.contains(&command))
}

/// Whether a variable is pyenv's own, or the script's own: those have a name in small letters, and get a value.
fn is_own_variable(name: &str, script: &str) -> bool {
    let is_small = name.chars().any(|c| c.is_ascii_lowercase());
    let sets = [format!("{name}="), format!("{name}+="), format!("for {name} "), format!("for {name};")];
    name.starts_with("PYENV_") || name.starts_with("_PYENV_") || is_small && sets.iter().any(|set| script.contains(set))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The names behind `$`.
fn variables(line: &str) -> impl Iterator<Item = &str> {
    line.split('$').skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(['{', '!', '#']);
        let name = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        // Arguments have numbers, and some of bash's variables have signs.
        name.starts_with(|c: char| !c.is_ascii_digit()).then_some(name)
    })
}

/// The words beside a slash, and those with a dot in them or before them.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| is_word(c) || ".-+".contains(c);
    let mut rest = line;
    std::iter::from_fn(move || {
        while let Some(start) = rest.find(is_part) {
            let end = rest[start..].find(|c| !is_part(c)).map_or(rest.len(), |length| start + length);
            let (before, word, after) = (&rest[..start], &rest[start..end], &rest[end..]);
            rest = after;
            let is_variable = before.ends_with('$');
            let is_in_path = before.ends_with('/') || after.starts_with('/');
            let has_dot = word.split('.').skip(1).any(|end| end.starts_with(|c: char| c.is_ascii_alphabetic()));
            if !is_variable && (is_in_path || has_dot) && word.contains(is_word) {
                return Some(word);
            }
        }
        None
    })
}

/// The words at which a command begins: at the beginning of a line, and behind whatever begins another command.
fn commands(line: &str) -> impl Iterator<Item = &str> {
    const BEGIN: [&str; 18] = [
        "$(", "`", "| ", "|| ", "&& ", "{ ", "( ", "; ", "! ", "if ", "elif ", "then ", "else ", "while ", "until ",
        "do ", "exec ", "command ",
    ];
    let starts = BEGIN.iter().flat_map(move |begin| line.match_indices(begin).map(|(at, begin)| at + begin.len()));
    starts.chain([0]).filter_map(move |at| {
        // A quoted backtick begins nothing.
        let is_quoted = line[..at].ends_with("\\`");
        let rest = line[at..].trim_start();
        let end = rest.find(|c: char| !is_word(c) && c != '-').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_command = word.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        let is_value = ["=", "+=", "()", "["].iter().any(|sign| after.starts_with(sign));
        (!is_quoted && is_command && !is_value).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = r#"#!/usr/bin/env bash
# A comment may name ~/.config/anything and $ANYTHING, and run `git`.
set -e
[ -n "$PYENV_DEBUG" ] && set -x
for arg; do shift; done
version="${arg#python-}"
IFS=$'\n' scripts=(`pyenv-hooks "$1"`)
if [ -f "${PYENV_ROOT}/versions/${version}" ]; then
  echo "no \`anything' of ${OLDIFS}" >&2 | sed 's/^/  /g' || true
fi
"#;

    #[test]
    fn a_script_of_known_words_is_known() {
        assert!(is_known(KNOWN));
        assert!(!is_known(KNOWN.strip_prefix("#!/usr/bin/env bash\n").unwrap_or_default()));
        assert!(!is_known(&KNOWN.replace("env bash", "env sh")));
    }

    #[test]
    fn one_that_looks_elsewhere_is_not_known() {
        for line in [
            "[ -f \"$HOME/.tool-versions\" ]",
            "read -r arg <pyproject.toml",
            "[ -f \"${PYENV_ROOT}/config\" ]",
            "arg=\"$XDG_CONFIG_HOME\"",
            "arg=\"${!PREFIX}\"",
            "echo \"$other\"",
            "arg=\"$(git config pyenv)\"",
            "arg=`git config pyenv`",
            "true && git config pyenv",
            "git config pyenv | cat",
            "echo | while git config; do true; done",
            "exec uv python find",
        ] {
            assert!(!is_known(&format!("{KNOWN}{line}\n")), "{line}");
        }
    }
}
