//! Payments made ahead of need, by a thread of their own.

use crate::job::{Job, Payments};
use crate::permit2;
use crate::quantum::Signer;
use bytes::Bytes;
use gauntlet_mint::{Mint, MintError, Payer};
use gauntlet_report::clock;
use gauntlet_wire::mutation::words::{Cast, Change};
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{B256, Draft, Key, Token, U256};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many are made at once.
const BATCH: usize = 64;
/// How long the thread rests when enough are ready. To be woken for each payment that is taken costs more than to make it.
const REST: Duration = Duration::from_millis(5);

/// A payment that waits to be presented.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Its nonce.
    pub(super) nonce: B256,
    /// Which of the payers pays.
    pub(super) payer: usize,
    /// The body of a facilitator request, or the value of a payment header.
    pub(super) text: Bytes,
    /// What was changed in it, when it is wrong.
    pub(super) change: Option<Arc<str>>,
    made: Instant,
}

impl Prepared {
    /// Whether its window has been open for longer than it may be.
    pub(super) fn is_older_than(&self, age: Duration) -> bool {
        self.made.elapsed() > age
    }
}

/// Begins to make payments. The error that ends it comes out of the second channel.
pub(super) fn begin(job: &Job) -> (flume::Receiver<Prepared>, flume::Receiver<MintError>) {
    let (give, take) = flume::unbounded();
    let (fail, failed) = flume::bounded(1);
    let job = job.clone();
    std::thread::spawn(move || {
        if let Err(error) = make(&job, &give) {
            let _ = fail.send(error);
        }
    });
    (take, failed)
}

/// Makes payments until nobody takes them any more.
fn make(job: &Job, give: &flume::Sender<Prepared>) -> Result<(), MintError> {
    let mut press = Press::new(job)?;
    let enough = job.payments.ready.max(BATCH);
    loop {
        while give.len() >= enough && !give.is_disconnected() {
            std::thread::sleep(REST);
        }
        press.renew()?;
        for prepared in press.batch()? {
            if give.send(prepared).is_err() {
                return Ok(());
            }
        }
    }
}

/// What makes payments.
struct Press<'a> {
    job: &'a Job,
    mint: Mint,
    payers: Vec<Payer>,
    pattern: Draft,
    /// Signs what is not signed by the payer's own key.
    quantum: Option<Signer>,
    changes: Vec<(Arc<str>, &'a Change)>,
    made: u64,
    second: u64,
}

impl<'a> Press<'a> {
    fn new(job: &'a Job) -> Result<Self, MintError> {
        let second = clock::unix_seconds();
        let pattern = pattern(job, second);
        let name = name(job);
        let mint = match job.payments.echo {
            Some(_) => Mint::of_payloads(&pattern, &name)?,
            None => Mint::of_bodies(&pattern, &name)?,
        };
        let payers = gauntlet_mint::keys::payers(&job.payments.seed, job.payments.payers);
        let changes = job.payments.wrong.iter().flat_map(|(_, changes)| changes);
        let changes = changes.map(|change| (Arc::from(change.name()), change)).collect();
        let parameters = job.payments.signature.parameters();
        let quantum = parameters.map(|parameters| Signer::new(parameters, &job.payments.seed));
        Ok(Self { job, mint, payers, pattern, quantum, changes, made: 0, second })
    }

    /// Windows begin when payments are made, as a client's do.
    fn renew(&mut self) -> Result<(), MintError> {
        let now = clock::unix_seconds();
        if now == self.second {
            return Ok(());
        }
        self.second = now;
        self.pattern = pattern(self.job, now);
        match self.job.payments.echo {
            Some(_) => self.mint.renew_payloads(&self.pattern),
            None => self.mint.renew_bodies(&self.pattern),
        }
    }

