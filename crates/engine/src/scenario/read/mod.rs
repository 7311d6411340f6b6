//! From the text of a file to a scenario.

mod expect;
mod given;
mod step;
mod values;

pub use values::changes;

use super::error::ScenarioError;
use super::grammar;
use super::model::{Expect, Party, Scenario};
use super::reader::{Source, Table};
use super::sense;
use gauntlet_chain::Mining;
use gauntlet_probe::Role;
use gauntlet_report::file;
use gauntlet_wire::Version;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is at risk when a file does not say it.
const RISK: &str = "what the scenario expects does not hold";

impl Scenario {
    /// Reads a scenario from a file.
    ///
    /// # Errors
    /// [`ScenarioError`] with the place of the first fault.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        Self::load_all(path).map_err(first)
    }

    /// As [`Scenario::load`], with every fault of the file, in the order of the file.
    ///
    /// # Errors
    /// At least one [`ScenarioError`].
    pub fn load_all(path: &Path) -> Result<Self, Vec<ScenarioError>> {
        let text = file::written(path).map_err(|error| {
            vec![Source { path, text: "" }.error(None, format!("the scenario cannot be read: {error}"))]
        })?;
        Self::parse_all(&text, path)
    }

    /// Reads a scenario from a text that stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// [`ScenarioError`] with the place of the first fault.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ScenarioError> {
        Self::parse_all(text, path).map_err(first)
    }

    /// As [`Scenario::parse`], with every fault of the file, in the order of the file.
    ///
    /// # Errors
    /// At least one [`ScenarioError`].
    pub fn parse_all(text: &str, path: &Path) -> Result<Self, Vec<ScenarioError>> {
        let source = Source { path, text };
        let table =
            DeTable::parse(text).map_err(|error| vec![source.error(error.span(), error.message().trim())])?;
        let root = Table::root(source, table.get_ref());
        let mut faults = Faults::default();
        values::numbers(source, table.get_ref(), &mut faults);
        if !faults.0.is_empty() {
            // Whatever is made of such a number would be told a second time, in other words.
            return Err(faults.in_order());
        }
        let scenario = read(&root, &mut faults);
        match scenario {
            Some(scenario) if faults.0.is_empty() => {
                sense::check(&scenario, &root, &mut faults);
                if faults.0.is_empty() { Ok(scenario) } else { Err(faults.in_order()) }
            }
            _ => Err(faults.in_order()),
        }
    }
}

fn first(faults: Vec<ScenarioError>) -> ScenarioError {
    let nothing = || ScenarioError {
        path: std::path::PathBuf::new(),
        text: String::new(),
        span: None,
        message: "the scenario cannot be read".into(),
        help: None,
    };
    faults.into_iter().next().unwrap_or_else(nothing)
}

/// The faults of a file that have been found so far.
#[derive(Default)]
pub(super) struct Faults(Vec<ScenarioError>);

impl Faults {
    /// Keeps the fault, when there is one.
    pub(super) fn take<T>(&mut self, read: Result<T, ScenarioError>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault)).ok()
    }

    fn in_order(mut self) -> Vec<ScenarioError> {
        self.0.sort_by_key(|fault| fault.span.as_ref().map_or(0, |span| span.start));
        self.0.dedup();
        self.0
    }
}

fn read(root: &Table<'_>, faults: &mut Faults) -> Option<Scenario> {
    faults.take(root.only(&grammar::names(grammar::FILE)));
    let id = faults.take(read_id(root));
    let role = faults.take(read_role(root, id.as_deref()))?;
    let title = faults.take(root.needed_text("title"));
    let source = faults.take(root.said("source"));
    let covers = faults.take(root.texts("covers"));
    let risk = faults.take(root.said("risk"));
    let loss = faults.take(read_loss(root));
    let versions = faults.take(read_versions(root));
    let alone = faults.take(root.flag("alone"));
    let accounts = faults.take(root.said("accounts"));
    let chain = faults.take(read_chain(root, role));
    let given = given::read(root, role, faults);
    let steps = step::read_all(root, role, faults);
    let expect = faults.take(read_expect(root, role));
    let graded = faults.take(expect::read_graded(root, role));
    let (front, given) = given?;
    let (mining, troubles) = chain?;
    Some(Scenario {
        path: root.source.path.to_owned(),
        text: root.source.text.to_owned(),
        id: id?,
        title: title?.into_inner(),
        role,
        source: source?,
        covers: covers?.into_iter().map(Spanned::into_inner).collect(),
        risk: risk?.unwrap_or_else(|| RISK.into()),
        loss: loss?,
        versions: versions?,
        alone: alone?.unwrap_or(false),
        accounts: accounts?,
        mining,
        faults: troubles,
        front,
        given,
        steps: steps?,
        expect: expect?,
        graded: graded?,
    })
}

