//! A sequence as a scenario: the same payments, operations and expectations in TOML.

use super::model::{BURST, Fate, Operation, Purse, State};
use gauntlet_wire::Version;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The scenario behind its head. `arranged` is what the player says of the chain; a crowd's answers are not expected to
/// be any in particular.
pub(super) fn script(began: &State, operations: &[Operation], arranged: &Value, crowd: bool) -> String {
    let needed = needed(began, operations);
    let mut text = given(began, &needed, &arranged["nonces"]);
    let bursts = operations.iter().filter(|operation| **operation == Operation::Burst).count();
    for burst in 0..bursts {
        for number in 0..BURST {
            let _ = writeln!(
                text,
                "[given.other{burst}-{number}]\npayer = \"others\"\npayee = \"others-payee\"\n"
            );
        }
    }
    let mut state = began.clone();
    let (mut drawn, mut extra) = (0, String::new());
    if crowd {
        extra.push_str("# The operations went on in several lanes at once.\n");
        let lanes = began.lanes.max(1);
        for first in (0..operations.len()).step_by(lanes) {
            let row = &operations[first..operations.len().min(first + lanes)];
            for operation in row {
                steps(&mut extra, &state, operation, &mut drawn, true);
                state.step(operation);
            }
        }
    } else {
        for operation in operations {
            steps(&mut extra, &state, operation, &mut drawn, false);
            state.step(operation);
        }
    }
    text.push_str(&extra);
    expect(&mut text, &needed, began, &state, operations, crowd);
    text
}

/// The payments that the scenario needs.
pub(super) fn needed(began: &State, operations: &[Operation]) -> BTreeSet<usize> {
    let payers = operations.iter().filter_map(|operation| match operation {
        Operation::Fund(payer, _) => Some(*payer),
        _ => None,
    });
    began.needed(operations.iter().flat_map(Operation::payments), payers)
}

fn given(began: &State, needed: &BTreeSet<usize>, nonces: &Value) -> String {
    let version = began.version(needed).unwrap_or(Version::V2);
    let mut text = String::new();
    for number in needed {
        let _ = writeln!(text, "[given.p{number}]\namount = \"{}\"", State::price(*number));
        text.push_str(&began.given(*number, nonces, version));
        text.push('\n');
    }
    text
}

fn steps(text: &mut String, state: &State, operation: &Operation, bursts: &mut usize, crowd: bool) {
    let _ = match operation {
        Operation::Verify(number) => {
            let verdict = state.payable(*number).filter(|_| !crowd);
            let expected = verdict
                .map_or_else(String::new, |valid| format!("expect = {{ json = {{ isValid = {valid} }} }}\n"));
            writeln!(text, "[[steps]]\nverify = \"p{number}\"\n{expected}")
        }
        Operation::Settle(number) => {
            writeln!(text, "[[steps]]\nsettle = \"p{number}\"\n{}", settles(state, *number, crowd))
        }
        Operation::Copied(number, copy) => writeln!(
            text,
            "[[steps]]\nsettle = \"p{number}\"\nchange = [\"{}\"]\n{}",
            copy.word(),
            settles(state, *number, crowd)
        ),
        Operation::Cancel(number) => writeln!(text, "[[steps]]\ncancel = \"p{number}\"\n"),
        Operation::Fund(payer, purse) => fund(text, state, *payer, *purse),
        Operation::Restart => writeln!(text, "[[steps]]\nrestart = \"target\"\n"),
        Operation::Slow(number) => writeln!(
            text,
            "[[steps]]\nmining = \"stopped\"\n\n[[steps]]\nsettle = \"p{number}\"\nbackground = true\n\n\
             [[steps]]\nmine = 1\n\n[[steps]]\nmining = \"automatic\"\n\n\
             [[steps]]\nawait = \"p{number}\"\n"
        ),
        Operation::Together(numbers) => together(text, numbers),
        Operation::Burst => {
            for number in 0..BURST {
                let _ = writeln!(text, "[[steps]]\nsettle = \"other{bursts}-{number}\"\n");
            }
            *bursts += 1;
            Ok(())
        }
    };
}

fn settles(state: &State, number: usize, crowd: bool) -> &'static str {
    if !crowd && state.payable(number) == Some(true) {
        "expect = { json = { success = true } }\n"
    } else {
        ""
    }
}

/// A payer is named by a payment of his.
fn fund(text: &mut String, state: &State, payer: usize, purse: Purse) -> std::fmt::Result {
    let Some(number) = state.named_by(payer) else {
        return Ok(());
    };
    match purse {
        Purse::Drained => writeln!(text, "[[steps]]\ndrain = \"p{number}\"\n"),
        Purse::Refilled => writeln!(text, "[[steps]]\nrefill = \"p{number}\"\n"),
        Purse::Once => writeln!(
            text,
            "# It was {} units, so that they were enough for one payment only.\n[[steps]]\nrefill = \"p{number}\"\n",
            state.units(purse)
        ),
    }
}

fn together(text: &mut String, numbers: &[usize]) -> std::fmt::Result {
    let distinct: BTreeSet<&usize> = numbers.iter().collect();
    if let (1, [number, ..]) = (distinct.len(), numbers) {
        return writeln!(text, "[[steps]]\nsettle = \"p{number}\"\ntogether = {}\n", numbers.len());
    }
    let verbs: Vec<String> = numbers.iter().map(|number| format!("{{ settle = \"p{number}\" }}")).collect();
    writeln!(text, "[[steps]]\nparallel = [{}]\n", verbs.join(", "))
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
    for burst in 0..bursts {
        for number in 0..BURST {
            let _ = writeln!(text, "other{burst}-{number} = 1");
        }
    }
}
