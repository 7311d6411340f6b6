//! A sequence of deals as a scenario for servers.

use super::{at_once, copies, funds};
use crate::search::sequence::model::{BURST, State};
use crate::search::sequence::shop::{Deal, ROUTES, step};
use gauntlet_wire::Version;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The scenario behind its head. `nonces` has one for each payment; a crowd's purchases are not expected to be served,
/// since nobody knows what comes first.
pub(in crate::search::sequence) fn script(
    began: &State,
    deals: &[Deal],
    nonces: &Value,
    crowd: bool,
) -> String {
    let needed = needed(began, deals, crowd);
    let version = began.version(&needed).unwrap_or(Version::V2);
    let mut text = String::new();
    for number in &needed {
        let route = ROUTES[number % ROUTES.len()];
        let _ = writeln!(
            text,
            "[given.p{number}]\nroute = \"{route}\"\n{}",
            began.given(*number, nonces, version)
        );
    }
    if deals.contains(&Deal::Burst) {
        text.push_str("[given.others]\nroute = \"cheap\"\n\n");
    }
    if crowd {
        in_lanes(&mut text, began, deals);
    } else {
        in_order(&mut text, began, deals);
    }
    for fact in ["served", "transfers"] {
        let _ = writeln!(text, "[expect.{fact}]");
        for number in &needed {
            let _ = writeln!(text, "p{number} = [0, 1]");
        }
        if deals.contains(&Deal::Burst) {
            let _ = writeln!(text, "others = [0, {}]", BURST * deals.len());
        }
        text.push('\n');
    }
    text
}

/// The payments that the scenario needs: whoever only asks for the route of one needs none.
pub(in crate::search::sequence) fn needed(began: &State, deals: &[Deal], crowd: bool) -> BTreeSet<usize> {
    let payers = deals.iter().filter_map(|deal| match deal {
        Deal::Fund(payer, _) => Some(*payer),
        _ => None,
    });
    let presents = |deal: &&Deal| is_played(deal, crowd) && !matches!(deal, Deal::Unpaid(_));
    began.needed(deals.iter().filter(presents).flat_map(Deal::payments), payers)
}

/// A crowd leaves out what would disturb the other lanes.
fn is_played(deal: &Deal, crowd: bool) -> bool {
    !crowd || !matches!(deal, Deal::Restart | Deal::Refused(_) | Deal::Elsewhere(_))
}

/// One deal after the other; what can be paid is served, unless the facilitator has refused it before.
fn in_order(text: &mut String, began: &State, deals: &[Deal]) {
    let (mut state, mut refused) = (began.clone(), BTreeSet::new());
    for deal in deals {
        let served = match deal {
            Deal::Pay(number) | Deal::Copied(number, _) => {
                state.payable(*number) == Some(true) && !refused.contains(number)
            }
            _ => false,
        };
        let expected = if served { "\nexpect = { canary = true }" } else { "" };
        match (verbs(began, deal), deal) {
            (Some(verbs), Deal::Together(_)) => copies(text, &verbs),
            (Some(verbs), _) => {
                for verb in verbs {
                    let _ = writeln!(text, "[[steps]]\n{}{expected}\n", verb.replace(", ", "\n"));
                }
            }
            (None, deal) => alone(text, deal),
        }
        if let Deal::Refused(number) = deal {
            refused.insert(*number);
        }
        step(&mut state, deal);
    }
}

/// What the lanes do first at one instant, then what they do second, and so on.
fn in_lanes(text: &mut String, began: &State, deals: &[Deal]) {
    text.push_str("# The deals went on in several lanes at once.\n");
    for row in deals.chunks(began.lanes.max(1)) {
        let played = row.iter().filter(|deal| is_played(deal, true));
        let (together, single): (Vec<&Deal>, Vec<&Deal>) =
            played.partition(|deal| verbs(began, deal).is_some());
        let verbs: Vec<String> = together.iter().filter_map(|deal| verbs(began, deal)).flatten().collect();
        at_once(text, &verbs);
        single.into_iter().for_each(|deal| alone(text, deal));
    }
}

/// A deal as verbs that can begin beside others; none when it takes steps of its own.
fn verbs(began: &State, deal: &Deal) -> Option<Vec<String>> {
    let route = |number: usize| ROUTES[number % ROUTES.len()];
    Some(match deal {
        Deal::Unpaid(number) => vec![format!("unpaid = \"{}\"", route(*number))],
        Deal::Pay(number) => vec![format!("pay = \"p{number}\"")],
        Deal::Copied(number, copy) => vec![format!("pay = \"p{number}\", change = [\"{}\"]", copy.word())],
        Deal::Elsewhere(number) => vec![format!("pay = \"p{number}\", at = \"{}\"", route(number + 1))],
        Deal::Together(numbers) => numbers.iter().map(|number| format!("pay = \"p{number}\"")).collect(),
        Deal::Cancel(number) => vec![format!("cancel = \"p{number}\"")],
        Deal::Fund(payer, purse) => funds(began, *payer, *purse),
        Deal::Restart => vec!["restart = \"target\"".into()],
        Deal::Refused(_) | Deal::Burst => return None,
    })
}

/// The steps of a deal that takes several.
fn alone(text: &mut String, deal: &Deal) {
    let steps = match deal {
        Deal::Refused(number) => format!(
            "answer = \"p{number}\"\nwith = \"refused\"\n\n[[steps]]\npay = \"p{number}\"\n\n\
             [[steps]]\nanswer = \"p{number}\"\nwith = \"truth\""
        ),
        Deal::Burst => format!("repeat = {BURST}\nsteps = [{{ fetch = \"others\" }}]"),
        _ => return,
    };
    let _ = writeln!(text, "[[steps]]\n{steps}\n");
}
