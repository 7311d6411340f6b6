//! Files that users name. Whatever a path leads to, reading it ends: no pipe is waited for, no device is read for ever, and
//! no more is taken into memory than such a file can need.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The longest file that somebody writes by hand, bytes: a scenario, manifest, plan, dialect, key, or a list of known issues.
/// The longest that comes with Gauntlet has 20 KB.
const WRITTEN: u64 = 1 << 20;
/// The longest file that Gauntlet writes itself and reads again, bytes: a record, a baseline, the report of a load run. The
/// record of a whole trial has 20 MB, and what a target can add to it is limited too; in memory it takes several times that.
const RECORDED: u64 = 1 << 30;

/// The text of a file that somebody has written.
///
/// # Errors
/// What the system says; and for everything that is no regular file, has more than a MiB, or is no UTF-8.
pub fn written(path: &Path) -> io::Result<String> {
    text(bytes(path, WRITTEN)?)
}

/// The bytes of a file that Gauntlet has written.
///
/// # Errors
/// What the system says; and for everything that is no regular file, or has more than a GiB.
pub fn recorded(path: &Path) -> io::Result<Vec<u8>> {
    bytes(path, RECORDED)
}

/// The text of a file that Gauntlet has written.
///
/// # Errors
/// As [`recorded`]; and for what is no UTF-8.
pub fn recorded_text(path: &Path) -> io::Result<String> {
    text(recorded(path)?)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        io::Error::new(io::ErrorKind::InvalidData, format!("it is no UTF-8 text (byte {at})"))
    })
}

fn bytes(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let refused = |what: String| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    // Before it is opened: a pipe that nobody writes to would be waited for.
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return refused("it is a folder".to_owned());
    }
    if !kind.is_file() {
        return refused("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    // The length that the system tells may be wrong: some files of /proc have none, and do not end either.
    File::open(path)?.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        return refused(format!("it has more than {} MiB", longest >> 20));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(read: io::Result<T>) -> String {
        read.unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "é🦀").unwrap();
        assert_eq!(written(&path).unwrap(), "é🦀");
        assert_eq!(said(bytes(&path, 5)), "it has more than 0 MiB");
        assert_eq!(bytes(&path, 6).unwrap().len(), 6);
        std::fs::write(&path, b"a\xff").unwrap();
        assert_eq!(recorded(&path).unwrap(), b"a\xff");
        assert_eq!(said(written(&path)), "it is no UTF-8 text (byte 2)");
        assert_eq!(recorded(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(said(recorded(folder.path())), "it is a folder");
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert_eq!(said(written(&pipe)), "it is no regular file");
            assert_eq!(said(recorded(Path::new("/dev/zero"))), "it is no regular file");
        }
    }
}
