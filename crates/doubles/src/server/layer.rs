//! Which part of the suite has to find each mutant of the server double.

use super::mutants::Fault::{self, *};
use crate::mutant::Layer;

/// What has to find a fault.
pub(super) const fn layer(fault: Fault) -> Layer {
    match fault {
        UnknownFieldsDictate | LongHeaderBuysAgain | IgnoresLastNonceByte | ForgetsAfter64 | ThirdIsFree
        | OneReceiptForAPayer => Layer::Search,
        _ => Layer::Scripted,
    }
}
