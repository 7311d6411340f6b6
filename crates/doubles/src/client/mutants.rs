//! The broken variants of the client double: one fault each.

use crate::mutant::{self, UnknownMutant, mutants};

/// A client double with exactly one fault.
pub type Mutant = mutant::Mutant<Fault>;

/// Finds a mutant of the client double by its name.
///
/// # Errors
/// [`UnknownMutant`], with the nearest name when one is near.
pub fn by_name(name: &str) -> Result<&'static Mutant, UnknownMutant> {
    mutant::find(MUTANTS, name)
}

mutants! {
    FirstEntry, "first-entry",
        "The first entry is signed, whatever network and transfer method it names.";
    SixDecimals, "six-decimals",
        "Whatever the token, a price is taken to have six decimals too many.";
    NamesBySymbol, "names-by-symbol",
        "Authorizations are signed under the token's symbol instead of its EIP-712 name.";
    AnySpender, "any-spender",
        "A permit is signed for whatever contract the offer names.";
    VersionedPermit2, "versioned-permit2",
        "Permits are signed under a domain of Permit2 with a version, which it has not.";
    SignsAgain, "signs-again",
        "While a settlement is under way another authorization is signed and presented.";
}

const fn concerns(fault: Fault) -> &'static [&'static str] {
    match fault {
        Fault::FirstEntry => &["client.b402.{choice,permit2,spender}"],
        Fault::SixDecimals | Fault::NamesBySymbol => &["client.b402.{signs,choice}"],
        Fault::AnySpender => &["client.b402.spender"],
        Fault::VersionedPermit2 => &["client.b402.permit2"],
        Fault::SignsAgain => &["client.b402.pending"],
    }
}
