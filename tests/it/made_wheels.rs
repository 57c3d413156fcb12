//! Wheels made for a test, good and bad ones.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A wheel of pip 24.0, smaller than the real one.
pub(crate) struct MadeWheel {
    members: Vec<Member>,
    /// A name that a second member gets after all are written.
    twice: Option<String>,
    is_encrypted: bool,
}

struct Member {
    name: String,
    mode: u32,
    contents: Vec<u8>,
    /// The contents that `RECORD` lists, if it lists the member.
    listed: Option<Vec<u8>>,
}

impl MadeWheel {
    pub(crate) fn pip() -> Self {
        let entry_points = "[console_scripts]\npip = pip._main:main.run\npip3.9 = pip._main:main\nown-name = a:b\n";
        let wheel = Self { members: Vec::new(), twice: None, is_encrypted: false };
        wheel
            .file("pip/__init__.py", "__version__ = '24.0'\n")
            .file("pip/_vendor/distlib/scripts.py", "SCRIPT_TEMPLATE = 'from %(module)s import %(func)s as main\\n'\n")
            .file("pip-24.0.dist-info/METADATA", "Name: pip\nRequires-Python: >=3.7\n\nRequires-Dist: text\n")
            .file("pip-24.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            .file("pip-24.0.dist-info/entry_points.txt", entry_points)
    }

    fn member(mut self, name: &str, mode: u32, contents: &[u8], listed: Option<&[u8]>) -> Self {
        let listed = listed.map(<[u8]>::to_vec);
        self.members.push(Member { name: name.to_owned(), mode, contents: contents.to_vec(), listed });
        self
    }

    pub(crate) fn file(self, name: &str, contents: &str) -> Self {
        self.member(name, 0o100_644, contents.as_bytes(), Some(contents.as_bytes()))
    }

    pub(crate) fn executable(self, name: &str, contents: &str) -> Self {
        self.member(name, 0o100_755, contents.as_bytes(), Some(contents.as_bytes()))
    }

    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        self.member(name, 0o120_777, target.as_bytes(), Some(target.as_bytes()))
    }

    /// A file of zeros, which are hardly there when they are deflated.
    pub(crate) fn zeros(self, name: &str, length: usize) -> Self {
        let zeros = vec![0; length];
        self.member(name, 0o100_644, &zeros, Some(&zeros))
    }

    /// A file that is not the one in `RECORD`.
    pub(crate) fn forged(self, name: &str, contents: &str) -> Self {
        self.member(name, 0o100_644, contents.as_bytes(), Some(b"another"))
    }

    /// A file that is not in `RECORD`.
    pub(crate) fn unlisted(self, name: &str, contents: &str) -> Self {
        self.member(name, 0o100_644, contents.as_bytes(), None)
    }

    /// Replaces a file of the metadata.
    pub(crate) fn with(self, name: &str, contents: &str) -> Self {
        self.without(name).file(&format!("pip-24.0.dist-info/{name}"), contents)
    }

    /// Leaves out a file of the metadata.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.members.retain(|member| member.name != format!("pip-24.0.dist-info/{name}"));
        self
    }

    /// Adds a second member with the name of another.
    pub(crate) fn twice(mut self, name: &str) -> Self {
        self.twice = Some(name.to_owned());
        self
    }

    /// Marks all members as encrypted.
    pub(crate) fn encrypted(mut self) -> Self {
        self.is_encrypted = true;
        self
    }

    /// The archive.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut record = String::new();
        for Member { name, mode, contents, listed } in &self.members {
            add(&mut writer, name, *mode, contents);
            if let Some(listed) = listed {
                let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(listed));
                let name = if name.contains('"') { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.clone() };
                writeln!(record, "{name},sha256={hash},{}", listed.len()).unwrap();
            }
        }
        let own = "pip-24.0.dist-info/RECORD";
        if self.members.iter().all(|member| member.name != own) {
            add(&mut writer, own, 0o100_644, (record + own + ",,\n").as_bytes());
        }
        // No writer writes a name twice, so another one of the same length is changed afterwards.
        let other = self.twice.as_ref().map(|name| "~".repeat(name.len()));
        if let Some(other) = &other {
            add(&mut writer, other, 0o100_644, b"");
        }
        let mut bytes = writer.finish().unwrap().into_inner();
        if let Some((name, other)) = self.twice.as_ref().zip(other) {
            replace(&mut bytes, other.as_bytes(), name.as_bytes());
        }
        if self.is_encrypted {
            encrypt(&mut bytes);
        }
        bytes
    }
}

fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, mode: u32, contents: &[u8]) {
    let options = SimpleFileOptions::default().unix_permissions(mode & 0o7777);
    if mode & 0o170_000 == 0o120_000 {
        writer.add_symlink(name, str::from_utf8(contents).unwrap(), options).unwrap();
    } else {
        writer.start_file(name, options).unwrap();
        writer.write_all(contents).unwrap();
    }
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    for at in 0..bytes.len() - old.len() {
        if bytes[at..].starts_with(old) {
            bytes[at..at + old.len()].copy_from_slice(new);
        }
    }
}

/// Sets the flag of encryption in each header (APPNOTE.TXT, 4.4.4), six or eight bytes behind its start.
fn encrypt(bytes: &mut [u8]) {
    for (start, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        for at in 0..bytes.len() - 10 {
            if bytes[at..].starts_with(start) {
                bytes[at + flags] |= 1;
            }
        }
    }
}
