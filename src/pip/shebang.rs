//! The first line of a console script, by pip's rules.

use crate::facts::Os;

/// The longest first line that kernels read, in bytes with the newline, according to pip.
const LONGEST: usize = 127;
const LONGEST_ON_MACOS: usize = 512;

/// Returns the first lines of a script that `python` runs; `body` is the rest of the script. On Windows the newline is
/// in `body`.
///
/// A plain `#!` line cannot hold a space, and kernels cut off a long one. In such cases the script starts as one for
/// `/bin/sh`, in lines that Python reads as a string (pip's vendored distlib, `scripts.py`).
pub(crate) fn shebang(python: &str, os: Os, body: &[u8]) -> String {
    let longest = if os == Os::MacOs { LONGEST_ON_MACOS } else { LONGEST };
    let is_plain = !python.contains(' ');
    if os == Os::Windows {
        return if is_plain { format!("#!{python}") } else { format!("#!\"{python}\"") };
    }
    if is_plain && python.len() + "#!\n".len() <= longest {
        return format!("#!{python}\n");
    }
    // A script of pip 18 begins with an empty line, whose newline ends the last line here.
    let end = if body.starts_with(b"\n") { "" } else { "\n" };
    format!("#!/bin/sh\n'''exec' {} \"$0\" \"$@\"\n' '''{end}", word(python))
}

/// Whether the script starts with a plain `#!` line.
pub(crate) fn is_plain(python: &str, os: Os) -> bool {
    shebang(python, os, b"").trim_end() == format!("#!{python}")
}

/// Quotes a path for the shell, inside a Python string in three single quotes.
///
/// pip puts double quotes around a path with a space and leaves the rest to chance: the shell still runs `$(…)` in
/// them, and a `"` ends them. If pip's word would not mean the path, [`pieces`] makes both readers take each character
/// as it is.
fn word(path: &str) -> String {
    let has_space = path.contains(' ');
    let breaks_out = if has_space { "\"$`\\" } else { "\"$`\\'&|;<>()*?[]{}!#~" };
    match (path.contains(|c| breaks_out.contains(c)) || path.contains("'''"), has_space) {
        (false, false) => path.to_owned(),
        (false, true) => format!("\"{path}\""),
        (true, _) => pieces(path),
    }
}

/// Quotes a path piece by piece: `'` in double quotes, a backslash as two in double quotes (shell and Python each read
/// two as one), and all else in single quotes. Three single quotes never follow each other.
fn pieces(path: &str) -> String {
    let mut word = String::new();
    for piece in path.split_inclusive(['\'', '\\']) {
        let plain = piece.trim_end_matches(['\'', '\\']);
        if !plain.is_empty() {
            word.extend(["'", plain, "'"]);
        }
        match piece.chars().next_back() {
            Some('\'') => word += "\"'\"",
            Some('\\') => word += r#""\\""#,
            _ => {}
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_starts_as_pip_starts_it() {
        let of = |python: &str| shebang(python, Os::Posix, b"import sys");
        assert_eq!(of("/e/bin/python"), "#!/e/bin/python\n");
        assert_eq!(of("/a b/python"), "#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\n");
        assert_eq!(shebang("/a b", Os::Posix, b"\nimport"), "#!/bin/sh\n'''exec' \"/a b\" \"$0\" \"$@\"\n' '''");
        assert_eq!(shebang("C:\\a b\\python.exe", Os::Windows, b"\r\n"), "#!\"C:\\a b\\python.exe\"");
        let fits = format!("/{}", "x".repeat(123));
        assert_eq!(of(&fits), format!("#!{fits}\n"));
        let long = format!("{fits}x");
        assert_eq!(of(&long), format!("#!/bin/sh\n'''exec' {long} \"$0\" \"$@\"\n' '''\n"));
    }

    #[test]
    fn what_would_be_code_is_quoted_and_what_pip_gets_right_is_as_pip_has_it() {
        for (path, expected) in [
            ("/a (b)'", "\"/a (b)'\""),
            ("/a $(b)", "'/a $(b)'"),
            ("/a \"b", "'/a \"b'"),
            ("/it's $a", "'/it'\"'\"'s $a'"),
            ("/''' ", "'/'\"'\"\"'\"\"'\"' '"),
            ("/a \\x", r#"'/a '"\\"'x'"#),
            ("/a;b", "'/a;b'"),
        ] {
            assert_eq!(word(path), expected);
        }
    }
}
