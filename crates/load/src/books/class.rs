//! What became of a payment, when answers and chain are put side by side.

use serde::{Deserialize, Serialize};

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Taken once, and the good answer for it names that transaction or none.
    Paid,
    /// Refused, and not taken.
    Refused,
    /// A wrong payment that was refused and not taken.
    WrongRefused,
    /// Said to be under way, and taken since.
    Pending,
    /// No whole answer, not taken, and it never can be any more.
    Lost,
    /// It can still be taken, and nobody knows.
    Unresolved,
    /// The money moved, and the answer was no.
    TakenNotServed,
    /// The money moved after whoever paid had given up.
    Late,
    /// A good answer, and no money moved.
    ServedNotTaken,
    /// The money moved more than once.
    TakenTwice,
    /// One payment, content more than once.
    ServedTwice,
    /// The good answer names a transaction that is not this payment's.
    AnotherTransaction,
    /// The good answer names a transaction that reverted.
    RevertedSuccess,
    /// A wrong payment was taken, or called good.
    WrongAccepted,
}

impl Class {
    /// All of them, the harmless ones first.
    pub const ALL: [Self; 14] = [
        Self::Paid,
        Self::Refused,
        Self::WrongRefused,
        Self::Pending,
        Self::Lost,
        Self::Unresolved,
        Self::TakenNotServed,
        Self::Late,
        Self::ServedNotTaken,
        Self::TakenTwice,
        Self::ServedTwice,
        Self::AnotherTransaction,
        Self::RevertedSuccess,
        Self::WrongAccepted,
    ];

    /// Its name in thresholds and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Refused => "refused",
            Self::WrongRefused => "wrong-refused",
            Self::Pending => "pending",
            Self::Lost => "lost",
            Self::Unresolved => "unresolved",
            Self::TakenNotServed => "taken-not-served",
            Self::Late => "late",
            Self::ServedNotTaken => "served-not-taken",
            Self::TakenTwice => "taken-twice",
            Self::ServedTwice => "served-twice",
            Self::AnotherTransaction => "another-transaction",
            Self::RevertedSuccess => "reverted-success",
            Self::WrongAccepted => "wrong-accepted",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Paid => "taken once, and answered with that",
            Self::Refused => "refused, and not taken",
            Self::WrongRefused => "wrong, refused, and not taken",
            Self::Pending => "said to be under way, and taken since",
            Self::Lost => "no whole answer, and never taken",
            Self::Unresolved => "no whole answer, and it can still be taken",
            Self::TakenNotServed => "the money moved, and the answer was no",
            Self::Late => "the money moved after the payer had given up",
            Self::ServedNotTaken => "a good answer, and no money moved",
            Self::TakenTwice => "the money moved more than once",
            Self::ServedTwice => "content more than once for one payment",
            Self::AnotherTransaction => "the answer names a transaction that is not this payment's",
            Self::RevertedSuccess => "the answer names a transaction that reverted",
            Self::WrongAccepted => "a wrong payment was taken or called good",
        }
    }

    /// Whether somebody lost money by it: then the run has failed, however fast it was.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        matches!(
            self,
            Self::TakenNotServed
                | Self::Late
                | Self::ServedNotTaken
                | Self::TakenTwice
                | Self::ServedTwice
                | Self::AnotherTransaction
                | Self::RevertedSuccess
                | Self::WrongAccepted
        )
    }

    /// Who loses what, for people.
    #[must_use]
    pub const fn risk(self) -> Option<&'static str> {
        match self {
            Self::TakenNotServed | Self::Late => Some("a customer pays and gets nothing"),
            Self::ServedNotTaken | Self::AnotherTransaction | Self::RevertedSuccess => {
                Some("a merchant serves and is not paid")
            }
            Self::ServedTwice => Some("a merchant serves again for money that came once"),
            Self::TakenTwice => Some("a customer pays twice"),
            Self::WrongAccepted => Some("whoever forges or alters a payment is served"),
            _ => None,
        }
    }
}
