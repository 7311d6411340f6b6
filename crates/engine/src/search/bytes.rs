//! Bytes that only look like a message: a good one with bits flipped, pieces cut out and put in, or something else
//! altogether.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Made-up bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Bytes {
    /// A good message with edits, one after the other.
    Edited(Vec<Edit>),
    /// So many openings of lists or objects, and as many ends when it is closed.
    Nested {
        /// How deep.
        depth: usize,
        /// Objects instead of lists.
        objects: bool,
        /// Whether they are closed.
        closed: bool,
    },
    /// A good message with this text in place of its first number in quotes.
    Number(String),
    /// Any bytes.
    Any(Vec<u8>),
    /// So many letters.
    Long(usize),
}

/// An edit of bytes. A place is a share of the length: 0 is the beginning, 65535 almost the end.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// One bit flips.
    Flip(u16, u8),
    /// Everything from here is missing.
    Cut(u16),
    /// So many bytes are missing.
    Remove(u16, usize),
    /// Bytes are put in.
    Insert(u16, Vec<u8>),
}

fn at(place: u16, length: usize) -> usize {
    usize::from(place) * length / (usize::from(u16::MAX) + 1)
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        match self {
            Self::Flip(place, bit) => {
                if let Some(byte) = bytes.get_mut(at(*place, length)) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Self::Cut(place) => bytes.truncate(at(*place, length)),
            Self::Remove(place, count) => {
                let start = at(*place, length);
                bytes.drain(start..(start + count).min(length));
            }
            Self::Insert(place, more) => {
                let start = at(*place, length);
                bytes.splice(start..start, more.iter().copied());
            }
        }
    }
}

impl Bytes {
    /// The bytes, out of a good message.
    #[must_use]
    pub fn of(&self, good: &[u8]) -> Vec<u8> {
        match self {
            Self::Edited(edits) => {
                let mut bytes = good.to_vec();
                edits.iter().for_each(|edit| edit.apply(&mut bytes));
                bytes
            }
            Self::Nested { depth, objects, closed } => {
                let (open, end): (&[u8], &[u8]) = if *objects { (b"{\"a\":", b"}") } else { (b"[", b"]") };
                let inside: &[u8] = if *objects { b"1" } else { b"" };
                let ends = if *closed { end.repeat(*depth) } else { Vec::new() };
                [open.repeat(*depth), inside.to_vec(), ends].concat()
            }
            Self::Number(number) => {
                let text = String::from_utf8_lossy(good);
                text.replacen("\"10000\"", number, 1).into_bytes()
            }
            Self::Any(bytes) => bytes.clone(),
            Self::Long(length) => vec![b'a'; *length],
        }
    }

    /// For people.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Edited(edits) if edits.is_empty() => "a good message".into(),
            Self::Edited(edits) => {
                format!("a good message with {} edits of its bytes: {edits:?}", edits.len())
            }
            Self::Nested { depth, objects, closed } => {
                let what = if *objects { "objects" } else { "lists" };
                let end = if *closed { "" } else { ", not closed" };
                format!("{depth} nested {what}{end}")
            }
            Self::Number(number) => {
                format!("a good message with {} as amount", number.chars().take(40).collect::<String>())
            }
            Self::Any(bytes) => format!("{} bytes: {:?}", bytes.len(), String::from_utf8_lossy(bytes)),
            Self::Long(length) => format!("{length} letters"),
        }
    }
}

/// Pieces at which parsers stumble.
const PIECES: [&[u8]; 14] = [
    b"\0",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b",",
    b"\r\n",
    b"1e400",
    b"null",
    b"\xe2\x80\xae",
];

const NUMBERS: [&str; 10] = [
    "1e400",
    "-1e400",
    "1e999999999",
    "NaN",
    "Infinity",
    "-0",
    "0.1",
    "1e4",
    "99999999999999999999999999999999",
    "\"1e400\"",
];

fn edit() -> BoxedStrategy<Edit> {
    let piece = prop_oneof![
        3 => select(PIECES.to_vec()).prop_map(<[u8]>::to_vec).no_shrink(),
        1 => vec(any::<u8>(), 1..16),
    ];
    prop_oneof![
        4 => (any::<u16>(), 0_u8..8).prop_map(|(place, bit)| Edit::Flip(place, bit)),
        1 => any::<u16>().prop_map(Edit::Cut),
        2 => (any::<u16>(), 1_usize..64).prop_map(|(place, count)| Edit::Remove(place, count)),
        3 => (any::<u16>(), piece).prop_map(|(place, piece)| Edit::Insert(place, piece)),
    ]
    .boxed()
}

/// Made-up bytes, of at most so many.
pub fn bytes(longest: usize) -> BoxedStrategy<Bytes> {
    let depths = [1, 10, 127, 129, 500, 1_000, 10_000, 50_000, 100_000];
    let lengths = [1, 1_000, 8_000, 16_000, 100_000, 1_000_000];
    let depths: Vec<usize> = depths.into_iter().filter(|depth| depth * 6 <= longest).collect();
    let lengths: Vec<usize> = lengths.into_iter().filter(|length| *length <= longest).collect();
    let nested = (select(depths), any::<bool>(), any::<bool>())
        .prop_map(|(depth, objects, closed)| Bytes::Nested { depth, objects, closed });
    let many_digits = (10_usize..2_000).prop_map(|digits| "9".repeat(digits));
    let number = prop_oneof![select(NUMBERS.to_vec()).prop_map(str::to_owned), many_digits];
    prop_oneof![
        10 => vec(edit(), 1..4).prop_map(Bytes::Edited),
        2 => vec(any::<u8>(), 0..200).prop_map(Bytes::Any),
        2 => nested,
        2 => number.prop_map(Bytes::Number),
        1 => select(lengths).prop_map(Bytes::Long),
    ]
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    #[test]
    fn edits_change_what_they_say_and_nothing_else() {
        let good = b"0123456789";
        let of = |edit| Bytes::Edited(vec![edit]).of(good);
        assert_eq!(of(Edit::Flip(0, 0)), b"1123456789");
        assert_eq!(of(Edit::Flip(u16::MAX, 0)), b"0123456788");
        assert_eq!(of(Edit::Cut(1 << 15)), b"01234");
        assert_eq!(of(Edit::Remove(u16::MAX, 64)), b"012345678");
        assert_eq!(of(Edit::Insert(0, b"ab".to_vec())), b"ab0123456789");
        let nested = |closed| Bytes::Nested { depth: 2, objects: true, closed };
        assert_eq!(nested(true).of(good), b"{\"a\":{\"a\":1}}");
        assert_eq!(nested(false).of(good), b"{\"a\":{\"a\":1");
        assert_eq!(Bytes::Number("1e400".into()).of(b"{\"v\":\"10000\"}"), b"{\"v\":1e400}");
    }

    #[test]
    fn all_sorts_are_drawn_and_none_is_longer_than_it_may_be() {
        let mut runner = TestRunner::deterministic();
        let strategy = bytes(16_000);
        let drawn: Vec<Bytes> = (0..400).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
        assert!(drawn.iter().all(|bytes| bytes.of(b"good").len() <= 16_000));
        let some = |is: fn(&Bytes) -> bool| drawn.iter().any(is);
        assert!(some(|it| matches!(it, Bytes::Edited(_))) && some(|it| matches!(it, Bytes::Nested { .. })));
        assert!(some(|it| matches!(it, Bytes::Number(_))) && some(|it| matches!(it, Bytes::Any(_))));
        assert!(some(|it| matches!(it, Bytes::Long(_))));
    }
}
