//! The digest against published constants, against a second computation and against another implementation.

use super::*;
use crate::Key;
use crate::eip3009::{Recovered, recover};
use alloy_primitives::{b256, hex, keccak256};

const EXACT_TYPE: &str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,\
    uint256 deadline,Witness witness)TokenPermissions(address token,uint256 amount)\
    Witness(address to,uint256 validAfter)";
const UPTO_TYPE: &str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,\
    uint256 deadline,Witness witness)TokenPermissions(address token,uint256 amount)\
    Witness(address to,address facilitator,uint256 validAfter)";

fn sample(scheme: Permit2Scheme, from: Address) -> Permit2Authorization {
    let nonce = "33247007178036348590600198031289925668252061821958005840077069883511451257277";
    Permit2Authorization {
        from,
        token: address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        amount: U256::from(10).pow(U256::from(24)),
        spender: scheme.proxy(),
        nonce: nonce.parse().unwrap(),
        deadline: U256::from(1_740_672_154),
        witness: Witness {
            to: address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
            facilitator: (scheme == Permit2Scheme::Upto)
                .then_some(address!("0x857b06519E91e3A54538791bDbb0E22373e36b66")),
            valid_after: U256::from(1_740_672_089),
        },
    }
}

#[test]
fn types_hash_as_the_deployed_contracts_have_them() {
    let permissions = b256!("0x618358ac3db8dc274f0cd8829da7e234bd48cd73c4a740aede1adec9846d06a1");
    let exact_witness = b256!("0xd97b3239a7f32295517bd14cb074edfdd188dfe5eb42f802bb26d4fd1eb12c37");
    let upto_witness = b256!("0xd4171c445a74218b01d4fd8af34ff1106580ea1e36ff837e64484bfaa2253b75");
    let exact = b256!("0xebc156cd23678a74c94df13d772ef5478420637f0c94bd10d509e1dc98f521c7");
    let upto = b256!("0x51dff6974ad4388c499e7fcfe838d2bd767162553a144098ce20ea661d70c2ee");

    let (of_exact, of_upto) =
        (sample(Permit2Scheme::Exact, Address::ZERO), sample(Permit2Scheme::Upto, Address::ZERO));
    let (exact_permit, upto_permit) = (exact_permit(&of_exact), upto_permit(&of_upto));
    assert_eq!(exact_permit.permitted.eip712_type_hash(), permissions);
    assert_eq!(exact_permit.witness.eip712_type_hash(), exact_witness);
    assert_eq!(upto_permit.witness.eip712_type_hash(), upto_witness);
    assert_eq!(exact_permit.eip712_type_hash(), exact);
    assert_eq!(upto_permit.eip712_type_hash(), upto);
    assert_eq!(keccak256(EXACT_TYPE), exact);
    assert_eq!(keccak256(UPTO_TYPE), upto);
    assert_eq!(
        separator(97, PERMIT2),
        b256!("0x4b0ae55c3d01d102f0a8e756724fe8f86b39420717f3217a9a35504cbfdf4553")
    );
}

fn exact_permit(signed: &Permit2Authorization) -> exact::PermitWitnessTransferFrom {
    exact::PermitWitnessTransferFrom {
        permitted: exact::TokenPermissions { token: signed.token, amount: signed.amount },
        spender: signed.spender,
        nonce: signed.nonce,
        deadline: signed.deadline,
        witness: exact::Witness { to: signed.witness.to, validAfter: signed.witness.valid_after },
    }
}

fn upto_permit(signed: &Permit2Authorization) -> upto::PermitWitnessTransferFrom {
    upto::PermitWitnessTransferFrom {
        permitted: upto::TokenPermissions { token: signed.token, amount: signed.amount },
        spender: signed.spender,
        nonce: signed.nonce,
        deadline: signed.deadline,
        witness: upto::Witness {
            to: signed.witness.to,
            facilitator: signed.witness.facilitator.unwrap(),
            validAfter: signed.witness.valid_after,
        },
    }
}

