//! Quoting a value as text in a shell's grammar. Each grammar has a function, and so have the prompts that are a
//! language of their own. PowerShell needs no quoting: its script contains no values.

use std::fmt::Write as _;

/// The setting of delayed expansion in cmd.exe. The script has lines for either setting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delayed {
    Off,
    On,
}

/// Whether a character stands for itself in every shell, inside and outside quotes.
fn is_harmless(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.+=,:/".contains(c)
}

/// Quotes a value as one word for bash, zsh, dash, ksh and busybox.
pub(super) fn sh(value: &str) -> String {
    if is_bare_word(value) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Quotes a value as one word for fish, whose single quotes have two escapes.
pub(super) fn fish(value: &str) -> String {
    if is_bare_word(value) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Quotes a path in double quotes, which tools that move environments look for, if it is plain text there in every
/// shell. Any other path is quoted by `otherwise`.
pub(super) fn editable(path: &str, otherwise: fn(&str) -> String) -> String {
    let is_plain = |c: char| is_harmless(c) || c == ' ' || !(c.is_ascii() || c.is_control());
    if path.chars().all(is_plain) {
        return format!("\"{path}\"");
    }
    otherwise(path)
}

/// Whether a word needs no quotes: most words do not, and scripts read better without.
fn is_bare_word(value: &str) -> bool {
    value.starts_with(|c: char| c == '/' || c.is_ascii_alphanumeric()) && value.chars().all(is_harmless)
}

/// Quotes a value as one word for csh and tcsh.
///
/// csh replaces its history character, which is the user's choice (`histchars`), even inside quotes, and tcsh can be
/// set to read backslashes there (`backslash_quote`). So every character that may be special stands outside the quotes,
/// behind a backslash. Only a newline, with its backslash, has to be inside: outside, the two are a blank.
pub(super) fn csh(value: &str) -> String {
    let mut word = String::from("'");
    for c in value.chars() {
        match c {
            '\n' => word.push_str("\\\n"),
            c if c.is_ascii_punctuation() && !is_harmless(c) => {
                word.push_str(r"'\");
                word.push(c);
                word.push('\'');
            }
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

/// The text of a csh prompt that displays `value`. An unescaped `!` would be the command's number.
pub(super) fn csh_prompt(value: &str) -> String {
    value.replace('!', r"\!")
}

/// The text of a tcsh prompt that displays `value`.
///
/// `%`, `!`, `^`, `\` and the user's `histchars` are special in a tcsh prompt; octal escapes never are.
pub(super) fn tcsh_prompt(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !" _-.".contains(c) {
            write!(text, "\\{:03o}", u32::from(c)).expect("a String takes all that is written");
        } else {
            text.push(c);
        }
    }
    text
}

/// The name as PS1 can hold it: `?` replaces each character that some shell, with some option, would read as more than
/// text. A name that is returned unchanged needs no further care.
pub(super) fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || is_harmless(c) || " @~#&*()[]{}<>|;?".contains(c);
    name.chars().map(|c| if is_plain(c) { c } else { '?' }).collect()
}

/// Escapes a value as the rest of a cmd.exe line after `set NAME=`.
///
/// All special characters are escaped, including quotes, which could leave the line half quoted. Control characters
/// have no escape and become spaces. With delayed expansion, cmd.exe reads a line that contains a `!` once more, and
/// takes one more caret from each character.
pub(super) fn batch(value: &str, delayed: Delayed) -> String {
    let twice = delayed == Delayed::On && value.contains('!');
    let mut text = String::new();
    for c in value.chars() {
        match c {
            c if c.is_control() => text.push(' '),
            '%' => text.push_str("%%"),
            '!' if twice => text.push_str("^^!"),
            '^' if twice => text.push_str("^^^^"),
            '"' | '^' | '&' | '|' | '<' | '>' | '(' | ')' => text.extend(['^', c]),
            c => text.push(c),
        }
    }
    text
}

/// The text that displays `value` in the prompt of cmd.exe, for use in `set "PROMPT=…"`.
///
/// Characters that would act in a script that handles the prompt carelessly are written as codes of the prompt. A quote
/// has no code and becomes an apostrophe. With delayed expansion, `!` and `^` get a caret: the line contains another
/// `!`, so cmd.exe takes the carets.
pub(super) fn batch_prompt(value: &str, delayed: Delayed) -> String {
    let mut text = String::new();
    for c in value.chars() {
        match (c, delayed) {
            ('$', _) => text.push_str("$$"),
            ('&', _) => text.push_str("$A"),
            ('|', _) => text.push_str("$B"),
            ('(', _) => text.push_str("$C"),
            (')', _) => text.push_str("$F"),
            ('>', _) => text.push_str("$G"),
            ('<', _) => text.push_str("$L"),
            ('"', _) => text.push('\''),
            ('%', _) => text.push_str("%%"),
            ('!' | '^', Delayed::On) => text.extend(['^', c]),
            (c, _) if c.is_control() => text.push(' '),
            (c, _) => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a'b\"$(c)`d`!%\\ e";

    #[test]
    fn a_harmless_path_is_left_as_it_is() {
        assert_eq!(sh("/home/me/.venv-3.12"), "/home/me/.venv-3.12");
        assert_eq!(fish("/home/me/.venv-3.12"), "/home/me/.venv-3.12");
    }

    #[test]
    fn words_that_a_shell_would_read_at_their_start_are_quoted() {
        for word in ["", "-n", "=ls", "~", "+x", "#"] {
            assert_eq!(sh(word), format!("'{word}'"));
            assert_eq!(fish(word), format!("'{word}'"));
        }
    }

    #[test]
    fn a_path_is_in_double_quotes_only_if_it_is_plain_text_there() {
        for path in ["/home/me/.venv-3.12", "/my env/été"] {
            for otherwise in [sh, csh, fish] {
                assert_eq!(editable(path, otherwise), format!("\"{path}\""));
            }
        }
        for path in ["/a'b", "/a\"b", "/$a", "/`a`", "/a!", "/a\\b", "/a@b", "/a\nb", "/a\u{85}b"] {
            assert_eq!(editable(path, sh), sh(path));
        }
    }

    #[test]
    fn sh_leaves_its_quotes_for_a_quote_only() {
        assert_eq!(sh(HOSTILE), r#"'a'\''b"$(c)`d`!%\ e'"#);
        assert_eq!(sh("two\nlines"), "'two\nlines'");
    }

    #[test]
    fn fish_escapes_quotes_and_backslashes() {
        assert_eq!(fish(HOSTILE), r#"'a\'b"$(c)`d`!%\\ e'"#);
    }

    #[test]
    fn csh_has_no_special_character_inside_of_quotes() {
        assert_eq!(csh("/e/x"), "'/e/x'");
        assert_eq!(csh("a'b! c\\"), r"'a'\''b'\!' c'\\''");
        assert_eq!(csh("two\nlines"), "'two\\\nlines'");
    }

    #[test]
    fn prompts_of_csh_display_the_name() {
        assert_eq!(csh_prompt("a!b"), r"a\!b");
        assert_eq!(tcsh_prompt("é a!%\n"), r"é a\041\045\012");
    }

    #[test]
    fn a_plain_name_comes_back_and_a_special_one_does_not() {
        for name in ["env", "my project (3.12)", "étude", "日本", "a?b", ""] {
            assert_eq!(plain(name), name);
        }
        assert_eq!(plain("a$(b)`c`!%\\\"'\n\x1b"), "a?(b)?c????????");
    }

    #[test]
    fn batch_escapes_all_that_acts_outside_of_quotes() {
        assert_eq!(batch("a&b|c<d>(\"e\")^%P%!", Delayed::Off), "a^&b^|c^<d^>^(^\"e^\"^)^^%%P%%!");
        assert_eq!(batch("two\r\nlines", Delayed::Off), "two  lines");
    }

    #[test]
    fn batch_counts_carets_only_where_delayed_expansion_reads_the_line_again() {
        assert_eq!(batch("a^b", Delayed::On), "a^^b");
        assert_eq!(batch("a^!", Delayed::On), "a^^^^^^!");
    }

    #[test]
    fn a_batch_prompt_holds_nothing_that_acts() {
        assert_eq!(batch_prompt("a&b|$P%x%\"<(>)", Delayed::Off), "a$Ab$B$$P%%x%%'$L$C$G$F");
        assert_eq!(batch_prompt("a!^", Delayed::On), "a^!^^");
    }
}
