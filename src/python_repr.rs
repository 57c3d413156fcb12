//! Python's `repr()` of a string, and its inverse.

use std::str::Chars;

/// Returns `text` as Python's `repr()` writes it, the form in which venv records a prompt.
///
/// One difference: this program's Unicode tables decide which characters are printable, and may be newer than the
/// interpreter's own. Only rvenv reads the escapes back.
#[must_use]
pub(crate) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for c in text.chars() {
        if c == quote || c == '\\' {
            literal.push('\\');
            literal.push(c);
        } else {
            push_printable(&mut literal, c);
        }
    }
    literal.push(quote);
    literal
}

/// Returns `text` on one line: unprintable characters are escaped as in [`repr`], all others are kept.
#[must_use]
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    text.chars().for_each(|c| push_printable(&mut line, c));
    line
}

/// Returns the text of a Python string literal, or `None` if `literal` is not of the kind that [`repr`] writes.
#[must_use]
pub(crate) fn unrepr(literal: &str) -> Option<String> {
    let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut rest = literal.strip_prefix(quote)?.strip_suffix(quote)?.chars();
    let mut text = String::with_capacity(literal.len());
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.push(unescape(&mut rest)?),
            c if c == quote => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

fn push_printable(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_printable(c) => out.push(c),
        c => out.push_str(&escape(u32::from(c))),
    }
}

fn escape(code: u32) -> String {
    match code {
        ..0x100 => format!("\\x{code:02x}"),
        0x100..0x1_0000 => format!("\\u{code:04x}"),
        0x1_0000.. => format!("\\U{code:08x}"),
    }
}

/// Whether Python's `str.isprintable` would be true: not for control, format, surrogate, private and unassigned
/// characters, nor for separators other than the space.
fn is_printable(c: char) -> bool {
    // Rust's `escape_debug` uses the same categories. It also escapes combining marks, but only at the start of a text,
    // hence the letter in front.
    let is_escaped = || ['a', c].iter().collect::<String>().escape_debug().any(|c| c == '{');
    c.is_ascii_graphic() || c == ' ' || !c.is_control() && !is_escaped()
}

/// Reads an escape, after its backslash, from `rest`.
fn unescape(rest: &mut Chars<'_>) -> Option<char> {
    match rest.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'x' => hexadecimal(rest, 2),
        'u' => hexadecimal(rest, 4),
        'U' => hexadecimal(rest, 8),
        c @ ('\\' | '\'' | '"') => Some(c),
        _ => None,
    }
}

fn hexadecimal(rest: &mut Chars<'_>, digits: usize) -> Option<char> {
    let (digits, after) = rest.as_str().split_at_checked(digits)?;
    *rest = after.chars();
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts with their `repr()` in Python 3.13.
    const REPRS: &[(&str, &str)] = &[
        ("", "''"),
        ("plain", "'plain'"),
        ("it's", "\"it's\""),
        ("both'\"", "'both\\'\"'"),
        ("back\\slash", "'back\\\\slash'"),
        ("a\nb\rc\td\0e\x7f", "'a\\nb\\rc\\td\\x00e\\x7f'"),
        ("\u{a0}\u{200d}\u{2028}\u{e000}\u{10ffff}", "'\\xa0\\u200d\\u2028\\ue000\\U0010ffff'"),
        ("é 𝜋 e\u{301} \u{301} {x}", "'é 𝜋 e\u{301} \u{301} {x}'"),
    ];

    #[test]
    fn a_text_is_written_as_python_writes_it() {
        for (text, literal) in REPRS {
            assert_eq!(repr(text), *literal);
        }
    }

    #[test]
    fn a_literal_is_read_back() {
        for (text, literal) in REPRS {
            assert_eq!(unrepr(literal).as_deref(), Some(*text));
        }
    }

    #[test]
    fn what_is_no_literal_is_not_read() {
        for text in ["", "'", "plain", "'a", "'a\"", "'a'b'", "'\\'", "'\\q'", "'\\x1'", "'\\ud800'", "'\\xé'"] {
            assert_eq!(unrepr(text), None, "{text}");
        }
    }

    #[test]
    fn one_line_escapes_only_what_is_not_printable() {
        assert_eq!(one_line("it's \"x\"\\\n"), "it's \"x\"\\\\n");
    }
}