/// The digest by EIP-712 alone: texts, words of 32 bytes and keccak256, without any help of the types above.
fn by_hand(signed: &Permit2Authorization, chain_id: u64) -> B256 {
    let word = |address: Address| address.into_word();
    let number = |number: U256| B256::from(number);
    let hash = |words: &[B256]| keccak256(words.concat());
    let witness = &signed.witness;
    let (permit_type, witness_hash) = match witness.facilitator {
        None => {
            let kind = keccak256("Witness(address to,uint256 validAfter)");
            (EXACT_TYPE, hash(&[kind, word(witness.to), number(witness.valid_after)]))
        }
        Some(facilitator) => {
            let kind = keccak256("Witness(address to,address facilitator,uint256 validAfter)");
            let words = [kind, word(witness.to), word(facilitator), number(witness.valid_after)];
            (UPTO_TYPE, hash(&words))
        }
    };
    let permitted = hash(&[
        keccak256("TokenPermissions(address token,uint256 amount)"),
        word(signed.token),
        number(signed.amount),
    ]);
    let permit = hash(&[
        keccak256(permit_type),
        permitted,
        word(signed.spender),
        number(signed.nonce),
        number(signed.deadline),
        witness_hash,
    ]);
    let domain = hash(&[
        keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)"),
        keccak256("Permit2"),
        number(U256::from(chain_id)),
        word(PERMIT2),
    ]);
    keccak256([&[0x19, 0x01], domain.as_slice(), permit.as_slice()].concat())
}

#[test]
fn the_digest_is_what_eip_712_says_word_by_word() {
    for scheme in Permit2Scheme::ALL {
        for chain_id in [1, 97, 84532, u64::MAX] {
            let signed = sample(scheme, Address::ZERO);
            assert_eq!(signed.digest(chain_id, PERMIT2), by_hand(&signed, chain_id), "{scheme} {chain_id}");
        }
    }
}

/// Computed with viem 2.57.1 (`hashTypedData`, `signTypedData`).
#[test]
fn digest_and_signature_are_those_of_another_implementation() {
    let key = b256!("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");
    let key = Key::from_bytes(key).unwrap();
    for (scheme, chain_id, digest, signature) in [
        (
            Permit2Scheme::Exact,
            84532,
            b256!("0xc170060c90cba8d004244e16210197b42446dc63bab653464b9cff627b976370"),
            "0x23f1879533d0d9a27daae3683598794c55a4dac384778579523c041cc95fb920\
             309f32f97f832dbd1f79cda697ab21f69fd2e15344243d660b3d9ec8f12c757f1c",
        ),
        (
            Permit2Scheme::Upto,
            97,
            b256!("0x90f9f62b6b8fa6eb69c09066b6c835ca0b120024c0d5b0c818f6220de6aba243"),
            "0x298cddd4f404945ff45e6b17f587b0fdf01db8a4b51d048216dab6e02970b1d0\
             3a8ab7e8c34cf84419356b5bb31892b0159d26feebcc87f5a35d55e081d6f3e61b",
        ),
    ] {
        let signed = sample(scheme, key.address());
        assert_eq!(signed.digest(chain_id, PERMIT2), digest, "{scheme}");
        let ours = key.sign(digest).as_bytes();
        assert_eq!(hex::encode_prefixed(ours), signature, "{scheme}");
        assert_eq!(recover(&ours, digest), Recovered::Plain(signed.from), "{scheme}");
    }
}

#[test]
fn everything_but_the_payer_is_signed() {
    let digest = |signed: &Permit2Authorization| signed.digest(84532, PERMIT2);
    for scheme in Permit2Scheme::ALL {
        let plain = sample(scheme, Address::ZERO);
        let changes: [fn(&mut Permit2Authorization); 8] = [
            |signed| signed.token = Address::ZERO,
            |signed| signed.amount += U256::ONE,
            |signed| signed.spender = Address::ZERO,
            |signed| signed.nonce += U256::ONE,
            |signed| signed.deadline += U256::ONE,
            |signed| signed.witness.to = Address::ZERO,
            |signed| signed.witness.valid_after += U256::ONE,
            |signed| signed.witness.facilitator = Some(Address::ZERO),
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut changed = plain.clone();
            change(&mut changed);
            assert_ne!(digest(&changed), digest(&plain), "{scheme}, change {index}");
        }
        assert_ne!(plain.digest(1, PERMIT2), digest(&plain));
        assert_ne!(plain.digest(84532, EXACT_PROXY), digest(&plain));
        let elsewhere = Permit2Authorization { from: PERMIT2, ..plain.clone() };
        assert_eq!(digest(&elsewhere), digest(&plain));
    }
}

#[test]
fn schemes_have_names_and_proxies_of_their_own() {
    for scheme in Permit2Scheme::ALL {
        assert_eq!(Permit2Scheme::named(scheme.name()), Some(scheme));
        assert_eq!(scheme.other().other(), scheme);
        assert_ne!(scheme.other().proxy(), scheme.proxy());
    }
    assert_eq!(Permit2Scheme::named("batch-settlement"), None);
}