    fn batch(&mut self) -> Result<Vec<Prepared>, MintError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut plain = Vec::with_capacity(BATCH);
        for _ in 0..BATCH {
            self.made += 1;
            let payer = self.payer(self.made);
            if let Some(scheme) = self.job.payments.method.permit2() {
                batch.push(self.over_permit2(scheme, payer)?);
            } else if let Some(mut quantum) = self.quantum.take() {
                let made = self.quantum_signed(&mut quantum, payer);
                self.quantum = Some(quantum);
                batch.push(made?);
            } else if self.is_wrong(self.made) {
                self.mint_plain(&mut plain, &mut batch);
                batch.push(self.wrong(payer)?);
            } else {
                plain.push((payer, self.payers[payer]));
            }
        }
        self.mint_plain(&mut plain, &mut batch);
        Ok(batch)
    }

    fn mint_plain(&mut self, plain: &mut Vec<(usize, Payer)>, batch: &mut Vec<Prepared>) {
        let minted = match self.job.payments.echo {
            Some(_) => self.mint.headers(plain),
            None => self.mint.bodies(plain),
        };
        plain.clear();
        let made = Instant::now();
        batch.extend(minted.into_iter().map(|minted| Prepared {
            number: minted.number,
            nonce: minted.nonce,
            payer: minted.payer,
            text: minted.text.into(),
            change: None,
            made,
        }));
    }

    /// Shards have payers of their own, so that no two of them share a purse.
    fn payer(&self, number: u64) -> usize {
        let (index, of) = (u64::from(self.job.shard.index), u64::from(self.job.shard.of));
        let payers = self.payers.len() as u64;
        usize::try_from((number * of + index) % payers).unwrap_or_default()
    }

    fn is_wrong(&self, number: u64) -> bool {
        let Some((share, _)) = self.job.payments.wrong else { return false };
        // Spread evenly: the golden ratio's multiples fill the unit interval without clusters.
        let place = (number as f64 * 0.618_033_988_749_894_9).fract();
        place < share
    }

    /// A payment over Permit2.
    fn over_permit2(&mut self, scheme: Permit2Scheme, payer: usize) -> Result<Prepared, MintError> {
        let (number, nonce) = self.mint.spare_nonce();
        let Payments { terms, facilitator, .. } = &self.job.payments;
        // Every payer's key is one: it was made from the like.
        let key =
            Key::from_bytes(self.payers[payer].key.to_bytes()).unwrap_or_else(|| self.pattern.signer.clone());
        let text = permit2::body(scheme, terms, key, nonce, *facilitator, self.second)?.into_bytes();
        Ok(Prepared { number, nonce, payer, text: text.into(), change: None, made: Instant::now() })
    }

    /// A payment that is signed by ML-DSA. Its signature takes longer than all else, so that these are made one by one.
    fn quantum_signed(&mut self, quantum: &mut Signer, payer: usize) -> Result<Prepared, MintError> {
        let (number, nonce) = self.mint.spare_nonce();
        let mut draft = self.pattern.clone();
        draft.authorization.from = self.payers[payer].address;
        draft.authorization.nonce = nonce;
        quantum.sign(&mut draft);
        let text = self.written(&draft)?;
        Ok(Prepared { number, nonce, payer, text: text.into(), change: None, made: Instant::now() })
    }

    /// A wrong payment, made one by one: a change may touch any part of it.
    fn wrong(&mut self, payer: usize) -> Result<Prepared, MintError> {
        let (number, nonce) = self.mint.spare_nonce();
        let which = usize::try_from(number % self.changes.len() as u64).unwrap_or_default();
        let (name, change) = self.changes[which].clone();
        let mut draft = self.pattern.clone();
        if let Some(key) = Key::from_bytes(self.payers[payer].key.to_bytes()) {
            draft.authorization.from = key.address();
            draft.signer = key;
        }
        draft.authorization.nonce = nonce;
        change.mutation(&Troupe(self.job)).apply(&mut draft, self.second);
        let text = self.written(&draft)?;
        Ok(Prepared { number, nonce, payer, text: text.into(), change: Some(name), made: Instant::now() })
    }

    /// As it goes over the wire: the value of a header, or a body.
    fn written(&self, draft: &Draft) -> Result<Vec<u8>, MintError> {
        Ok(match self.job.payments.echo {
            Some(_) => gauntlet_wire::header::encode_bytes(draft.payload()?.as_bytes()).into_bytes(),
            None => draft.body()?.into_bytes(),
        })
    }
}

/// The name that decides the nonces of a job: each shard has nonces of its own.
pub(crate) fn name(job: &Job) -> String {
    nonces_of(&job.payments.seed, job.shard.index)
}

/// The name of the nonces of a shard.
pub(crate) fn nonces_of(seed: &str, shard: u32) -> String {
    format!("{seed}/shard {shard}")
}

fn pattern(job: &Job, now: u64) -> Draft {
    let payer = Key::derive(&format!("{}/pattern", job.payments.seed));
    let draft = Draft::valid(job.version, job.payments.terms.clone(), payer, B256::repeat_byte(0xa5), now);
    match &job.payments.echo {
        Some(echo) => draft.answering(echo.clone()),
        None => draft,
    }
}

/// The accounts that a change may name.
struct Troupe<'a>(&'a Job);

impl Cast for Troupe<'_> {
    fn account(&self, name: &str) -> Key {
        Key::derive(&format!("{}/{name}", self.0.payments.seed))
    }

    fn token(&self, name: &str) -> Option<Token> {
        (name == "usdc").then(|| self.0.payments.terms.token.clone())
    }

    fn purse(&self) -> U256 {
        crate::prepare::PURSE
    }
}
