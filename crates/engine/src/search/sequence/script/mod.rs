//! Sequences as scenarios: the same payments, operations and expectations in TOML.

pub(super) mod facilitator;
pub(super) mod server;

use super::model::{Purse, State};
use std::fmt::Write as _;

/// A payer's money as a verb. He is named by a payment of his; the money of one who pays for nothing changes nothing.
fn funds(state: &State, payer: usize, purse: Purse) -> Vec<String> {
    let verb = if purse == Purse::Drained { "drain" } else { "refill" };
    state.named_by(payer).map(|number| format!("{verb} = \"p{number}\"")).into_iter().collect()
}

/// What is done at one instant: copies of one payment are one step.
fn copies(text: &mut String, verbs: &[String]) {
    match verbs {
        [verb, others @ ..] if !others.is_empty() && others.iter().all(|other| other == verb) => {
            let _ = writeln!(text, "[[steps]]\n{verb}\ntogether = {}\n", verbs.len());
        }
        verbs => at_once(text, verbs),
    }
}

/// What several lanes do at one instant. A step that is alone begins alone.
fn at_once(text: &mut String, verbs: &[String]) {
    let _ = match verbs {
        [] => Ok(()),
        [verb] => writeln!(text, "[[steps]]\n{}\n", verb.replace(", ", "\n")),
        verbs => {
            let verbs: Vec<String> = verbs.iter().map(|verb| format!("{{ {verb} }}")).collect();
            writeln!(text, "[[steps]]\nparallel = [{}]\n", verbs.join(", "))
        }
    };
}
