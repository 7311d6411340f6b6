//! `gauntlet serve`: one of our doubles as a real server.

use crate::args::{RoleName, ServeArgs};
use crate::failure::Failure;
use crate::{interrupt, output, settings};
use gauntlet_chain::{Chain, ChainConfig, Roles};
use gauntlet_doubles::{facilitator, mutants};
use gauntlet_probe::Guard;
use gauntlet_report::ExitCode;
use gauntlet_wire::Version;
use std::net::{Ipv4Addr, SocketAddr};

pub(crate) async fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    let RoleName::Facilitator = args.role;
    let mutant = args
        .mutant
        .as_deref()
        .map(mutants::by_name)
        .transpose()
        .map_err(|error| Failure::usage(error.to_string()))?;
    let network = settings::network(&args.chain.network)?;
    let guard = Guard::start();
    let (chain, rpc_url) = match &args.rpc_url {
        Some(url) => (None, url.clone()),
        None => {
            let chain = own_chain(&args, network).await?;
            if let Some(pid) = chain.pid() {
                guard.watch_pid(pid);
            }
            let url = chain.rpc_url().to_owned();
            (Some(chain), url)
        }
    };
    let double = facilitator::serve(facilitator::Config {
        rpc_url: rpc_url.clone(),
        key: Roles::default().facilitator,
        network: network.network,
        versions: Version::ALL.to_vec(),
        fault: mutant.map(|mutant| mutant.fault),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)),
    })
    .await
    .map_err(|error| Failure::harness(error.to_string()))?;
    output::result(&format!("GAUNTLET_FACILITATOR_URL={}\nGAUNTLET_RPC_URL={rpc_url}", double.url()));
    output::remark(&mutant.map_or_else(
        || "the conforming facilitator double serves; Ctrl-C stops it".to_owned(),
        |mutant| {
            format!("a facilitator that is broken on purpose serves ({}); Ctrl-C stops it", mutant.title)
        },
    ));
    interrupt::wait().await;
    double.stop().await;
    drop(chain);
    drop(guard);
    Ok(ExitCode::Success)
}

async fn own_chain(args: &ServeArgs, network: &'static gauntlet_chain::Profile) -> Result<Chain, Failure> {
    let anvil = settings::anvil(args.chain.anvil.as_deref(), false).await?;
    Ok(Chain::start(ChainConfig {
        profile: network,
        anvil,
        port: None,
        block_time: None,
        cache: settings::cache()?,
        log: None,
    })
    .await?)
}
