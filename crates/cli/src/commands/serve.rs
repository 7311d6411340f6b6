//! `gauntlet serve`: one of our doubles as a real server.

use crate::args::{MannerName, RoleName, ServeArgs};
use crate::failure::Failure;
use crate::{interrupt, output, settings};
use gauntlet_chain::{Chain, ChainConfig, Profile, Roles, WALLET_FACTORY};
use gauntlet_doubles::mutant::UnknownMutant;
use gauntlet_doubles::tongue::{Manner, Setup};
use gauntlet_doubles::{facilitator, server};
use gauntlet_engine::trial::second_payee;
use gauntlet_probe::dialect::{Keys, throwaway_keys};
use gauntlet_probe::{Dialect, Guard, Speaker};
use gauntlet_report::ExitCode;
use gauntlet_wire::Version;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

/// The token in everything that the served double sells.
const CANARY: &str = "canary-of-gauntlet-serve";

pub(crate) async fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    match args.role {
        RoleName::Facilitator => serve_facilitator(args).await,
        RoleName::Server => serve_server(args).await,
    }
}

async fn serve_facilitator(args: ServeArgs) -> Result<ExitCode, Failure> {
    let mutant = args.mutant.as_deref().map(facilitator::mutants::by_name).transpose().map_err(unknown)?;
    let network = settings::network(&args.chain.network)?;
    let guard = Guard::start();
    let (chain, rpc_url) = chain(&args, network, &guard).await?;
    let config = facilitator_config(&rpc_url, network, args.port);
    let fault = mutant.map(|mutant| mutant.fault);
    let setup = dialect(&args, network, fault.and_then(facilitator::mutants::dialect_of))?;
    let config = facilitator::Config { fault, dialect: setup.clone(), ..config };
    let double = facilitator::serve(config).await.map_err(|error| Failure::harness(error.to_string()))?;
    let interrupted = interrupt::next();
    output::result(&format!("GAUNTLET_FACILITATOR_URL={}\nGAUNTLET_RPC_URL={rpc_url}", double.url()));
    tell_keys(setup.as_deref());
    told("facilitator", mutant.map(|mutant| mutant.title));
    // A mutant that ends takes its process with it, as a server that crashes does.
    let exit = tokio::select! {
        () = interrupted => ExitCode::Success,
        () = double.ended() => ExitCode::Failure,
    };
    double.stop().await;
    drop(chain);
    drop(guard);
    Ok(exit)
}

/// How the double speaks the dialect that is asked for, or the one in which its fault shows. The keys of its caller are those
/// of the environment, and throwaway ones otherwise.
fn dialect(args: &ServeArgs, network: &Profile, own: Option<&str>) -> Result<Option<Arc<Setup>>, Failure> {
    let Some(name) = args.dialect.as_deref().or(own) else { return Ok(None) };
    let found = Dialect::find(name, Path::new("")).map_err(|error| Failure::usage(error.to_string()))?;
    let Some(dialect) = found else { return Ok(None) };
    let keys =
        Keys::of(&dialect, |name| std::env::var(name).ok()).unwrap_or_else(|_| throwaway_keys(&dialect));
    let speaker = Speaker::new(dialect, keys).map_err(|error| Failure::usage(error.to_string()))?;
    let manner = match args.manner {
        MannerName::Production => Manner::Production,
        MannerName::Documents => Manner::Documents,
    };
    Ok(Some(Arc::new(gauntlet_engine::dialect::setup(&Arc::new(speaker), network, manner))))
}

/// What a caller of the double has to set.
fn tell_keys(setup: Option<&Setup>) {
    for (name, key) in setup.into_iter().flat_map(|setup| setup.speaker.keys.iter()) {
        output::result(&format!("{name}={key}"));
    }
}

async fn serve_server(args: ServeArgs) -> Result<ExitCode, Failure> {
    let mutant = args.mutant.as_deref().map(server::mutants::by_name).transpose().map_err(unknown)?;
    let network = settings::network(&args.chain.network)?;
    let fault = mutant.map(|mutant| mutant.fault);
    let setup = dialect(&args, network, fault.and_then(server::mutants::dialect_of))?;
    if let Some(setup) = &setup {
        gauntlet_engine::dialect::fits_servers(&setup.speaker.dialect).map_err(Failure::usage)?;
    }
    let guard = Guard::start();
    let (beside, facilitator_url) = match &args.facilitator_url {
        Some(url) => (None, url.clone()),
        None => {
            let (chain, rpc_url) = chain(&args, network, &guard).await?;
            let config =
                facilitator::Config { dialect: setup.clone(), ..facilitator_config(&rpc_url, network, 0) };
            let double =
                facilitator::serve(config).await.map_err(|error| Failure::harness(error.to_string()))?;
            output::result(&format!("GAUNTLET_RPC_URL={rpc_url}"));
            let url = double.url();
            (Some((chain, double)), url)
        }
    };
    let double = server::serve(server::Config {
        facilitator_url: facilitator_url.clone(),
        speaker: setup.as_ref().map(|setup| Arc::clone(&setup.speaker)),
        network: network.network,
        token: network.usdc.clone(),
        payee: Roles::default().payee.address(),
        other_payee: second_payee(),
        canary: CANARY.into(),
        // The kinds of a dialect are those of version 2.
        versions: if setup.is_some() { vec![Version::V2] } else { Version::ALL.to_vec() },
        sales: server::Sales::default(),
        fault,
        lengths: server::Lengths { challenge: args.challenge_bytes, receipt: args.receipt_bytes },
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)),
    })
    .await
    .map_err(|error| Failure::harness(error.to_string()))?;
    let interrupted = interrupt::next();
    output::result(&format!(
        "GAUNTLET_FACILITATOR_URL={facilitator_url}\nGAUNTLET_SERVER_URL={}",
        double.url()
    ));
    told("resource server", mutant.map(|mutant| mutant.title));
    interrupted.await;
    double.stop().await;
    if let Some((chain, facilitator)) = beside {
        facilitator.stop().await;
        drop(chain);
    }
    drop(guard);
    Ok(ExitCode::Success)
}

fn unknown(error: UnknownMutant) -> Failure {
    Failure::usage(error.to_string())
}

fn told(what: &str, fault: Option<&str>) {
    output::remark(&match fault {
        None => format!("the conforming {what} double serves; Ctrl-C stops it"),
        Some(title) => format!("a {what} that is broken on purpose serves ({title}); Ctrl-C stops it"),
    });
}

fn facilitator_config(rpc_url: &str, network: &Profile, port: u16) -> facilitator::Config {
    facilitator::Config {
        rpc_url: rpc_url.to_owned(),
        key: Roles::default().facilitator,
        network: network.network,
        versions: Version::ALL.to_vec(),
        factories: vec![WALLET_FACTORY],
        dialect: None,
        interpreted: false,
        fault: None,
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
    }
}

/// The chain of the options, or one of our own.
async fn chain(
    args: &ServeArgs,
    network: &'static Profile,
    guard: &Guard,
) -> Result<(Option<Chain>, String), Failure> {
    if let Some(url) = &args.rpc_url {
        return Ok((None, url.clone()));
    }
    let anvil = settings::anvil(args.chain.anvil.as_deref(), false).await?;
    let chain = Chain::start(ChainConfig {
        profile: network,
        anvil,
        port: None,
        block_time: None,
        gas_limit: None,
        cache: settings::cache()?,
        log: None,
    })
    .await?;
    if let Some(pid) = chain.pid() {
        guard.watch_pid(pid);
    }
    let url = chain.rpc_url().to_owned();
    Ok((Some(chain), url))
}
