//! Payments in bulk: digest, signature and text together.

use crate::digest::Digester;
use crate::keys::Payer;
use crate::nonces::Nonces;
use crate::sign::Sequential;
use crate::template::{Template, TemplateError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gauntlet_wire::{B256, Draft};

/// Payments whose signatures share their inversions.
const BATCH: usize = 256;

/// Makes payments like one draft, by throwaway payers.
#[derive(Debug, Clone)]
pub struct Mint {
    template: Template,
    digester: Digester,
    signer: Sequential,
    nonces: Nonces,
}

/// A payment that cannot be made in bulk.
pub type MintError = TemplateError;

/// A payment that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    /// Which of the payers pays.
    pub payer: usize,
    /// Its number among the payments of the mint, from 1.
    pub number: u64,
    /// Its nonce: no two of a mint are the same.
    pub nonce: B256,
    /// The body of `/verify` and `/settle`, or the value of a payment header.
    pub text: Vec<u8>,
}

impl Mint {
    /// Bodies of `/verify` and `/settle` like this draft's. `name` decides nonces and signatures: two mints of one run
    /// need two names.
    ///
    /// # Errors
    /// [`MintError`] when the draft is written in another way than usual.
    pub fn of_bodies(draft: &Draft, name: &str) -> Result<Self, MintError> {
        Ok(Self::of(draft, Template::of_body(draft)?, name))
    }

    /// Payment payloads like this draft's, which [`Mint::headers`] puts into base64.
    ///
    /// # Errors
    /// [`MintError`] when the draft is written in another way than usual.
    pub fn of_payloads(draft: &Draft, name: &str) -> Result<Self, MintError> {
        Ok(Self::of(draft, Template::of_payload(draft)?, name))
    }

    fn of(draft: &Draft, template: Template, name: &str) -> Self {
        Self {
            template,
            digester: Digester::new(&draft.domain, &draft.authorization),
            signer: Sequential::new(name),
            nonces: Nonces::new(name),
        }
    }

    /// From now on bodies like this draft's, with nonces that go on: for windows that move with the time.
    ///
    /// # Errors
    /// [`MintError`] when the draft is written in another way than usual.
    pub fn renew_bodies(&mut self, draft: &Draft) -> Result<(), MintError> {
        self.renew(draft, Template::of_body(draft)?);
        Ok(())
    }

    /// From now on payment payloads like this draft's, with nonces that go on: for windows that move with the time.
    ///
    /// # Errors
    /// [`MintError`] when the draft is written in another way than usual.
    pub fn renew_payloads(&mut self, draft: &Draft) -> Result<(), MintError> {
        self.renew(draft, Template::of_payload(draft)?);
        Ok(())
    }

    fn renew(&mut self, draft: &Draft, template: Template) {
        self.template = template;
        self.digester = Digester::new(&draft.domain, &draft.authorization);
    }

    /// The nonce of the next payment, for one that is made elsewhere: it counts as made here.
    pub fn spare_nonce(&mut self) -> (u64, B256) {
        self.nonces.draw()
    }

    /// The next payments of these payers, one each, as they stand in a body.
    pub fn bodies(&mut self, payers: &[(usize, Payer)]) -> Vec<Minted> {
        self.make(payers, <[u8]>::to_vec)
    }

    /// The next payments of these payers, one each, as they stand in a header: standard base64.
    pub fn headers(&mut self, payers: &[(usize, Payer)]) -> Vec<Minted> {
        self.make(payers, |text| STANDARD.encode(text).into_bytes())
    }

    fn make(&mut self, payers: &[(usize, Payer)], write: fn(&[u8]) -> Vec<u8>) -> Vec<Minted> {
        let mut minted = Vec::with_capacity(payers.len());
        let mut text = Vec::with_capacity(self.template.length());
        for payers in payers.chunks(BATCH) {
            let nonces: Vec<(u64, B256)> = payers.iter().map(|_| self.nonces.draw()).collect();
            let digests = payers
                .iter()
                .zip(&nonces)
                .map(|((_, payer), (_, nonce))| (payer.key, self.digester.digest(payer.address, nonce)));
            let signatures = self.signer.sign(&digests.collect::<Vec<_>>());
            for (((payer, who), (number, nonce)), signature) in payers.iter().zip(nonces).zip(&signatures) {
                self.template.write(&mut text, who, &nonce, signature);
                minted.push(Minted { payer: *payer, number, nonce, text: write(&text) });
            }
        }
        minted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::payers;
    use crate::sample::draft;
    use gauntlet_wire::message::{Reading, read_request};
    use gauntlet_wire::{Key, Version};
    use std::collections::BTreeSet;

    /// Reads what was made with our own reader, and recovers who signed it.
    #[test]
    fn what_is_made_in_bulk_is_read_and_signed_like_any_other() {
        let payers: Vec<(usize, Payer)> = payers("402", 300).into_iter().enumerate().collect();
        for version in Version::ALL {
            let draft = draft(version, Key::derive("pattern"), B256::repeat_byte(0xaa));
            let mut mint = Mint::of_bodies(&draft, "402/bulk").unwrap();
            let mut nonces = BTreeSet::new();
            for minted in [mint.bodies(&payers), mint.bodies(&payers[..3])].concat() {
                let request = read_request(&minted.text, Reading::Strict).unwrap();
                let authorization = &request.authorization;
                assert_eq!(authorization.from, payers[minted.payer].1.address);
                assert_eq!(authorization.nonce, minted.nonce);
                let signature = alloy_primitives::Signature::from_raw(&request.signature).unwrap();
                let signer = signature.recover_address_from_prehash(&authorization.digest(&draft.domain));
                assert_eq!(signer.unwrap(), authorization.from);
                assert!(nonces.insert(minted.nonce));
            }
            assert_eq!(nonces.len(), 303);
        }
    }

    #[test]
    fn headers_are_payloads_in_base64() {
        let payers: Vec<(usize, Payer)> = payers("402", 2).into_iter().enumerate().collect();
        let draft = draft(Version::V2, Key::derive("pattern"), B256::repeat_byte(0xaa));
        let headers = Mint::of_payloads(&draft, "402").unwrap().headers(&payers);
        let payloads = Mint::of_payloads(&draft, "402").unwrap().bodies(&payers);
        for (header, payload) in headers.iter().zip(&payloads) {
            assert_eq!(STANDARD.decode(&header.text).unwrap(), payload.text);
            assert_eq!((header.payer, header.nonce), (payload.payer, payload.nonce));
        }
    }
}
