//! The body of an answer, as much of it as is needed: a target that never ends one costs time and no memory.

use reqwest::{Error, Response};

/// How much of a body is kept, bytes: more than any verdict has, and enough of a receipt or an error page.
const KEPT: usize = 256 * 1024;
/// A body that is longer than this is not read to its end, bytes. What is sold may be long, and all of it belongs to the
/// time that a purchase takes.
const LONGEST: usize = 64 << 20;

/// A body, as far as it has come.
#[derive(Debug)]
pub(super) struct Body<'a> {
    /// What is looked for in it; nothing is, when it is empty.
    word: &'a [u8],
    /// Its beginning.
    pub(super) kept: Vec<u8>,
    /// Whether the word is in it, wherever.
    pub(super) has_word: bool,
    length: usize,
    /// The last bytes, where a word may have begun.
    last: Vec<u8>,
}

/// Why there is no whole body.
#[derive(Debug)]
pub(super) enum Unread {
    /// The connection or the time ended before.
    Broken(Error),
    /// It is longer than anything is.
    Endless,
}

/// Reads a body to its end.
pub(super) async fn read<'a>(mut response: Response, word: &'a [u8]) -> Result<Body<'a>, Unread> {
    let mut body = Body::new(word);
    while let Some(part) = response.chunk().await.map_err(Unread::Broken)? {
        body.take(&part)?;
    }
    Ok(body)
}

impl<'a> Body<'a> {
    pub(super) const fn new(word: &'a [u8]) -> Self {
        Self { word, kept: Vec::new(), has_word: false, length: 0, last: Vec::new() }
    }

    fn take(&mut self, part: &[u8]) -> Result<(), Unread> {
        self.length += part.len();
        if self.length > LONGEST {
            return Err(Unread::Endless);
        }
        let room = KEPT - self.kept.len();
        self.kept.extend_from_slice(&part[..part.len().min(room)]);
        if !self.word.is_empty() && !self.has_word {
            self.last.extend_from_slice(part);
            self.has_word = self.last.windows(self.word.len()).any(|window| window == self.word);
            self.last.drain(..self.last.len().saturating_sub(self.word.len() - 1));
        }
        Ok(())
    }
}

impl Unread {
    /// In words, when it is the body's own fault.
    pub(super) fn endless() -> String {
        format!("the body is longer than {} MiB", LONGEST >> 20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(parts: &[&[u8]], word: &'a str) -> Result<Body<'a>, Unread> {
        let mut body = Body::new(word.as_bytes());
        parts.iter().try_for_each(|part| body.take(part)).map(|()| body)
    }

    #[test]
    fn a_word_is_found_across_parts_and_behind_what_is_kept() {
        let long = vec![b'x'; KEPT + 5];
        let body = of(&[&long, b"can", b"a", b"ry."], "canary").unwrap();
        assert!(body.has_word && body.kept.len() == KEPT);
        let body = of(&[b"can", b"any"], "canary").unwrap();
        assert!(!body.has_word && body.kept == b"canany");
        assert!(!of(&[b"canary"], "").unwrap().has_word);
    }

    #[test]
    fn a_body_without_an_end_is_given_up_and_was_not_kept() {
        let part = vec![0; 1 << 20];
        let mut body = Body::new(b"canary");
        let taken = (0..).take_while(|_| body.take(&part).is_ok()).count();
        assert_eq!((taken, body.kept.len()), (64, KEPT));
        assert!(body.last.len() < 6);
    }
}
