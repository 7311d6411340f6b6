//! `gauntlet load`: load on one target, and whether the books still balance.

use super::run::facilitator;
use crate::args::{LoadArgs, LoadFormat};
use crate::failure::Failure;
use crate::{interrupt, output, progress, settings};
use gauntlet_engine::TargetSpec;
use gauntlet_load::limit::{self, Bounds};
use gauntlet_load::plan::{Blocks, Shard, Threshold};
use gauntlet_load::{CeilingFrom, ChainFrom, LoadConfig, LoadError, Plan, render};
use gauntlet_probe::Shop;
use gauntlet_report::ExitCode;
use gauntlet_report::render::Style;
use std::path::Path;
use std::time::Duration;

pub(crate) async fn run(args: LoadArgs, color: bool) -> Result<ExitCode, Failure> {
    if args.plans {
        output::result(&render::plans(Plan::built_ins()));
        return Ok(ExitCode::Success);
    }
    let config = config(&args).await?;
    if !args.quiet {
        output::remark(&format!("plan {} · seed {}", config.plan.name, config.seed));
    }
    let watcher = progress::load(args.quiet);
    if args.find_limit {
        return find_limit(&args, &config, watcher, color).await;
    }
    let report = gauntlet_load::hold(&config, watcher.as_ref(), interrupt::watch()).await?;
    drop(watcher);
    output::to_file(&config.folder.join("report.txt"), &render::human(&report, &Style::PLAIN))?;
    output::to_file(&config.folder.join("series.csv"), &render::series(&report))?;
    match args.format {
        LoadFormat::Human => {
            output::result(&render::human(&report, &Style { color, width: settings::width() }));
        }
        LoadFormat::Json => {
            let text = serde_json::to_string_pretty(&report);
            output::result(&text.map_err(|error| Failure::harness(error.to_string()))?);
        }
    }
    if !args.quiet {
        output::remark(&format!("record and reports: {}", config.folder.display()));
    }
    Ok(ExitCode::from_number(report.verdict.exit).unwrap_or(ExitCode::Harness))
}

/// The highest rate that holds.
async fn find_limit(
    args: &LoadArgs,
    config: &LoadConfig,
    watcher: Box<dyn gauntlet_load::Watcher>,
    color: bool,
) -> Result<ExitCode, Failure> {
    let bounds = Bounds {
        from: args.from_rate,
        to: args.to_rate,
        probe: Duration::from_secs(args.probe),
        ..Bounds::default()
    };
    if bounds.from > bounds.to {
        return Err(Failure::usage("--from-rate is above --to-rate"));
    }
    let limit = limit::find(config, bounds, watcher.as_ref(), interrupt::watch()).await?;
    drop(watcher);
    let text = serde_json::to_string_pretty(&limit).map_err(|error| Failure::harness(error.to_string()))?;
    output::to_file(&config.folder.join(limit::REPORT), &format!("{text}\n"))?;
    output::to_file(&config.folder.join("limit.txt"), &limit::human(&limit, &Style::PLAIN))?;
    output::to_file(&config.folder.join("limit.csv"), &limit::csv(&limit))?;
    output::to_file(&config.folder.join("limit.svg"), &limit::svg(&limit))?;
    match args.format {
        LoadFormat::Human => {
            output::result(&limit::human(&limit, &Style { color, width: settings::width() }));
        }
        LoadFormat::Json => output::result(&text),
    }
    if !args.quiet {
        output::remark(&format!("the curve, the table and the runs: {}", config.folder.display()));
    }
    Ok(ExitCode::from_number(limit.exit).unwrap_or(ExitCode::Harness))
}

/// The process that makes the load.
pub(crate) async fn worker() -> Result<ExitCode, Failure> {
    let done = gauntlet_load::worker::run().await;
    done.map_err(|error| {
        Failure::harness(format!("nobody to make load for: {error}"))
            .with_help("this is a part of `gauntlet load`, which starts it by itself")
    })?;
    Ok(ExitCode::Success)
}

/// Everything that can be wrong with a command line is found before anything starts.
async fn config(args: &LoadArgs) -> Result<LoadConfig, Failure> {
    let target = target(args)?;
    let plan = plan(args)?;
    plan.check_thresholds(target.role())?;
    let facilitator = facilitator(&args.facilitator)?;
    let network = settings::network(&args.chain.network)?;
    let program = std::env::current_exe()
        .map_err(|error| Failure::harness(format!("this program does not know where it is: {error}")))?;
    let seed = args.seed.unwrap_or_else(settings::draw_seed);
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let chain = match &args.rpc_url {
        Some(rpc_url) => ChainFrom::Attached { rpc_url: rpc_url.clone() },
        None => own_chain(&target, args).await?,
    };
    let salt = match &chain {
        ChainFrom::Own { .. } => String::new(),
        // A chain that outlives the run remembers the nonces of earlier ones.
        ChainFrom::Attached { .. } => {
            format!("/{}/{}", gauntlet_report::clock::unix_millis(), std::process::id())
        }
    };
    Ok(LoadConfig {
        target,
        facilitator,
        plan,
        shard: Shard::WHOLE,
        begin_at: None,
        network,
        chain,
        ceiling: if args.no_ceiling { CeilingFrom::Unknown } else { CeilingFrom::Measured },
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
    super::run::known_placeholders(&target)?;
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
    super::run::must_be_ours(target)?;
    let anvil = settings::anvil(args.chain.anvil.as_deref(), args.quiet).await?;
    Ok(ChainFrom::Own { anvil, cache: settings::cache()? })
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match &error {
            LoadError::Exists(_) | LoadError::Plan(_) => Self::usage(error.to_string()),
            _ => Self::harness(error.to_string()),
        }
    }
}
