//! Structs and enums of our own source, as far as a list of their fields needs: names, types, and the sentences above them.
//!
//! This reads the source of one crate, which rustfmt has written; it is no parser of Rust.

use anyhow::{Context as _, bail};

/// A struct or an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    /// The first sentence of its documentation.
    pub(super) about: String,
    /// An enum: its members are what may stand there.
    pub(super) is_choice: bool,
    /// Fields of a struct, variants of an enum; as JSON names them.
    pub(super) members: Vec<Member>,
}

/// A field or a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// The type, as Rust writes it; of a variant what it holds, or nothing.
    pub(super) kind: String,
    pub(super) about: String,
    /// Left out when it is empty, zero or none.
    pub(super) may_be_missing: bool,
    /// Its own members stand in the place of it.
    pub(super) flat: bool,
}

/// Finds a public struct or enum in a source file.
pub(super) fn item(source: &str, name: &str) -> anyhow::Result<Item> {
    let lines: Vec<&str> = source.lines().collect();
    let starts = [format!("pub struct {name} {{"), format!("pub enum {name} {{")];
    let at = lines
        .iter()
        .position(|line| starts.iter().any(|start| line == start))
        .with_context(|| format!("no `pub struct {name}` and no `pub enum {name}`"))?;
    let is_enum = lines[at].starts_with("pub enum");
    let above: Vec<&str> = lines[..at].iter().rev().take_while(|line| !line.is_empty()).copied().collect();
    let above: Vec<&str> = above.into_iter().rev().collect();
    let case = Case::of(&above);
    let body: Vec<&str> = lines[at + 1..].iter().take_while(|line| **line != "}").copied().collect();
    Ok(Item {
        name: name.to_owned(),
        about: documentation(&above),
        is_choice: is_enum,
        members: members(&body, is_enum, case)?,
    })
}

/// How serde spells the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    AsWritten,
    Kebab,
    Upper,
}

impl Case {
    fn of(above: &[&str]) -> Self {
        let has = |text: &str| above.iter().any(|line| line.contains(text));
        if has("rename_all = \"kebab-case\"") {
            Self::Kebab
        } else if has("rename_all = \"UPPERCASE\"") {
            Self::Upper
        } else {
            Self::AsWritten
        }
    }

    fn spell(self, name: &str) -> String {
        match self {
            Self::AsWritten => name.to_owned(),
            Self::Upper => name.to_uppercase(),
            Self::Kebab => {
                let mut spelled = String::new();
                for (at, letter) in name.chars().enumerate() {
                    if letter.is_uppercase() && at > 0 {
                        spelled.push('-');
                    }
                    spelled.extend(letter.to_lowercase());
                }
                spelled.replace('_', "-")
            }
        }
    }
}

fn members(body: &[&str], is_enum: bool, case: Case) -> anyhow::Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    for line in body {
        let Some(text) = line.strip_prefix("    ").filter(|text| !text.starts_with(' ')) else {
            // Inside of a variant with fields of its own.
            continue;
        };
        if text.starts_with("///") || text.starts_with("#[") {
            above.push(text);
            continue;
        }
        if text.starts_with("//") || text == "}," {
            continue;
        }
        members.push(if is_enum { variant(text, &above, case) } else { field(text, &above, case)? });
        above.clear();
    }
    Ok(members)
}

fn field(text: &str, above: &[&str], case: Case) -> anyhow::Result<Member> {
    let Some((name, kind)) =
        text.strip_prefix("pub ").and_then(|text| text.strip_suffix(',')?.split_once(": "))
    else {
        bail!("no field: {text}");
    };
    Ok(member(name, kind, above, case))
}

fn variant(text: &str, above: &[&str], case: Case) -> Member {
    let text = text.trim_end_matches([',', '{', ' ']);
    let (name, kind) = match text.split_once('(') {
        Some((name, kind)) => (name, kind.trim_end_matches(')')),
        None => (text, ""),
    };
    member(name, kind, above, case)
}

fn member(name: &str, kind: &str, above: &[&str], case: Case) -> Member {
    let has = |text: &str| above.iter().any(|line| line.starts_with("#[serde(") && line.contains(text));
    Member {
        name: case.spell(name),
        kind: kind.to_owned(),
        about: documentation(above),
        may_be_missing: has("skip_serializing_if"),
        flat: has("flatten"),
    }
}

/// The first paragraph of what stands above, without links of rustdoc's.
fn documentation(above: &[&str]) -> String {
    let lines = above.iter().filter_map(|line| line.trim_start().strip_prefix("///")).map(str::trim);
    let first: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    unlinked(&first.join(" ")).replace("[`", "`").replace("`]", "`")
}

/// `[text](target)` as `text`.
fn unlinked(text: &str) -> String {
    let Some((before, after)) = text.split_once("](") else { return text.to_owned() };
    let (Some((head, label)), Some((_, tail))) = (before.rsplit_once('['), after.split_once(')')) else {
        return text.to_owned();
    };
    unlinked(&format!("{head}{label}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "/// A thing,\n/// told.\n///\n/// More.\n#[derive(Debug)]\n#[serde(rename_all = \"kebab-case\")]\n\
                          pub struct Thing {\n    /// One [`Two`].\n    pub one_two: u64,\n    /// Perhaps.\n    \
                          #[serde(default, skip_serializing_if = \"Option::is_none\")]\n    pub rare: Option<Two>,\n}\n\n\
                          /// Kinds.\n#[serde(rename_all = \"kebab-case\")]\npub enum Two {\n    /// Read.\n    ChainRead {\n        \
                          /// Inner.\n        check: String,\n    },\n    /// Boxed.\n    Other(Box<Thing>),\n}\n";

    #[test]
    fn fields_and_variants_are_found_with_what_stands_above_them() {
        let thing = item(SOURCE, "Thing").unwrap();
        assert_eq!(thing.about, "A thing, told.");
        let names: Vec<&str> = thing.members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["one-two", "rare"]);
        assert_eq!((thing.members[0].about.as_str(), thing.members[0].kind.as_str()), ("One `Two`.", "u64"));
        assert!(thing.members[1].may_be_missing && !thing.members[0].may_be_missing);
        let two = item(SOURCE, "Two").unwrap();
        let kinds: Vec<(&str, &str)> =
            two.members.iter().map(|member| (member.name.as_str(), member.kind.as_str())).collect();
        assert_eq!(kinds, [("chain-read", ""), ("other", "Box<Thing>")]);
        assert!(item(SOURCE, "Three").is_err());
        assert_eq!(unlinked("See the [module](self) and [`X`](y)."), "See the module and `X`.");
    }
}
