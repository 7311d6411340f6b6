//! A sequence of operations as a scenario for facilitators.

use super::{at_once, copies, funds};
use crate::search::sequence::model::{BURST, Fate, Operation, State};
use gauntlet_wire::{U256, Version};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

/// The scenario behind its head. `arranged` is what the player says of the chain; a crowd's answers are not expected to
/// be any in particular.
pub(in crate::search::sequence) fn script(
    began: &State,
    operations: &[Operation],
    arranged: &Value,
    crowd: bool,
) -> String {
    let needed = needed(began, operations);
    let mut text = given(began, &needed, arranged);
    let bursts = operations.iter().filter(|operation| **operation == Operation::Burst).count();
    for other in others(bursts) {
        let _ = writeln!(text, "[given.{other}]\npayer = \"others\"\npayee = \"others-payee\"\n");
    }
    let mut bursts = 0..bursts;
    let ended = if crowd {
        in_lanes(&mut text, began, operations, &mut bursts)
    } else {
        in_order(&mut text, began, operations, &mut bursts)
    };
    expect(&mut text, &needed, began, &ended, operations, crowd);
    text
}

/// The payments of somebody else's that so many bursts settle.
fn others(bursts: usize) -> impl Iterator<Item = String> {
    (0..bursts).flat_map(|burst| (0..BURST).map(move |number| format!("other{burst}-{number}")))
}

/// One operation after the other, with what the model says of each answer. Answers the state in the end.
fn in_order(text: &mut String, began: &State, operations: &[Operation], bursts: &mut Range<usize>) -> State {
    let mut state = began.clone();
    for operation in operations {
        let payable = |number: &usize| state.payable(*number);
        let expected = match operation {
            Operation::Verify(number) => payable(number).map(|valid| format!("isValid = {valid}")),
            Operation::Settle(number) | Operation::Copied(number, _) => {
                payable(number).filter(|payable| *payable).map(|_| "success = true".into())
            }
            _ => None,
        };
        match (verbs(&state, operation), expected) {
            (Some(verbs), None) => copies(text, &verbs),
            (Some(verbs), Some(expected)) => {
                for verb in verbs {
                    let verb = verb.replace(", ", "\n");
                    let _ = writeln!(text, "[[steps]]\n{verb}\nexpect = {{ json = {{ {expected} }} }}\n");
                }
            }
            (None, _) => alone(text, operation, bursts),
        }
        state.step(operation);
    }
    state
}

/// What the lanes do first at one instant, then what they do second, and so on. Answers the state in the end.
fn in_lanes(text: &mut String, began: &State, operations: &[Operation], bursts: &mut Range<usize>) -> State {
    text.push_str("# The operations went on in several lanes at once.\n");
    let mut state = began.clone();
    for row in operations.chunks(began.lanes.max(1)) {
        // A crowd leaves out what would disturb the other lanes.
        let played = row.iter().filter(|operation| **operation != Operation::Restart);
        let (together, single): (Vec<_>, Vec<_>) =
            played.partition(|operation| verbs(&state, operation).is_some());
        let verbs: Vec<String> =
            together.iter().filter_map(|operation| verbs(&state, operation)).flatten().collect();
        at_once(text, &verbs);
        single.into_iter().for_each(|operation| alone(text, operation, bursts));
        row.iter().for_each(|operation| state.step(operation));
    }
    state
}

/// An operation as verbs that can begin beside others; none when it takes steps of its own.
fn verbs(state: &State, operation: &Operation) -> Option<Vec<String>> {
    Some(match operation {
        Operation::Verify(number) => vec![format!("verify = \"p{number}\"")],
        Operation::Settle(number) => vec![format!("settle = \"p{number}\"")],
        Operation::Copied(number, copy) => {
            vec![format!("settle = \"p{number}\", change = [\"{}\"]", copy.word())]
        }
        Operation::Together(numbers) => {
            numbers.iter().map(|number| format!("settle = \"p{number}\"")).collect()
        }
        Operation::Cancel(number) => vec![format!("cancel = \"p{number}\"")],
        Operation::Fund(payer, purse) => funds(state, *payer, *purse),
        Operation::Restart => vec!["restart = \"target\"".into()],
        Operation::Slow(_) | Operation::Burst => return None,
    })
}

/// The steps of an operation that takes several.
fn alone(text: &mut String, operation: &Operation, bursts: &mut Range<usize>) {
    match operation {
        Operation::Slow(number) => {
            let _ = writeln!(
                text,
                "[[steps]]\nmining = \"stopped\"\n\n[[steps]]\nsettle = \"p{number}\"\nbackground = true\n\n\
                 [[steps]]\nmine = 1\n\n[[steps]]\nmining = \"automatic\"\n\n[[steps]]\nawait = \"p{number}\"\n"
            );
        }
        Operation::Burst => {
            let burst = bursts.next().unwrap_or_default();
            for number in 0..BURST {
                let _ = writeln!(text, "[[steps]]\nsettle = \"other{burst}-{number}\"\n");
            }
        }
        _ => {}
    }
}

/// The payments that the scenario needs.
pub(in crate::search::sequence) fn needed(began: &State, operations: &[Operation]) -> BTreeSet<usize> {
    let payers = operations.iter().filter_map(|operation| match operation {
        Operation::Fund(payer, _) => Some(*payer),
        _ => None,
    });
    began.needed(operations.iter().flat_map(Operation::payments), payers)
}

fn given(began: &State, needed: &BTreeSet<usize>, arranged: &Value) -> String {
    let version = began.version(needed).unwrap_or(Version::V2);
    let scale = arranged["scale"].as_str().and_then(|scale| scale.parse().ok()).unwrap_or(U256::ONE);
    let mut text = String::new();
    for number in needed {
        let amount = U256::from(State::price(*number)) * scale;
        let _ = writeln!(text, "[given.p{number}]\namount = \"{amount}\"");
        text.push_str(&began.given(*number, &arranged["nonces"], version));
        text.push('\n');
    }
    text
}

fn expect(
    text: &mut String,
    needed: &BTreeSet<usize>,
    began: &State,
    ended: &State,
    operations: &[Operation],
    crowd: bool,
) {
    let _ = writeln!(text, "[expect.transfers]");
    for number in needed {
        let may = crowd || began.fates[*number] != Fate::Unused;
        let count = match ended.fates[*number] {
            Fate::Paid if !may => "1",
            Fate::Unused | Fate::Cancelled if !may => "0",
            _ => "[0, 1]",
        };
        let _ = writeln!(text, "p{number} = {count}");
    }
    let bursts = operations.iter().filter(|operation| **operation == Operation::Burst).count();
    for other in others(bursts) {
        let _ = writeln!(text, "{other} = 1");
    }
}
