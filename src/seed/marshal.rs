//! Strings in the format of `marshal` (CPython's `Python/marshal.c`).

/// `FLAG_REF` of CPython's `Python/marshal.c`: later references name this object by its number.
const IS_REFERRED_TO: u8 = 0x80;

/// Appends a text as `marshal` writes it (version 4, `w_complex_object` in `Python/marshal.c`): a type byte for
/// interned, ASCII and short strings, the length in bytes, and the bytes.
pub(super) fn marshalled(string_type: u8, text: &str, out: &mut Vec<u8>) {
    let is_interned = matches!(string_type & !IS_REFERRED_TO, b'Z' | b'A' | b't');
    let by_interned = |plain: u8, interned: u8| if is_interned { interned } else { plain };
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    match u8::try_from(length) {
        Ok(short) if text.is_ascii() => out.extend([by_interned(b'z', b'Z') | string_type & IS_REFERRED_TO, short]),
        _ => {
            let kind_of_long = if text.is_ascii() { by_interned(b'a', b'A') } else { by_interned(b'u', b't') };
            out.push(kind_of_long | string_type & IS_REFERRED_TO);
            out.extend(length.to_le_bytes());
        }
    }
    out.extend(text.as_bytes());
}

/// Finds the marshalled string whose text starts at `start`. Returns the offset of its type byte, that byte, and the
/// text.
pub(super) fn marshalled_string(data: &[u8], start: usize) -> Option<(usize, u8, &str)> {
    let short = || {
        let [kind, length] = *data.get(start.checked_sub(2)?..start)?.first_chunk()?;
        matches!(kind & !IS_REFERRED_TO, b'z' | b'Z').then_some((start - 2, kind, usize::from(length)))
    };
    let long = || {
        let (kind, length) = data.get(start.checked_sub(5)?..start)?.split_first()?;
        let length = u32::from_le_bytes(*length.first_chunk()?);
        matches!(kind & !IS_REFERRED_TO, b'a' | b'A' | b'u' | b't').then_some((start - 5, *kind, length as usize))
    };
    let (at, kind, length) = short().or_else(long)?;
    Some((at, kind, str::from_utf8(data.get(start..start.checked_add(length)?)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marshalled_string_is_read_and_written_in_each_form() {
        let long = "x".repeat(300);
        for (kind, text) in [(b'z', "/e/x.py"), (b'Z' | 0x80, "/e/x.py"), (b'a', &long), (b'u' | 0x80, "/é.py")] {
            let mut written = b"before".to_vec();
            marshalled(kind, text, &mut written);
            let start = written.len() - text.len();
            written.extend(b"after");
            assert_eq!(marshalled_string(&written, start), Some((6, kind, text)));
        }
    }

    #[test]
    fn the_form_follows_the_text() {
        let kinds = |kind| {
            let texts = ["short".to_owned(), "x".repeat(256), "é".to_owned()];
            texts.map(|text| {
                let mut out = Vec::new();
                marshalled(kind, &text, &mut out);
                out[0]
            })
        };
        assert_eq!(kinds(b'z'), *b"zau");
        assert_eq!(kinds(b't' | 0x80), [b'Z' | 0x80, b'A' | 0x80, b't' | 0x80]);
    }

    #[test]
    fn what_is_no_string_is_none() {
        assert_eq!(marshalled_string(b"/e/x.py", 0), None);
        assert_eq!(marshalled_string(b"z\xff/e/x.py", 2), None);
        assert_eq!(marshalled_string(b"s\x07\0\0\0/e/x.py", 5), None);
    }
}
