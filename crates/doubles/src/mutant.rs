//! What a mutant is, for every role: a double with exactly one fault, and how one is found by its name.

/// A double with exactly one fault; `F` lists the faults of its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutant<F> {
    /// Name in kebab-case, as in `double:facilitator+NAME`.
    pub name: &'static str,
    /// The fault.
    pub fault: F,
    /// The fault as a sentence.
    pub title: &'static str,
    /// Globs of the ids of the checks that may fail because of the fault.
    pub concerns: &'static [&'static str],
}

impl<F> Mutant<F> {
    /// What has to find it.
    #[must_use]
    pub fn layer(&self) -> Layer {
        let searched = self.concerns.iter().any(|glob| glob.contains(".search."));
        if searched { Layer::Search } else { Layer::Scripted }
    }
}

/// Which part of the suite has to find a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A check or scenario that somebody wrote for faults of its kind.
    Scripted,
    /// The search through made-up payments and sequences: no scripted check happens to show it.
    Search,
}

impl Layer {
    /// As it is written in the matrix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scripted => "scripted",
            Self::Search => "search",
        }
    }
}

/// There is no mutant of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no mutant is called {name:?}{}; `gauntlet list mutants` names them all", did_you_mean(.suggestion))]
pub struct UnknownMutant {
    /// The name that was asked for.
    pub name: String,
    /// The nearest name that exists, when one is near.
    pub suggestion: Option<&'static str>,
}

fn did_you_mean(suggestion: &Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!(" (did you mean {name:?}?)"))
}

/// Finds a mutant of a role by its name.
///
/// # Errors
/// [`UnknownMutant`], with the nearest name when one is near.
pub fn find<F>(table: &'static [Mutant<F>], name: &str) -> Result<&'static Mutant<F>, UnknownMutant> {
    table.iter().find(|mutant| mutant.name == name).ok_or_else(|| {
        let suggestion = table
            .iter()
            .map(|mutant| (strsim::jaro_winkler(mutant.name, name), mutant.name))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, name)| name);
        UnknownMutant { name: name.to_owned(), suggestion }
    })
}

/// One row a mutant: the fault, its name, its sentence. What it concerns tells a `concerns(Fault)` in scope.
macro_rules! mutants {
    ($( $fault:ident, $name:literal, $title:literal; )*) => {
        /// What a mutant does wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $( #[doc = $title] $fault, )*
        }

        /// Every mutant of the double.
        pub const MUTANTS: &[$crate::mutant::Mutant<Fault>] = &[
            $( $crate::mutant::Mutant {
                name: $name,
                fault: Fault::$fault,
                title: $title,
                concerns: concerns(Fault::$fault),
            }, )*
        ];
    };
}

pub(crate) use mutants;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facilitator, server};
    use std::collections::HashSet;

    /// Name, title and concerns of every mutant of every role.
    fn every_mutant() -> [Vec<(&'static str, &'static str, &'static [&'static str])>; 2] {
        fn plain<F>(table: &[Mutant<F>]) -> Vec<(&'static str, &'static str, &'static [&'static str])> {
            table.iter().map(|mutant| (mutant.name, mutant.title, mutant.concerns)).collect()
        }
        [plain(facilitator::mutants::MUTANTS), plain(server::mutants::MUTANTS)]
    }

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        for table in every_mutant() {
            let names: HashSet<_> = table.iter().map(|(name, ..)| name).collect();
            assert_eq!(names.len(), table.len());
            for name in names {
                let well_formed = |part: &str| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                };
                assert!(name.split('-').all(well_formed), "{name}");
            }
        }
    }

    #[test]
    fn titles_are_sentences_and_every_mutant_concerns_something() {
        for (name, title, concerns) in every_mutant().into_iter().flatten() {
            assert!(title.ends_with('.') && title.len() > 20, "{name}");
            assert!(!concerns.is_empty(), "{name}");
        }
    }

    #[test]
    fn there_are_mutants_enough() {
        let [facilitators, servers] = every_mutant();
        assert!(facilitators.len() >= 55, "{} facilitators", facilitators.len());
        assert!(servers.len() >= 70, "{} servers", servers.len());
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let by_name = facilitator::mutants::by_name;
        assert_eq!(by_name("no-payee-check").map(|mutant| mutant.name), Ok("no-payee-check"));
        let error = by_name("no-paye-check").expect_err("not a name");
        assert_eq!(error.suggestion, Some("no-payee-check"));
        assert_eq!(
            error.to_string(),
            "no mutant is called \"no-paye-check\" (did you mean \"no-payee-check\"?); \
             `gauntlet list mutants` names them all"
        );
        assert_eq!(by_name("???").expect_err("not a name").suggestion, None);
        assert_eq!(
            server::mutants::by_name("never-setles").expect_err("not a name").suggestion,
            Some("never-settles")
        );
    }
}
