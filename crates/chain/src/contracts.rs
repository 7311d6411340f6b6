//! The committed contract artifacts: runtime code, and where each variable is in storage.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolValue as _;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// One compiled contract. The artifact has more (ABI, compiler settings); only this is needed at run time.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Artifact {
    /// Code as it stands on the chain.
    pub(crate) runtime: Bytes,
    /// Hash of each source file that went in.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares it with the source"))]
    source_keccak256: HashMap<String, B256>,
    storage: HashMap<String, Place>,
}

/// Where a variable is: a slot, and the byte in it counted from the right.
#[derive(Debug, Deserialize)]
struct Place {
    slot: U256,
    offset: usize,
}

/// The contracts that can stand at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Contract {
    Gauntlet,
    Plain,
    Silent,
    Fee,
    Tolerant,
    Forgetful,
    Mute,
    Refusing,
    Reverting,
    Shouting,
    Hungry,
    Trap,
    Reentrant,
    Rebasing,
    Phantom,
    Decoy,
    Diverting,
    Greedy,
    Boastful,
    SmartWallet,
    OddWallet,
    WalletFactory,
    RogueFactory,
    RegistryWallet,
    AttestedWallet,
    SignatureValidator,
    ExactPermit2Proxy,
    UptoPermit2Proxy,
    GatewayWallet,
}

macro_rules! artifacts {
    ($($contract:ident => $file:literal),+ $(,)?) => {
        impl Contract {
            /// The committed artifact of this contract.
            pub(crate) fn artifact(self) -> &'static Artifact {
                match self {$(
                    Self::$contract => {
                        static ARTIFACT: LazyLock<Artifact> = LazyLock::new(|| {
                            parse(include_str!(concat!("../../../fixtures/contracts/artifacts/", $file, ".json")))
                        });
                        &ARTIFACT
                    }
                )+}
            }

            #[cfg(test)]
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$contract, $file)),+];
        }
    };
}

artifacts! {
    Gauntlet => "GauntletToken",
    Plain => "PlainToken",
    Silent => "SilentToken",
    Fee => "FeeToken",
    Tolerant => "TolerantToken",
    Forgetful => "ForgetfulToken",
    Mute => "MuteToken",
    Refusing => "RefusingToken",
    Reverting => "RevertingToken",
    Shouting => "ShoutingToken",
    Hungry => "HungryToken",
    Trap => "TrapToken",
    Reentrant => "ReentrantToken",
    Rebasing => "RebasingToken",
    Phantom => "PhantomToken",
    Decoy => "DecoyToken",
    Diverting => "DivertingToken",
    Greedy => "GreedyToken",
    Boastful => "BoastfulToken",
    SmartWallet => "SmartWallet",
    OddWallet => "OddWallet",
    WalletFactory => "WalletFactory",
    RogueFactory => "RogueFactory",
    RegistryWallet => "RegistryWallet",
    AttestedWallet => "AttestedWallet",
    SignatureValidator => "SignatureValidator",
    ExactPermit2Proxy => "ExactPermit2Proxy",
    UptoPermit2Proxy => "UptoPermit2Proxy",
    GatewayWallet => "GatewayWallet",
}

#[expect(clippy::expect_used, reason = "the artifacts are part of the program and a test reads each of them")]
fn parse(json: &str) -> Artifact {
    serde_json::from_str(json).expect("a committed artifact is well formed")
}

impl Contract {
    /// The slot of a plain variable and the bit at which it begins; `None` when the contract has no such variable.
    pub(crate) fn place(self, variable: &str) -> Option<(B256, usize)> {
        let place = self.artifact().storage.get(variable)?;
        Some((B256::from(place.slot), place.offset * 8))
    }

    /// The slot of `variable[account]`.
    pub(crate) fn slot_of(self, variable: &str, account: Address) -> Option<B256> {
        let (slot, _) = self.place(variable)?;
        Some(keccak256((account, slot).abi_encode()))
    }
}

/// A Solidity string of at most 31 bytes as its one slot: the bytes, and twice the length in the last byte.
pub(crate) fn short_string(text: &str) -> Option<B256> {
    let bytes = text.as_bytes();
    if bytes.len() > 31 {
        return None;
    }
    let mut slot = B256::ZERO;
    slot[..bytes.len()].copy_from_slice(bytes);
    slot[31] = u8::try_from(bytes.len() * 2).ok()?;
    Some(slot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn no_artifact_is_older_than_its_source() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/contracts");
        for (contract, name) in Contract::ALL {
            let hashes = &contract.artifact().source_keccak256;
            assert!(hashes.contains_key(&format!("{name}.sol")), "{name}");
            for (file, hash) in hashes {
                let source = std::fs::read(folder.join(file)).unwrap();
                assert_eq!(
                    keccak256(source),
                    *hash,
                    "{name}: {file} has changed; run `cargo xtask contracts`"
                );
            }
        }
    }

    #[test]
    fn every_source_is_in_an_artifact_here() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/contracts");
        let is_in_one = |file: &str| {
            Contract::ALL.iter().any(|(contract, _)| contract.artifact().source_keccak256.contains_key(file))
        };
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "sol") {
                let file = path.file_name().unwrap().to_str().unwrap();
                assert!(is_in_one(file), "{file} is not embedded");
            }
        }
    }

    #[test]
    fn strings_are_laid_out_as_solidity_does() {
        let slot = short_string("USDC").unwrap();
        assert_eq!(&slot[..5], b"USDC\0");
        assert_eq!(slot[31], 8);
        assert_eq!(short_string(""), Some(B256::ZERO));
        assert_eq!(short_string(&"x".repeat(32)), None);
    }
}
