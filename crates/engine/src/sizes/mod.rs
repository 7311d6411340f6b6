//! The ladder of sizes: payments of many lengths, from that of everyday to several times what HTTP stacks take.
//!
//! Some are long because an unknown extension pads them, some because their signature is one that a quantum computer
//! does not forge: ML-DSA, by a wallet that answers for it (ERC-1271). Where a target stops taking them is measured and
//! fails nobody. Money without content, and content without money, fails at any size.

pub(crate) mod facilitator;
mod nginx;
mod payment;
pub(crate) mod server;

use crate::check::Lane;
use crate::cx::Cx;
use crate::row::Topic;
use gauntlet_report::{NetFault, Rung, sizes::End};

/// The rows of both roles. Alone: a target that falls over takes no other check with it.
const TOPIC: Topic = Topic {
    lane: Lane::Exclusive,
    risk: "a payment that is long, as every payment is whose signature a quantum computer cannot forge, costs somebody money",
};

/// Keeps a rung for the report.
fn keep(cx: &Cx, rung: Rung) {
    cx.collected().sizes.push(rung);
}

/// What became of a request that got no content. `in_words` says whether the answer is one of x402.
fn end_of(status: Option<u16>, fault: Option<&NetFault>, in_words: bool) -> End {
    // A server that refuses a long header may end the connection while the rest of it is still on its way: what has come
    // of its answer says what it is.
    let fault = fault.filter(|fault| !(matches!(fault, NetFault::Truncated(_)) && status.is_some()));
    match (fault, status.unwrap_or_default()) {
        (Some(NetFault::TimedOut(_)), _) => End::Hang,
        (Some(_), _) => End::Reset,
        (None, 402) => End::Refused,
        // Whoever refuses for the length says so, also where a body explains it.
        (None, 413 | 414 | 431) => End::Stack,
        (None, 400..=499) if in_words => End::Refused,
        (None, 400..=499) => End::Stack,
        (None, 500..) => End::Broken,
        (None, _) => End::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_x402_is_told_from_one_of_the_stack() {
        for (status, in_words, end) in [
            (402, false, End::Refused),
            (400, true, End::Refused),
            (400, false, End::Stack),
            (431, true, End::Stack),
            (413, false, End::Stack),
            (502, false, End::Broken),
            (500, true, End::Broken),
            (200, false, End::Other),
        ] {
            assert_eq!(end_of(Some(status), None, in_words), end, "{status}");
        }
        assert_eq!(end_of(None, Some(&NetFault::Closed(String::new())), false), End::Reset);
        assert_eq!(end_of(None, Some(&NetFault::TimedOut(1)), false), End::Hang);
        assert_eq!(end_of(Some(431), Some(&NetFault::Truncated(String::new())), false), End::Stack);
    }
}
