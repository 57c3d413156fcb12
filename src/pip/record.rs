//! `RECORD`, the list of an installed project's files (Recording installed packages, packaging.python.org).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use csv::{ReaderBuilder, Terminator, WriterBuilder};
use sha2::{Digest, Sha256};

/// A row: a path relative to the site-packages directory, and the file's hash and size, which may be empty.
///
/// The order is that of pip: by path, by code point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) path: String,
    pub(super) hash: String,
    pub(super) size: String,
}

impl Row {
    /// The row of a file with these contents.
    pub(super) fn of(path: String, contents: &[u8]) -> Self {
        Self { path, hash: hash(contents), size: contents.len().to_string() }
    }

    /// The row of a file whose contents may change: bytecode.
    pub(super) fn bare(path: String) -> Self {
        Self { path, hash: String::new(), size: String::new() }
    }
}

/// The hash of a file as in `RECORD`: the algorithm, and the digest in URL-safe base64 without padding.
pub(crate) fn hash(contents: &[u8]) -> String {
    format!("sha256={}", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(contents)))
}

/// The limit of rows. pip and setuptools have about as many as files, some hundred.
const MAX_ROWS: usize = 40_000;

/// Reads a `RECORD`, or returns `None` if it is malformed or has too many rows.
pub(super) fn parse(text: &[u8]) -> Option<Vec<Row>> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let row = |record: csv::StringRecord| {
        let [path, hash, size] = [0, 1, 2].map(|at| record.get(at).map(str::to_owned));
        (record.len() == 3).then_some(Row { path: path?, hash: hash?, size: size? })
    };
    let rows: Vec<Row> = reader.records().take(MAX_ROWS + 1).map(|record| row(record.ok()?)).collect::<Option<_>>()?;
    (rows.len() <= MAX_ROWS).then_some(rows)
}

/// The text of a `RECORD` as pip writes it: sorted, quoted only where needed, and with lines that end in CRLF on every
/// platform.
pub(super) fn render(mut rows: Vec<Row>) -> Vec<u8> {
    rows.sort();
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // A Vec takes all that is written, and each row has three fields.
        let _ = writer.write_record([row.path, row.hash, row.size]);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_and_written_as_pip_writes_it() {
        let rows = parse(b"b.py,sha256=x,1\n\"a,\"\"b\"\".py\",,\r\nlauncher manifest.xml,sha256=y,2\n").expect("rows");
        let expected = "\"a,\"\"b\"\".py\",,\r\nb.py,sha256=x,1\r\nlauncher manifest.xml,sha256=y,2\r\n";
        assert_eq!(String::from_utf8(render(rows)).as_deref(), Ok(expected));
        assert_eq!(Row::of("e".to_owned(), b"").hash, "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    }

    #[test]
    fn rows_without_three_fields_are_no_record() {
        for text in [&b"a"[..], b"a,b", b"a,b,c,d", b"\xff,,"] {
            assert_eq!(parse(text), None);
        }
    }
}
