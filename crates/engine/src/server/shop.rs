//! The server's world: what it sells, the token by which its content is known, and the facilitator behind it.

use crate::check::Stop;
use crate::trial::{Live, OwnDouble, Starter};
use gauntlet_doubles::scripted;
use gauntlet_probe::{Client, Route};
use gauntlet_report::Bought;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use tokio::sync::{OnceCell, Semaphore};

/// A second instance of the target, with the same facilitator and payees.
pub struct Neighbour {
    /// Sends to it.
    pub client: Client,
    live: Mutex<Option<Live>>,
}

/// What a resource server sells.
pub struct Shop {
    /// Routes by name, see [`gauntlet_probe::shop::ROUTES`].
    pub routes: BTreeMap<String, Route>,
    /// Our facilitator, which the server was pointed at; `None` for a server that has its own.
    pub facilitator: Option<scripted::Handle>,
    /// One purchase at a time where the facilitator behind is no double of ours and may trip over its own nonces.
    pub lane: Semaphore,
    canary: OnceLock<String>,
    visits: Mutex<Vec<Bought>>,
    starter: Starter,
    neighbour: OnceCell<Neighbour>,
}

impl Shop {
    /// A shop as its manifest describes it. `purchases` is how many may be under way at once.
    #[must_use]
    pub fn new(
        described: gauntlet_probe::Shop,
        facilitator: Option<scripted::Handle>,
        starter: Starter,
        purchases: usize,
    ) -> Self {
        let canary = described.canary.map_or_else(OnceLock::new, OnceLock::from);
        Self {
            routes: described.routes,
            facilitator,
            lane: Semaphore::new(purchases.max(1)),
            canary,
            visits: Mutex::default(),
            starter,
            neighbour: OnceCell::new(),
        }
    }

    /// The token that stands in everything that must be paid for; `None` while it is neither configured nor learnt.
    #[must_use]
    pub fn canary(&self) -> Option<&str> {
        self.canary.get().map(String::as_str)
    }

    /// Learns the token from two paid answers of one route and what is seen without paying.
    ///
    /// It is the longest word that both paid answers have and the unpaid one has not. A dot ends a word: what stands behind
    /// one is often the name of the route.
    pub fn learn_canary(&self, first: &str, second: &str, unpaid: &str) -> Option<&str> {
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
                .filter(|word| word.len() >= 4)
                .map(str::to_owned)
                .collect()
        };
        let both = words(first).into_iter().filter(|word| second.contains(word) && !unpaid.contains(word));
        if let Some(longest) = both.max_by_key(String::len) {
            // Two controls may learn at once, and both learn the same.
            let _ = self.canary.set(longest);
        }
        self.canary()
    }

    /// The facilitator of ours that the server was pointed at.
    ///
    /// # Errors
    /// [`Stop::NotApplicable`] for a server that has its own.
    pub fn scripted(&self) -> Result<&scripted::Handle, Stop> {
        self.facilitator.as_ref().ok_or_else(|| Stop::NotApplicable(NO_FACILITATOR.into()))
    }

    /// Another instance of the same server, started when it is first asked for.
    ///
    /// # Errors
    /// [`Stop::NotApplicable`] for a server that we do not start, [`Stop::Inconclusive`] when it does not start.
    pub async fn neighbour(&self, like: &Client) -> Result<&Neighbour, Stop> {
        if !self.starter.starts() {
            return Err(Stop::NotApplicable(
                "a second server cannot be started: the target runs already".into(),
            ));
        }
        self.neighbour
            .get_or_try_init(|| async {
                let live = self.starter.start("neighbour.log").await.map_err(|reason| {
                    Stop::Inconclusive(format!("a second instance of the server did not start: {reason}"))
                })?;
                let client = like.at(&live.url)?;
                Ok(Neighbour { client, live: Mutex::new(Some(live)) })
            })
            .await
    }

    /// A server double of ours beside the target, with headers of this length in its answers.
    ///
    /// # Errors
    /// Why it did not start.
    pub(crate) async fn own_double(&self, length: usize) -> Result<OwnDouble, String> {
        self.starter.own_double(length).await
    }

    /// Ends the second instance, when there is one.
    pub async fn close(&self) {
        let live = self
            .neighbour
            .get()
            .and_then(|neighbour| neighbour.live.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(mut live) = live {
            live.stop().await;
        }
    }

    /// Keeps what a request was told, for the books.
    pub fn keep(&self, facts: Bought) {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).push(facts);
    }

    /// Everything that was asked and answered so far.
    #[must_use]
    pub fn visits(&self) -> Vec<Bought> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why a check that needs a scripted facilitator does not apply.
pub const NO_FACILITATOR: &str = "the server was not pointed at our facilitator; use {facilitator_url} in its manifest, \
                                  GAUNTLET_FACILITATOR_URL in its command, or --facilitator-port";
