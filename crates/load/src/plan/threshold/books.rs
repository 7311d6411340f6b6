//! What the books of a run count.

/// The names by which thresholds, reports and the books call what has become of payments, and what each means. First the
/// classes: every payment is in exactly one. After them the counters.
pub const BOOKS: &[(&str, &str)] = &[
    ("paid", "taken once, and answered with that"),
    ("refused", "refused, and not taken"),
    ("wrong-refused", "wrong, refused, and not taken"),
    ("pending", "said to be under way, and taken since"),
    ("lost", "no whole answer, and never taken"),
    ("unresolved", "no whole answer, and it can still be taken"),
    ("taken-not-served", "the money moved, and the answer was no"),
    ("late", "the money moved after the payer had given up"),
    ("served-not-taken", "a good answer, and no money moved"),
    ("taken-twice", "the money moved more than once"),
    ("served-twice", "content more than once for one payment"),
    ("another-transaction", "the answer names a transaction that is not this payment's"),
    ("reverted-success", "the answer names a transaction that reverted"),
    ("wrong-accepted", "a wrong payment was taken or called good"),
    ("reverted-transactions", "transactions of the target that reverted"),
    ("ran-dry", "how often no payment was ready when one was due"),
    ("gas-per-settle", "gas of a settlement on the chain, the mean of all"),
];
