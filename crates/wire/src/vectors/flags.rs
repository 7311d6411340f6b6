//! What the flags of the vectors mean.

/// A class of cases.
pub(super) struct Flag {
    /// As cases name it.
    pub(super) name: &'static str,
    /// What such a case is.
    pub(super) description: &'static str,
    /// What happens to whoever gets it wrong.
    pub(super) effect: &'static str,
}

macro_rules! flags {
    ($($name:literal, $description:literal, $effect:literal;)+) => {
        /// Every flag.
        pub(super) const FLAGS: &[Flag] =
            &[$(Flag { name: $name, description: $description, effect: $effect }),+];
    };
}

flags! {
    "Independent", "The expectation was computed by another implementation or decided by hand, not by Gauntlet.",
        "None: it says where the case comes from.";
    "Plain", "Nothing is unusual.", "Good payments are lost.";
    "Boundary", "A number at or beside a limit: of the price, of 53, 64, 128 or 256 bits, of a window.",
        "Numbers are rounded, cut or wrapped, and somebody pays another amount.";
    "Amount", "The authorized value is not the price.", "A buyer pays less than the price, or is charged more.";
    "Payee", "The money goes to another account than the one that was asked for.",
        "The buyer is served and somebody else has the money.";
    "Window", "The time before or after which the authorization is no good.",
        "A payment is taken that can never settle, or outside its time.";
    "Signature", "The signature is not the payer's, or not for this payment.",
        "Anybody can spend a payer's money, or be served without paying.";
    "SignatureForm", "The same signature written in another form.",
        "One payment is counted as two, or the token refuses what was called good.";
    "Domain", "The EIP-712 domain is another one.", "A signature for one token or chain pays on another.";
    "Network", "The network is another one, or is named in another way.", "A payment on one chain is taken for one on another.";
    "Scheme", "The scheme is another one.", "A payment of one kind is taken for one of another.";
    "Version", "The protocol version is another one, or missing.", "Two readers understand one payment differently.";
    "Spelling", "A number or hexadecimal text that is written in another way.", "Two readers understand one payment differently.";
    "Type", "A member of the wrong JSON type.", "A reader falls over, or makes up a value.";
    "Missing", "A member is missing.", "A reader falls over, or makes up a value.";
    "Nonce", "The nonce has another length, or is spent.", "One authorization pays twice.";
    "Ledger", "The chain stands against the payment.", "A server serves a payment that can never settle.";
    "Echo", "The payload's copy of the requirements differs from them.", "Two readers understand one payment differently.";
    "Harmless", "The same payment written in another way.", "Good payments are lost, or pay twice because they look new.";
    "Repeated", "A member stands twice in one object.", "One reader takes the first, another the last: two payments in one body.";
    "Combination", "Several changes at once, drawn from the seed.", "A check that one fault reaches is hidden by another.";
    "Base64", "Another flavour of base64.", "Good payments are lost, or two readers understand one differently.";
    "NotBase64", "Text that is no base64.", "A reader falls over.";
    "NotJson", "Bytes that are no JSON.", "A reader falls over, or guesses.";
    "Unicode", "Letters beyond ASCII, or escapes of them.", "A domain name is mangled and every signature is wrong.";
    "Depth", "Lists in lists.", "A reader runs out of stack, and the process ends.";
    "Checksum", "The letter case of an address (EIP-55).", "Good payments are lost, or a typing mistake goes through.";
    "Choice", "Which of several offers can be paid.", "A client pays what it should not, or gives up too early.";
}
