//! The chain of a run: a local Anvil with our contracts at their canonical addresses, its accounts, the faults that a
//! scenario asks of it, and the ledger: what its logs say happened.
//!
//! ```text
//! Profile ─┐
//! Anvil ───┴─> Chain::start ─> tokens, roles, relay, mining, ledger, follower, ceiling
//! ```
//!
//! Nothing here reads the process environment but [`Environment::of_process`]. Amounts are atomic token units or wei,
//! times are Unix seconds.

pub mod anvil;
pub mod ceiling;
pub mod chain;
pub mod error;
pub mod follow;
pub mod interface;
pub mod ledger;
pub mod profile;
pub mod roles;
pub mod tokens;

mod awkward;
mod contracts;
mod events;
mod permit2_calls;
mod predeploys;
mod stand_ins;

pub use anvil::{AnvilBinary, AnvilError, AnvilVersion, Environment, Source};
pub use awkward::AwkwardToken;
pub use ceiling::{Ceiling, CeilingFacts};
pub use chain::{Chain, ChainConfig, FactoryCall, Mining, OddWallet, Relayed, UnbornWallet, Unsent};

pub use error::ChainError;
pub use follow::{BlockFacts, Follower, TxFacts};
pub use gauntlet_report::{AuthorizationUse, SentTx, Transfer};
pub use ledger::TxFact;
pub use predeploys::{MULTICALL3, PERMIT2};
pub use profile::{NetworkToken, Profile, Proxy, UnknownProfile};
pub use roles::Roles;
pub use stand_ins::{
    EXACT_PERMIT2_PROXY, GATEWAY_WALLET, SIGNATURE_VALIDATOR, UPTO_PERMIT2_PROXY, WALLET_FACTORY,
    gateway_domain,
};
pub use tokens::Tokens;
