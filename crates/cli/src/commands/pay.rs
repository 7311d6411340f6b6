//! `gauntlet pay`: our client double buys one resource.

use crate::failure::Failure;
use crate::{output, settings};
use clap::Args;
use gauntlet_chain::Proxy;
use gauntlet_doubles::client::{self, mutants};
use gauntlet_doubles::mutant::UnknownMutant;
use gauntlet_probe::{Dialect, Manifest, Role};
use gauntlet_report::ExitCode;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{B256, Key};
use serde_json::json;
use std::path::Path;

/// Where the payer's key stands: 0x and 64 hexadecimal digits.
const KEY: &str = "GAUNTLET_PAYER_KEY";

#[derive(Debug, Args)]
pub(crate) struct PayArgs {
    /// What is bought: http://host:port/path
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// The only network that is paid on: base-sepolia, base, local, bsc or bsc-testnet
    #[arg(long, value_name = "NAME", env = "GAUNTLET_NETWORK", default_value = "base-sepolia")]
    pub(crate) network: String,
    /// The dialect of the facilitator behind the server, for its names of transfer methods and contracts
    #[arg(long, value_name = "NAME", default_value = "x402")]
    pub(crate) dialect: String,
    /// Break it in this way
    #[arg(long, value_name = "NAME")]
    pub(crate) mutant: Option<String>,
}

/// Prints one JSON object: `status`, `body`, and `paymentResponse`, the receipt header as it came or null.
pub(crate) async fn run(args: PayArgs) -> Result<ExitCode, Failure> {
    let network = settings::network(&args.network)?;
    let mutant = args.mutant.as_deref().map(mutants::by_name).transpose().map_err(unknown)?;
    let dialect = Dialect::find(&args.dialect, Path::new(""));
    let own = network.proxies.iter().filter(|(_, kind)| *kind == Proxy::Exact).map(|(address, _)| *address);
    let config = client::Config {
        url: args.url,
        payer: payer()?,
        network: network.network,
        symbol: network.symbol.into(),
        dialect: dialect.map_err(|error| Failure::usage(error.to_string()))?,
        spenders: own.chain([Permit2Scheme::Exact.proxy()]).collect(),
        fault: mutant.map(|mutant| mutant.fault),
    };
    let bought = client::buy(&config).await.map_err(|error| Failure::inconclusive(error.to_string()))?;
    let said = json!({
        "status": bought.status, "body": bought.body, "paymentResponse": bought.receipt,
    });
    output::result(&said.to_string());
    Ok(ExitCode::Success)
}

fn payer() -> Result<Key, Failure> {
    let text = std::env::var(KEY).unwrap_or_default();
    let key = text.trim().parse::<B256>().ok().and_then(Key::from_bytes);
    key.ok_or_else(|| {
        Failure::usage(format!("{KEY} is no private key")).with_help(
            "set it to 0x and 64 hexadecimal digits; `gauntlet chain up` prints keys that have money",
        )
    })
}

/// Our client double as a client that is started for each purchase, with one of its faults.
pub(super) fn manifest(mutant: Option<&str>) -> Result<Manifest, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::harness(format!("where this program is cannot be told: {error}")))?;
    let mut command = vec![program.display().to_string(), "pay".into(), "{resource_url}".into()];
    command.extend(["--network", "{network_name}", "--dialect", "{dialect}"].map(str::to_owned));
    if let Some(name) = mutant {
        let mutant = mutants::by_name(name).map_err(unknown)?;
        command.extend(["--mutant".to_owned(), mutant.name.to_owned()]);
    }
    let mut manifest = Manifest::for_command(command, Role::Client);
    if let Some(start) = &mut manifest.start {
        start.env.insert(KEY.into(), "{payer_key}".into());
        // A client listens nowhere.
        start.env.remove("PORT");
    }
    Ok(manifest)
}

fn unknown(error: UnknownMutant) -> Failure {
    Failure::usage(error.to_string())
}