/// An id says what it is and ends with the name of its file; a case is called after its folder.
fn read_id(root: &Table<'_>) -> Result<String, ScenarioError> {
    let id = root.needed_text("id")?;
    let path = root.source.path;
    let stem = path.file_stem().filter(|stem| *stem != "scenario");
    let stem = stem.or_else(|| path.parent().and_then(Path::file_name)).unwrap_or_default().to_string_lossy();
    let text = id.get_ref();
    if !text.split('.').all(is_word) || !text.contains('.') {
        let message = format!(
            "`{text}` is no id: write words with dots between them, lower-case letters, digits and hyphens"
        );
        return Err(root.source.error(id.span(), message).with_help(format!("for example: mine.{stem}")));
    }
    if text.strip_suffix(stem.as_ref()).is_none_or(|start| !start.ends_with('.')) {
        let message = format!(
            "the id of this file ends with its name, such as `{}.{stem}`",
            text.split('.').next().unwrap_or("mine")
        );
        return Err(root.source.error(id.span(), message));
    }
    if text.ends_with(".v1") {
        return Err(root.source.error(id.span(), "`.v1` at the end is for the check in version 1"));
    }
    Ok(id.into_inner())
}

/// Lower-case letters, digits and hyphens.
fn is_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && text.chars().all(allowed)
}

/// The same, and no digit first.
fn is_name(text: &str) -> bool {
    is_word(text) && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn read_role(root: &Table<'_>, id: Option<&str>) -> Result<Role, ScenarioError> {
    let said = root.word("role", &[("facilitator", Role::Facilitator), ("server", Role::Server)])?;
    let begins = || id.is_some_and(|id| id.starts_with("facilitator."));
    Ok(said.unwrap_or_else(|| if begins() { Role::Facilitator } else { Role::Server }))
}

fn read_loss(root: &Table<'_>) -> Result<Option<(String, Party)>, ScenarioError> {
    match (root.said("lost")?, root.word("by", Party::WORDS)?) {
        (Some(lost), Some(by)) => Ok(Some((lost, by))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(root.error_at("lost", "`lost` needs `by` beside it: whose loss it is")),
        (None, Some(_)) => Err(root.error_at("by", "`by` needs `lost` beside it: what is lost")),
    }
}

fn read_versions(root: &Table<'_>) -> Result<Vec<Version>, ScenarioError> {
    let Some(numbers) = root.numbers("versions")? else { return Ok(Version::ALL.to_vec()) };
    numbers
        .iter()
        .map(|number| {
            u8::try_from(*number.get_ref())
                .map_err(|error| error.to_string())
                .and_then(Version::try_from)
                .map_err(|message| root.source.error(number.span(), message))
        })
        .collect()
}

fn read_chain(root: &Table<'_>, role: Role) -> Result<(Mining, Vec<gauntlet_probe::Rule>), ScenarioError> {
    let Some(chain) = root.table("chain")? else { return Ok((Mining::Automine, Vec::new())) };
    chain.only(&grammar::names(grammar::CHAIN))?;
    let mining = match chain.value("mining") {
        Some(value) => values::mining(&chain, "mining", value)?,
        None => Mining::Automine,
    };
    let Some(value) = chain.value("faults") else { return Ok((mining, Vec::new())) };
    if role != Role::Facilitator {
        return Err(chain.error_at(
            "faults",
            "faults stand between a facilitator and its node, and this scenario tries a server",
        ));
    }
    let DeValue::Array(items) = value.get_ref() else {
        return Err(chain.wrong(value, "faults", "a list of faults"));
    };
    let faults = items.iter().map(|item| values::fault(&chain, "faults", item)).collect::<Result<_, _>>()?;
    Ok((mining, faults))
}

fn read_expect(root: &Table<'_>, role: Role) -> Result<Expect, ScenarioError> {
    match root.table("expect")? {
        Some(table) => expect::read(&table, role, &grammar::names(grammar::EXPECT)),
        None => Ok(Expect::default()),
    }
}
