//! The requirements behind the judgements that every purchase undergoes.

use gauntlet_wire::Version;

/// Nothing that must be paid for is in an unpaid or refused answer.
pub const NO_CONTENT_UNPAID: &str = "GAUNTLET-RS-001";
/// No more content than settled payments.
pub const CONTENT_NEEDS_MONEY: &str = "INV-003";
/// A settled payment is served, unless the handler or the connection failed.
pub const TAKEN_NOT_SERVED: &str = "INV-004";
/// One authorization moves money once.
pub const PAID_TWICE: &str = "INV-003";

/// Nobody is handed the receipt of another payer.
pub const OWN_RECEIPT: &str = "GAUNTLET-RS-009";

/// A spent payment buys nothing more.
#[must_use]
pub const fn replayed(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-HTTP-RS-025",
        Version::V1 => "X402V1-HTTP-RS-008",
    }
}

/// Copies of one payment at one instant buy once.
#[must_use]
pub const fn raced(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-HTTP-RS-026",
        Version::V1 => "X402V1-HTTP-RS-008",
    }
}

/// A paid answer reports its settlement.
#[must_use]
pub const fn receipt(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-HTTP-RS-008",
        Version::V1 => "X402V1-HTTP-RS-003",
    }
}

/// The settlement that a paid answer reports is the one that happened.
#[must_use]
pub const fn receipt_names(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-HTTP-RS-009",
        Version::V1 => "X402V1-HTTP-RS-003",
    }
}
