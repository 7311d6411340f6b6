//! What the command line of `gauntlet load` asks for.

use crate::args::LoadArgs;
use crate::commands::run::{facilitator, known_placeholders, must_be_ours};
use crate::failure::Failure;
use crate::settings;
use gauntlet_engine::TargetSpec;
use gauntlet_load::plan::{Blocks, Shard, Threshold};
use gauntlet_load::{CeilingFrom, ChainFrom, LoadConfig, Plan};
use gauntlet_probe::Shop;
use std::path::Path;

/// Everything that can be wrong with a command line is found before anything starts.
pub(super) async fn config(args: &LoadArgs) -> Result<LoadConfig, Failure> {
    let target = target(args)?;
    let plan = plan(args)?;
    plan.check_thresholds(target.role())?;
    let facilitator = facilitator(&args.facilitator)?;
    let network = settings::network(&args.chain.network)?;
    let program = std::env::current_exe()
        .map_err(|error| Failure::harness(format!("this program does not know where it is: {error}")))?;
    if args.shard.is_some() && !target.runs_already() {
        return Err(Failure::usage("the parts of a run are about one target, which has to run already")
            .with_help("name it by its URL, with --role"));
    }
    let seed = args.seed.unwrap_or_else(settings::draw_seed);
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let chain = match &args.rpc_url {
        Some(rpc_url) => ChainFrom::Attached { rpc_url: rpc_url.clone() },
        None => own_chain(&target, args).await?,
    };
    let salt = match &chain {
        ChainFrom::Own { .. } => String::new(),
        // All parts of a run have the same payers and nonces.
        ChainFrom::Attached { .. } if args.shard.is_some() => {
            format!("/{}", args.begin_at.unwrap_or_default())
        }
        // A chain that outlives the run remembers the nonces of earlier ones.
        ChainFrom::Attached { .. } => {
            format!("/{}/{}", gauntlet_report::clock::unix_millis(), std::process::id())
        }
    };
    Ok(LoadConfig {
        target,
        facilitator,
        plan,
        shard: args.shard.unwrap_or(Shard::WHOLE),
        begin_at: args.begin_at,
        network,
        chain,
        ceiling: if args.no_ceiling || args.shard.is_some() {
            CeilingFrom::Unknown
        } else {
            CeilingFrom::Measured
        },
        seed,
        salt,
        folder,
        run,
        program,
        abort_on_fail: args.abort_on_fail,
        command: std::env::args().collect(),
    })
}

fn target(args: &LoadArgs) -> Result<TargetSpec, Failure> {
    let shop = Shop::of_arguments(&args.routes).map_err(Failure::usage)?;
    let target = match &args.target {
        Some(name) => TargetSpec::parse(name, args.role, shop)?,
        None => TargetSpec::command(args.command.clone(), args.role, shop)?,
    };
    known_placeholders(&target)?;
    Ok(target)
}

fn plan(args: &LoadArgs) -> Result<Plan, Failure> {
    let path = Path::new(&args.plan);
    let mut plan = match Plan::built_in(&args.plan) {
        Some(plan) if !path.is_file() => plan.clone(),
        _ if path.is_file() => Plan::load(path)?,
        _ => return Err(unknown(&args.plan)),
    };
    for text in &args.threshold {
        plan.thresholds.push(Threshold::parse(text)?);
    }
    if let Some(blocks) = &args.blocks {
        plan.chain.blocks = Blocks::parse(blocks).map_err(Failure::usage)?;
    }
    Ok(plan)
}

fn unknown(name: &str) -> Failure {
    let names: Vec<String> = Plan::built_ins().iter().map(|plan| plan.name.clone()).collect();
    Failure::usage(format!("{name:?} is neither a plan that comes with Gauntlet nor a file"))
        .with_help(format!("there are {}", names.join(", ")))
}

async fn own_chain(target: &TargetSpec, args: &LoadArgs) -> Result<ChainFrom, Failure> {
    must_be_ours(target)?;
    let anvil = settings::anvil(args.chain.anvil.as_deref(), args.quiet).await?;
    Ok(ChainFrom::Own { anvil, cache: settings::cache()? })
}
