//! Payment flows other than the default one.

use crate::row::Row;
use crate::server::offer::Offer;

/// The rows.
pub const ROWS: &[Row] = &[];

/// The default flow: verify, handler, settle.
pub(super) const AUTHORIZATION: &str = "authorization";

/// The flow that an offer names.
pub(super) fn flow_of(offer: &Offer) -> &str {
    offer.entry["extra"]["paymentFlow"].as_str().unwrap_or(AUTHORIZATION)
}
