//! The contracts' interfaces, for those who call them or read their logs. The names are those of the standards.

#[allow(missing_docs, reason = "the names are those of the standards")]
mod permit2;
#[allow(missing_docs, reason = "the names are those of the standards")]
mod token;
#[allow(missing_docs, reason = "the names are those of the standards")]
mod wallet;

pub use permit2::{IExactPermit2Proxy, IPermit2, IUptoPermit2Proxy};
pub use token::IToken;
pub use wallet::{IRogueFactory, IWallet, IWalletFactory};
