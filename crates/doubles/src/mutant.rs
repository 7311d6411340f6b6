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

/// One row a mutant: the fault, its name, its sentence, the checks that it concerns.
macro_rules! mutants {
    ($( $fault:ident, $name:literal, $title:literal, $concerns:expr; )*) => {
        /// What a mutant does wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $( #[doc = $title] $fault, )*
        }

        /// Every mutant of the double.
        pub const MUTANTS: &[$crate::mutant::Mutant<Fault>] = &[
            $( $crate::mutant::Mutant { name: $name, fault: Fault::$fault, title: $title, concerns: $concerns }, )*
        ];
    };
}

pub(crate) use mutants;
