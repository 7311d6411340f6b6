//! JSON that says a member twice, and the mutant that verifies the first and settles the last.

use super::deal::Deal;
use super::mutants::Fault;
use super::payment::Payment;
use crate::json::{self, Repeats};
use gauntlet_wire::header::bytes_lenient;
use serde_json::Value;

/// What is verified of a payment.
pub(super) fn verified(fault: Option<Fault>, payment: &Payment) -> &Value {
    match &payment.first {
        Some(first) if fault == Some(Fault::FirstDuplicateVerified) => first,
        _ => &payment.payload,
    }
}

/// Whether a settlement that failed is served: only of a payment of which something else was verified.
pub(super) fn is_served(deal: &Deal) -> bool {
    *verified(deal.service.fault, &deal.payment) != deal.payment.payload
}

/// A document in which the first of equal members counts, where a mutant needs it.
pub(super) fn first_of_each(fault: Option<Fault>, text: &str) -> Option<Value> {
    if fault != Some(Fault::FirstDuplicateVerified) {
        return None;
    }
    let (json, _) = bytes_lenient(text).ok()?;
    json::read(&json, Repeats::First).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::header::encode_bytes;
    use serde_json::json;

    #[test]
    fn the_first_of_equal_members_counts() {
        let text = encode_bytes(br#"{"a":1,"b":[{"c":null,"c":true}],"a":-2,"d":1.5}"#);
        let first = first_of_each(Some(Fault::FirstDuplicateVerified), &text);
        assert_eq!(first, Some(json!({ "a": 1, "b": [{ "c": null }], "d": 1.5 })));
        assert_eq!(first_of_each(None, &text), None);
    }
}
