//! Where requirements stand. A record has only their ids; whoever has the catalogue of them tells the rest.

use crate::summary::{Coverage, Tally};
use std::collections::BTreeMap;

/// What is said of requirements that nobody knows.
const ELSEWHERE: &str = "other requirements";

/// The place of one requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The document that has it.
    pub document: String,
    /// Where in the document.
    pub section: String,
}

/// The places of requirements, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    by_id: BTreeMap<String, Rule>,
}

/// How the requirements of one document stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTally {
    /// Name of the document.
    pub document: String,
    /// All of its requirements that the run covers.
    pub all: Tally,
    /// The same by section.
    pub sections: Vec<(String, Tally)>,
}

impl FromIterator<(String, Rule)> for Rules {
    fn from_iter<T: IntoIterator<Item = (String, Rule)>>(rules: T) -> Self {
        Self { by_id: rules.into_iter().collect() }
    }
}

impl Rules {
    /// The place of a requirement.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id)
    }

    /// The requirements of a run by document and section, in the order of the names. What has no known place comes
    /// last.
    #[must_use]
    pub fn by_document(&self, coverage: &Coverage) -> Vec<DocumentTally> {
        let mut known: BTreeMap<&str, DocumentTally> = BTreeMap::new();
        let mut unknown = DocumentTally::new(ELSEWHERE);
        let mut sections: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
        for requirement in &coverage.requirements {
            let Some(Rule { document, section }) = self.find(&requirement.id) else {
                unknown.all.add(requirement.standing);
                continue;
            };
            let entry = known.entry(document).or_insert_with(|| DocumentTally::new(document));
            entry.all.add(requirement.standing);
            sections.entry((document, section)).or_default().add(requirement.standing);
        }
        for ((document, section), tally) in sections {
            if let Some(entry) = known.get_mut(document) {
                entry.sections.push((section.to_owned(), tally));
            }
        }
        let unknown = (unknown.all.total > 0).then_some(unknown);
        known.into_values().chain(unknown).collect()
    }
}

impl DocumentTally {
    fn new(document: &str) -> Self {
        Self { document: document.to_owned(), all: Tally::default(), sections: Vec::new() }
    }
}
