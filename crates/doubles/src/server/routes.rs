//! What the shop sells: the table of its routes, and how a path finds one.
//!
//! A path is compared byte by byte as it came. Nothing is decoded, resolved or folded before, so that there is no
//! second way to write the path of a paid route.

use gauntlet_wire::{Token, U256};

/// One route.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Its name, in content and in `/runs`.
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    path: Path,
    /// `None` for a route that is free.
    pub(super) price: Option<Price>,
    /// For people.
    pub(super) description: &'static str,
    pub(super) work: Work,
    pub(super) flow: Flow,
    pub(super) means: Means,
}

/// What a route costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    /// Cents of a token that is worth a dollar.
    cents: u64,
    pub(super) payee: Payee,
}

impl Price {
    /// Atomic units of a token.
    pub(super) fn amount(self, token: &Token) -> U256 {
        token.cents(self.cents)
    }
}

/// Who is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payee {
    Usual,
    Other,
}

/// What a route's handler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Says that nothing has to be paid.
    Free,
    /// Says how often each handler has run.
    Runs,
    /// Answers with the content at once.
    Content,
    /// Answers with the content after a while.
    Slow,
    /// Answers 500.
    Fail,
    /// Answers 404.
    Miss,
    /// Answers with the content and the JSON body of the request.
    Echo,
    /// Answers with the content, which costs this share of the price, in per cent.
    Metered(u8),
}

/// When a route is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// After its handler.
    Authorization,
    /// Before its handler, in version 2: version 1 knows no flows.
    Upfront,
}

/// How the money of a route moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// Scheme `exact`, EIP-3009.
    Eip3009,
    /// Scheme `exact`, Permit2. Version 2 only, as the next one: in version 1 such routes are paid as all others.
    Permit2,
    /// Scheme `upto`: the price is the most that is charged.
    Upto,
}

/// How a path belongs to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    Is(&'static str),
    /// This, and then one segment.
    Segment(&'static str),
    /// This, and then one segment or more.
    Rest(&'static str),
}

/// What most routes cost.
pub(super) const USUAL: Price = Price { cents: 1, payee: Payee::Usual };

const fn free(name: &'static str, path: &'static str, work: Work) -> Route {
    let (flow, means) = (Flow::Authorization, Means::Eip3009);
    Route { name, method: "GET", path: Path::Is(path), price: None, description: "", work, flow, means }
}

const fn paid(name: &'static str, path: Path, work: Work) -> Route {
    let price = Some(USUAL);
    let (flow, means) = (Flow::Authorization, Means::Eip3009);
    Route { name, method: "GET", path, price, description: "A page of the shop", work, flow, means }
}

/// Every route.
pub(super) const ROUTES: &[Route] = &[
    free("free", "/free", Work::Free),
    free("runs", "/runs", Work::Runs),
    paid("cheap", Path::Is("/cheap"), Work::Content),
    paid("twin", Path::Is("/twin"), Work::Content),
    Route {
        price: Some(Price { cents: 5, payee: Payee::Usual }),
        ..paid("dear", Path::Is("/dear"), Work::Content)
    },
    Route {
        price: Some(Price { cents: 1, payee: Payee::Other }),
        ..paid("elsewhere", Path::Is("/elsewhere"), Work::Content)
    },
    paid("slow", Path::Is("/slow"), Work::Slow),
    paid("failing", Path::Is("/failing"), Work::Fail),
    paid("missing", Path::Is("/missing"), Work::Miss),
    Route { method: "POST", ..paid("create", Path::Is("/create"), Work::Echo) },
    // Text that neither ASCII nor Latin-1 can carry.
    Route { description: "USD₮0 für ein Stück", ..paid("item", Path::Segment("/items/"), Work::Content) },
    paid("files", Path::Rest("/files/"), Work::Content),
    Route { flow: Flow::Upfront, ..paid("upfront", Path::Is("/upfront"), Work::Content) },
    paid("identified", Path::Is("/identified"), Work::Content),
    paid("required-id", Path::Is("/required-id"), Work::Content),
    Route { means: Means::Permit2, ..paid("permit2", Path::Is("/permit2"), Work::Content) },
    Route { means: Means::Upto, ..paid("metered", Path::Is("/metered"), Work::Metered(37)) },
    Route { means: Means::Upto, ..paid("unused", Path::Is("/unused"), Work::Metered(0)) },
];

/// A route, and what its path leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) route: &'static Route,
    /// The id of an item, the rest of a file's path; empty for every other route.
    pub(super) rest: String,
}

/// The route of a path.
pub(super) fn find(path: &str) -> Option<Place> {
    ROUTES.iter().find_map(|route| {
        let rest = match route.path {
            Path::Is(whole) => (path == whole).then_some("")?,
            Path::Segment(start) => path.strip_prefix(start).filter(|rest| is_segment(rest))?,
            Path::Rest(start) => path.strip_prefix(start).filter(|rest| rest.split('/').all(is_segment))?,
        };
        Some(Place { route, rest: rest.to_owned() })
    })
}

/// Whether a segment has one meaning to everybody who reads it (RFC 3986 §2.3), and is no dot segment.
fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !matches!(text, "" | "." | "..") && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_and_rest(path: &str) -> Option<(&'static str, String)> {
        find(path).map(|place| (place.route.name, place.rest))
    }

    #[test]
    fn paths_find_their_routes() {
        assert_eq!(name_and_rest("/cheap"), Some(("cheap", String::new())));
        assert_eq!(name_and_rest("/items/7"), Some(("item", "7".into())));
        assert_eq!(name_and_rest("/files/a/b.txt"), Some(("files", "a/b.txt".into())));
    }

    #[test]
    fn no_other_spelling_finds_a_route() {
        for path in [
            "",
            "/",
            "cheap",
            "*",
            "/Cheap",
            "/cheap/",
            "//cheap",
            "/cheap%0A",
            "/%63heap",
            "/./cheap",
            "/x/../cheap",
            "/cheap;a=1",
            "/cheap%",
            "\\cheap",
            "/items",
            "/items/",
            "/items/7/",
            "/items//7",
            "/items/7/8",
            "/items/..",
            "/items/%37",
            "/items%2F7",
            "/items\\7",
            "/items/7%c0",
            "/files/",
            "/files//a",
            "/files/a/",
            "/files/./a",
            "/files/a%2Fb",
            "/files/a%0A",
            "/files/a\\b",
            "/files/ü",
        ] {
            assert_eq!(name_and_rest(path), None, "{path}");
        }
    }
}
