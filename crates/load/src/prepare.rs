//! What has to stand before the load begins: chain, payers with money, target, and what it asks for.

use crate::config::{CeilingFrom, ChainFrom, LoadConfig, LoadError, Watcher};
use crate::job::{Sold, Work};
use crate::plan::{FacilitatorWork, Pace, ServerWork};
use crate::quantum;
use gauntlet_chain::{Ceiling, Chain, ChainConfig, Mining};
use gauntlet_engine::TargetSpec;
use gauntlet_engine::cast::token;
use gauntlet_engine::target::Double;
use gauntlet_engine::trial::{Live, Surroundings};
use gauntlet_probe::rules::{Action, Rule};
use gauntlet_probe::{FaultProxy, Guard, Role, Route, Shop};
use gauntlet_wire::{Terms, U256};
use std::time::Duration;

/// What every payer owns at first, atomic units: a million of a token with 18 decimals.
pub(crate) const PURSE: U256 = U256::from_limbs([0x1bce_cced_a100_0000, 0xd3c2, 0, 0]);

/// What the server double of `gauntlet serve` sells.
const SERVED_CANARY: &str = "canary-of-gauntlet-serve";
/// The route of the server double that is bought.
const SERVED_ROUTE: &str = "/cheap";
/// Fewer users than this are never enough.
const FEW_USERS: f64 = 50.0;
/// More users than this are another tool's business, unless the plan asks for them.
const MANY_USERS: f64 = 2_000.0;

/// Everything that stands.
pub(crate) struct Stand {
    pub(crate) chain: Chain,
    /// Slows the target's RPC down when the plan says so.
    _proxy: Option<FaultProxy>,
    /// Ends what was started when this process is killed.
    pub(crate) guard: Guard,
    /// What the chain itself carries, payments a second.
    pub(crate) ceiling: Option<f64>,
    /// The facilitator behind a server.
    pub(crate) facilitator: Option<Live>,
    /// What is put under load, or why it is not there.
    pub(crate) target: Result<Live, String>,
}

impl Stand {
    /// Sets everything up. A target that does not start is part of the answer.
    pub(crate) async fn set_up(config: &LoadConfig, watcher: &dyn Watcher) -> Result<Self, LoadError> {
        let guard = Guard::start();
        let ceiling = ceiling(config, &guard, watcher).await?;
        let chain = chain(config, &guard, watcher).await?;
        chain.set_mining(mining(config)).await?;
        fund(config, &chain, watcher).await?;
        let proxy = slow(config, &chain)?;
        let around = Surroundings {
            speaker: None,
            network: config.network,
            roles: chain.roles().clone(),
            rpc_url: proxy.as_ref().map_or_else(|| chain.rpc_url().to_owned(), FaultProxy::url),
            seed: config.seed,
            folder: config.folder.clone(),
            guard: guard.clone(),
        };
        let mut stand = Self {
            chain,
            _proxy: proxy,
            guard,
            ceiling,
            facilitator: None,
            target: Err("it was not started".into()),
        };
        stand.target = stand.start(config, &around, watcher).await;
        Ok(stand)
    }

    async fn start(
        &mut self,
        config: &LoadConfig,
        around: &Surroundings,
        watcher: &dyn Watcher,
    ) -> Result<Live, String> {
        let mut starter = around.starter(as_process(&config.target, config));
        if config.target.role() == Role::Server {
            watcher.step(&format!("starting {} as facilitator", config.facilitator.spec()));
            let facilitator = around.starter(as_process(&config.facilitator, config));
            let live = facilitator.start("facilitator.log").await;
            let live =
                live.map_err(|reason| format!("the facilitator behind the server did not start: {reason}"))?;
            starter = starter.pointed_at(live.url.clone());
            self.facilitator = Some(live);
        }
        if starter.starts() {
            watcher.step(&format!("starting {}", config.target.name()));
        }
        starter.start("target.log").await
    }

    /// Stops what was started, the target first.
    pub(crate) async fn stop(&mut self) {
        if let Ok(target) = &mut self.target {
            target.stop().await;
        }
        if let Some(facilitator) = &mut self.facilitator {
            facilitator.stop().await;
        }
    }

    /// The processes that take from the machine.
    pub(crate) fn processes(&self) -> Vec<(&'static str, u32)> {
        let target = self.target.as_ref().ok().and_then(Live::pid);
        let facilitator = self.facilitator.as_ref().and_then(Live::pid);
        [("target", target), ("facilitator", facilitator), ("anvil", self.chain.pid())]
            .into_iter()
            .filter_map(|(name, pid)| Some((name, pid?)))
            .collect()
    }
}

