//! A reader of tags that is stricter than any browser.

use std::collections::{BTreeMap, BTreeSet};

/// Tags without an end.
const VOID: [&str; 2] = ["meta", "br"];

/// What would fetch, run or send something, or lead elsewhere.
const FOREIGN: [&str; 9] = ["script", "img", "link", "iframe", "object", "form", "base", "image", "use"];

/// Attributes that a page may have; those from `cx` on are for pictures.
const ATTRIBUTES: [&str; 26] = [
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "charset",
    "class",
    "content",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "open",
    "role",
    "scope",
    "tabindex",
    "title",
    "cx",
    "cy",
    "d",
    "height",
    "r",
    "text-anchor",
    "viewBox",
    "width",
    "x",
    "y",
];

/// One start tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name as it is written.
    pub name: String,
    /// Values as they are written, by name.
    pub attributes: BTreeMap<String, String>,
}

/// The start tags of a page, once everything holds that holds for any page of ours: what is opened is closed in its turn,
/// nothing is fetched or run, every link has its place, tables tell what they are, and no text steers anything.
///
/// # Panics
/// When something of that does not hold.
#[must_use]
pub fn read(page: &str) -> Vec<Tag> {
    let tags = tags(page);
    for foreign in FOREIGN {
        assert_eq!(count(&tags, foreign), 0, "{foreign}");
    }
    let ids: Vec<&String> = tags.iter().filter_map(|tag| tag.attributes.get("id")).collect();
    let places: BTreeSet<&str> = ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(places.len(), ids.len(), "one id twice: {ids:?}");
    tags.iter().for_each(|tag| check(tag, &places));
    for name in ["h1", "main", "head"] {
        assert_eq!(count(&tags, name), 1, "{name}");
    }
    assert_eq!(count(&tags, "table"), count(&tags, "caption"));
    assert!(!page.contains(|letter: char| letter.is_control() && letter != '\n'));
    assert!(!page.contains(['\u{202e}', '\u{2028}', '\u{feff}', '\u{ffff}']));
    assert!(!page.contains("compliant"), "a word that promises what nobody can hold");
    tags
}

/// How many tags have this name.
#[must_use]
pub fn count(tags: &[Tag], name: &str) -> usize {
    tags.iter().filter(|tag| tag.name == name).count()
}

fn check(tag: &Tag, places: &BTreeSet<&str>) {
    for (name, value) in &tag.attributes {
        assert!(ATTRIBUTES.contains(&name.as_str()), "{name} in {tag:?}");
        let place = match name.as_str() {
            "href" => value.strip_prefix('#').unwrap_or_else(|| panic!("leaves the page: {tag:?}")),
            "aria-labelledby" => value.as_str(),
            _ => continue,
        };
        assert!(places.contains(place), "leads nowhere: {tag:?}");
    }
    if tag.name == "th" {
        let scope = tag.attributes.get("scope").map(String::as_str);
        assert!(matches!(scope, Some("col" | "row" | "rowgroup")), "{tag:?}");
    }
}

/// All start tags, when every tag that is opened is closed in its turn.
fn tags(page: &str) -> Vec<Tag> {
    let (mut found, mut open): (Vec<Tag>, Vec<String>) = (Vec::new(), Vec::new());
    let body = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let (before, rest) = body.split_once("<style>").unwrap();
    let (style, after) = rest.split_once("</style>").unwrap();
    for foreign in ["<", "url(", "@import"] {
        assert!(!style.contains(foreign), "{foreign} in {style}");
    }
    for part in format!("{before}{after}").split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("a bare < before {part:?}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed before {part:?}");
            continue;
        }
        let (tag, ends) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if !ends && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
        found.push(Tag { name: name.to_owned(), attributes: attributes_of(attributes) });
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    found
}

fn attributes_of(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value in {text:?}"));
        let (value, more) = value.split_once('"').unwrap();
        assert_eq!(found.insert(name.to_owned(), value.to_owned()), None, "{text:?}");
        rest = more.trim();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    fn page(style: &str, body: &str) -> String {
        format!(
            "<!DOCTYPE html><html><head><style>{style}</style></head><body><main><h1 id=\"top\">t</h1>{body}</main></body></html>"
        )
    }

    #[test]
    fn a_sound_page_is_read() {
        let tags =
            read(&page("p { color: red }", "<a href=\"#top\">up</a><br><svg><path d=\"M0 0\"/></svg>"));
        assert_eq!((count(&tags, "a"), count(&tags, "path"), tags.len()), (1, 1, 9));
    }

    #[test]
    fn a_page_with_a_fault_is_refused() {
        for (style, body) in [
            ("", "<p>open"),
            ("", "<p><b></p></b>"),
            ("", "a < b"),
            ("", "<script>x()</script>"),
            ("", "<p onclick=\"x()\"></p>"),
            ("", "<p style=\"color: red\"></p>"),
            ("", "<a href=\"https://evil.example\"></a>"),
            ("", "<a href=\"#nowhere\"></a>"),
            ("", "<p id=\"top\"></p>"),
            ("", "<h1>again</h1>"),
            ("", "<table><tr><td></td></tr></table>"),
            ("", "<p>\u{1b}[2J</p>"),
            ("", "<p>\u{202e}</p>"),
            ("", "<p>compliant</p>"),
            ("p { background: url(x) }", ""),
            ("</p>", ""),
        ] {
            assert!(catch_unwind(|| read(&page(style, body))).is_err(), "{style} {body}");
        }
    }
}
