//! Drives the readers without libFuzzer: proptest changes the files of a corpus, and makes small what fails.

use crate::Target;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::path::{Path, PathBuf};

/// What means something to a reader of ours.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}[31m",
    "\u{9b}",
    "\u{202e}",
    "\u{feff}",
    "é",
    "🦀",
    "]]>",
    "</script>",
    "&#0;",
    "```",
    "|",
    "::error::",
    "##[error]",
    "0x",
    "-1",
    "18446744073709551616",
    "1e999",
    "999999999999999999999999999999999999999",
    "0.0000001",
    "[[",
    "]]",
    " = ",
    "#",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "{port}",
    "{",
    "eip155:",
    "\"x402Version\":2,",
    "null",
    "true",
    "inf",
    "nan",
    "1979-05-27T07:32:00Z",
    "--",
    "==",
    "../",
    "%00",
    "s",
    "%",
    "p99",
];

/// A file of the corpus after some changes.
#[derive(Debug, Clone)]
pub struct Changed {
    file: prop::sample::Index,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    /// Other bits of a byte.
    Flip(prop::sample::Index, u8),
    /// Some bytes less.
    Cut(prop::sample::Index, u8),
    /// Nothing from there on.
    End(prop::sample::Index),
    /// Some bytes more.
    Put(prop::sample::Index, Vec<u8>),
    /// A word more.
    Say(prop::sample::Index, prop::sample::Index),
    /// A part once more.
    Again(prop::sample::Index, u8, u8),
    /// The rest of another file.
    Splice(prop::sample::Index, prop::sample::Index, prop::sample::Index),
}

fn changes() -> impl Strategy<Value = Changed> {
    let at = any::<prop::sample::Index>;
    let change = prop_oneof![
        (at(), 1u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (at(), any::<u8>()).prop_map(|(at, count)| Change::Cut(at, count)),
        at().prop_map(Change::End),
        (at(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Change::Put(at, bytes)),
        (at(), at()).prop_map(|(at, word)| Change::Say(at, word)),
        (at(), any::<u8>(), 1u8..8).prop_map(|(at, count, times)| Change::Again(at, count, times)),
        (at(), at(), at()).prop_map(|(at, file, from)| Change::Splice(at, file, from)),
    ];
    (at(), vec(change, 0..10)).prop_map(|(file, changes)| Changed { file, changes })
}

impl Changed {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.file.get(corpus).clone();
        for change in &self.changes {
            let place = |at: &prop::sample::Index| at.index(bytes.len() + 1);
            match change {
                Change::Flip(at, bits) => {
                    let at = place(at);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= bits;
                    }
                }
                Change::Cut(at, count) => {
                    let from = place(at);
                    let to = (from + usize::from(*count)).min(bytes.len());
                    bytes.drain(from..to);
                }
                Change::End(at) => bytes.truncate(place(at)),
                Change::Put(at, more) => {
                    let at = place(at);
                    bytes.splice(at..at, more.iter().copied());
                }
                Change::Say(at, word) => {
                    let at = place(at);
                    bytes.splice(at..at, word.get(TOKENS).bytes());
                }
                Change::Again(at, count, times) => {
                    let from = place(at);
                    let to = (from + usize::from(*count)).min(bytes.len());
                    let part = bytes[from..to].repeat(usize::from(*times));
                    bytes.splice(from..from, part);
                }
                Change::Splice(at, file, from) => {
                    bytes.truncate(place(at));
                    let other = file.get(corpus);
                    bytes.extend_from_slice(&other[from.index(other.len() + 1)..]);
                }
            }
        }
        bytes
    }
}

/// Bytes that a reader does not cope with.
#[derive(Debug)]
pub struct Found {
    /// The fewest that were found.
    pub bytes: Vec<u8>,
    /// What did not hold.
    pub why: String,
}

/// Tries a reader with so many changed files. The same seed tries the same.
///
/// # Errors
/// What it did not cope with.
pub fn try_out(target: &Target, corpus: &[Vec<u8>], cases: u32, seed: u64) -> Result<(), Box<Found>> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let seed: Vec<u8> = (0..4u64).flat_map(|part| seed.wrapping_add(part).to_le_bytes()).collect();
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let tried = runner.run(&changes(), |changed| {
        (target.body)(&changed.bytes(corpus));
        Ok(())
    });
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, changed)) => {
            Err(Box::new(Found { bytes: changed.bytes(corpus), why: why.to_string() }))
        }
        Err(TestError::Abort(why)) => Err(Box::new(Found { bytes: Vec::new(), why: why.to_string() })),
    }
}

/// The folder of the corpora.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

/// The files of a reader's corpus, in the order of their names, and one that is empty.
///
/// # Errors
/// What the system says.
pub fn corpus(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder().join(target.name))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    files.iter().map(std::fs::read).chain([Ok(Vec::new())]).collect()
}