async fn chain(config: &LoadConfig, guard: &Guard, watcher: &dyn Watcher) -> Result<Chain, LoadError> {
    match &config.chain {
        ChainFrom::Own { anvil, cache } => {
            watcher.step(&format!("starting Anvil {} as {}", anvil.version, config.network.name));
            let chain = Chain::start(ChainConfig {
                gas_limit: config.plan.chain.gas_limit,
                ..ChainConfig::new(config.network, anvil.clone(), cache.clone())
            })
            .await?;
            if let Some(pid) = chain.pid() {
                guard.watch_pid(pid);
            }
            Ok(chain)
        }
        ChainFrom::Attached { rpc_url } => {
            watcher.step(&format!("using the chain at {rpc_url}"));
            Ok(Chain::attach(rpc_url, config.network).await?)
        }
    }
}

/// What the chain itself carries, measured on a chain that is like the run's and not the same: it is left with thousands
/// of spent authorizations, which make every block slower.
async fn ceiling(
    config: &LoadConfig,
    guard: &Guard,
    watcher: &dyn Watcher,
) -> Result<Option<f64>, LoadError> {
    match config.ceiling {
        CeilingFrom::Known(ceiling) => return Ok(Some(ceiling)),
        CeilingFrom::Unknown => return Ok(None),
        CeilingFrom::Measured => {}
    }
    let like = chain(config, guard, watcher).await?;
    like.set_mining(mining(config)).await?;
    watcher.step("measuring what the chain itself carries");
    let measured = like.ceiling(Ceiling::default()).await?;
    if let Some(pid) = like.pid() {
        guard.forget_pid(pid);
    }
    Ok(Some(measured.per_second))
}

fn mining(config: &LoadConfig) -> Mining {
    config.plan.chain.blocks.time().map_or(Mining::Automine, Mining::Interval)
}

async fn fund(config: &LoadConfig, chain: &Chain, watcher: &dyn Watcher) -> Result<(), LoadError> {
    if config.target.role() == Role::Server && config.plan.payments.method.permit2().is_some() {
        let what = "payments over Permit2 go to facilitators: what a server sells says itself how it is paid";
        return Err(LoadError::Plan(what.into()));
    }
    let payers = gauntlet_mint::keys::payers(&seed(config), payers(config));
    watcher.step(&format!("giving {} payers their money", payers.len()));
    let accounts: Vec<_> = payers.iter().map(|payer| payer.address).collect();
    let token = paid_in(config, chain)?.address;
    chain.set_balances(token, &accounts, PURSE).await?;
    if config.plan.payments.method.permit2().is_some() {
        chain.set_permit2_allowances(token, &accounts, PURSE).await?;
    }
    if config.plan.payments.signature.parameters().is_some() {
        watcher.step("making wallets of them that take post-quantum signatures");
        let attester = quantum::attester(&seed(config)).address();
        chain.place_attested_wallets(&accounts, attester).await?;
    }
    Ok(())
}

fn slow(config: &LoadConfig, chain: &Chain) -> Result<Option<FaultProxy>, LoadError> {
    let delay = config.plan.chain.rpc_delay;
    if delay.is_zero() {
        return Ok(None);
    }
    let proxy = FaultProxy::start(chain.rpc_url(), None)?;
    proxy.set_rules(vec![Rule::on_all(Action::Delay(delay))]);
    Ok(Some(proxy))
}

/// The seed from which payers and nonces come.
pub(crate) fn seed(config: &LoadConfig) -> String {
    format!("gauntlet/load/{}{}", config.seed, config.salt)
}

/// How many payers the run has.
pub(crate) fn payers(config: &LoadConfig) -> usize {
    let wanted = u64::from(config.plan.payments.payers);
    // Those that never pay would only make the chain slower.
    let payers = config.plan.total_payments().map_or(wanted, |payments| wanted.min(payments)).max(1);
    usize::try_from(payers).unwrap_or(1)
}

/// The token that facilitators are paid in.
fn paid_in(config: &LoadConfig, chain: &Chain) -> Result<gauntlet_wire::Token, LoadError> {
    let name = config.plan.payments.token.as_str();
    match config.target.role() {
        // A server names its own price.
        Role::Server => Ok(chain.tokens().usdc.clone()),
        _ => token(chain.tokens(), name)
            .cloned()
            .ok_or_else(|| LoadError::Plan(format!("the chain has no token {name}"))),
    }
}

/// What a facilitator is asked to settle.
pub(crate) fn terms(config: &LoadConfig, chain: &Chain) -> Result<Terms, LoadError> {
    let token = paid_in(config, chain)?;
    // A plan's price is in millionths of a token, of which ten thousand are a cent.
    let price = token.cents(config.plan.payments.price) / U256::from(10_000);
    Ok(Terms {
        scheme: "exact".into(),
        network: config.network.network,
        token,
        amount: price.max(U256::ONE),
        pay_to: chain.roles().payee.address(),
        max_timeout_seconds: config.plan.payments.window.as_secs(),
        resource: "https://gauntlet.test/load".into(),
    })
}

/// What is done to a target of this role.
pub(crate) fn work(config: &LoadConfig) -> Work {
    match (config.target.role(), config.plan.facilitator, config.plan.server) {
        (Role::Server, _, ServerWork::Challenge) => Work::Challenge,
        (Role::Server, _, ServerWork::Purchase) => Work::Purchase,
        (_, FacilitatorWork::Verify, _) => Work::Verify,
        (_, FacilitatorWork::Settle, _) => Work::Settle,
        (_, FacilitatorWork::Both, _) => Work::Both,
        (_, FacilitatorWork::Mix { verifies_per_settle }, _) => Work::Mix { verifies_per_settle },
    }
}

/// What a server sells.
pub(crate) fn sold(live: &Live) -> Result<Sold, LoadError> {
    let route = live.shop.routes.get("cheap");
    let route = route.ok_or_else(|| LoadError::Plan("the server has no route called cheap".into()))?;
    Ok(Sold {
        method: route.method.clone(),
        path: route.path.clone(),
        body: route.body.clone(),
        canary: live.shop.canary.clone(),
    })
}

/// How many users a plan needs: enough for every request that can be under way while three blocks go by.
pub(crate) fn users(config: &LoadConfig) -> usize {
    let plan = &config.plan;
    let block = plan.chain.blocks.time().unwrap_or_default() + plan.chain.rpc_delay * 5;
    let needed = |pace: &Pace| match pace {
        Pace::Rate { from, to } => {
            let waits = (block + Duration::from_secs(1)).as_secs_f64() * 3.0;
            (from.max(*to) * f64::from(plan.copies) * waits).clamp(FEW_USERS, MANY_USERS)
        }
        Pace::Users(users) => f64::from(*users),
    };
    let most = plan.stages.iter().map(|stage| needed(&stage.pace)).fold(1.0, f64::max);
    let rated = plan.users.map_or(most, f64::from);
    let closed = plan.stages.iter().filter_map(|stage| match stage.pace {
        Pace::Users(users) => Some(f64::from(users)),
        Pace::Rate { .. } => None,
    });
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and some millions"
    )]
    let users = closed.fold(rated, f64::max).ceil() as usize;
    // Copies at one instant need a user each, also in a shard.
    users.div_ceil(config.shard.of as usize).max(plan.copies as usize)
}

/// How many payments are kept ready: five seconds of the fastest stage.
pub(crate) fn ready(config: &LoadConfig) -> usize {
    let fastest = config.plan.stages.iter().map(|stage| match stage.pace {
        Pace::Rate { from, to } => from.max(to),
        Pace::Users(users) => f64::from(users) * 100.0,
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let ready = (fastest.fold(0.0, f64::max) * 5.0).clamp(256.0, 20_000.0) as usize;
    ready
}

/// A double of ours as a process of its own, so that what it takes from the machine can be told from what we take.
fn as_process(target: &TargetSpec, config: &LoadConfig) -> TargetSpec {
    let TargetSpec::Double(double) = target else { return target.clone() };
    let program = config.program.display().to_string();
    let mut command = vec![program, "serve".into(), double.role().to_string()];
    command.extend(["--network".into(), config.network.name.into()]);
    let mutant = match double {
        Double::Facilitator(mutant) => mutant.map(|mutant| mutant.name),
        Double::Server(mutant) => mutant.map(|mutant| mutant.name),
        Double::Client(mutant) => mutant.map(|mutant| mutant.name),
    };
    if let Some(mutant) = mutant {
        command.extend(["--mutant".into(), mutant.into()]);
    }
    let shop = match double.role() {
        Role::Server => Shop {
            canary: Some(SERVED_CANARY.into()),
            routes: [("cheap".to_owned(), Route::get(SERVED_ROUTE))].into_iter().collect(),
        },
        _ => Shop::default(),
    };
    TargetSpec::Command { command, role: double.role(), shop }
}
