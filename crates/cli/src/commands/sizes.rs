//! `gauntlet sizes`: how big a payment may be.

use super::run::{self, facilitator, hold, known_issues, known_placeholders, own_chain, salt, with_controls};
use crate::args::{Format, SizesArgs};
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_engine::search::Budget;
use gauntlet_engine::trial::{ChainSource, TrialConfig};
use gauntlet_engine::{TargetSpec, checks_of, select};
use gauntlet_probe::{Role, Shop};
use gauntlet_report::render::{self, Style};
use gauntlet_report::{ExitCode, Profile, Record};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The checks that climb.
const LADDERS: &str = "*.sizes.*";

/// What is said where nothing stood between.
const NO_NGINX: &str = "nginx is not installed: what it makes of long headers was not tried (`apt-get install nginx`, or --nginx PATH)";

pub(crate) async fn run(args: SizesArgs, color: bool) -> Result<ExitCode, Failure> {
    let target = target(&args)?;
    let role = target.role();
    if role == Role::Client {
        return Err(Failure::usage("a client has no limit that a payment could break")
            .with_help("let it buy from `gauntlet serve server --challenge-bytes N`"));
    }
    let all = checks_of(role);
    let known = known_issues(None, &target, &all, false)?;
    let checks = with_controls(select::select(all, &[LADDERS.to_owned()], &[])?, role);
    let nginx = nginx(&args, role)?;
    let chain = match &args.rpc_url {
        Some(url) => ChainSource::Attached { rpc_url: url.clone() },
        None => own_chain(&target, args.chain.anvil.as_deref(), args.quiet).await?,
    };
    let seed = args.seed.unwrap_or_else(settings::draw_seed);
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let speaker = settings::speaker(&target, None)?;
    let config = TrialConfig {
        target,
        speaker,
        facilitator: facilitator(&args.facilitator)?,
        facilitator_port: args.facilitator_port,
        network: settings::network(&args.chain.network)?,
        salt: salt(&chain, &run),
        chain,
        profile: Profile::Reference,
        seed,
        jobs: 1,
        budget: Budget { cases: 0, max_time: None, first_only: false },
        timeout: Duration::from_secs(args.timeout),
        checks,
        client: None,
        folder: folder.clone(),
        run,
        known,
        now: None,
        nginx: nginx.clone(),
        command: std::env::args().collect(),
        tee: (args.format == Format::Ndjson)
            .then(|| Box::new(output::RecordLines) as Box<dyn std::io::Write + Send>),
    };
    let held = hold(config, args.quiet).await?;
    let remark = (role == Role::Server && nginx.is_none() && !args.no_nginx).then_some(NO_NGINX);
    let record = &held.record;
    output::to_text_file(&folder.join("sizes.txt"), &text(record, remark, &Style::PLAIN))?;
    output::to_file(&folder.join("sizes.md"), &markdown(record, remark))?;
    match args.format {
        Format::Human => {
            output::result(&text(record, remark, &Style { color, width: settings::width() }));
            if held.summary.exit != ExitCode::Success {
                run::show(&held, Format::Human, color);
            }
        }
        Format::Json => output::result(&document(record, nginx.as_deref())?),
        // The lines have been written as they came.
        Format::Ndjson => {}
    }
    Ok(held.summary.exit)
}

fn target(args: &SizesArgs) -> Result<TargetSpec, Failure> {
    let shop = Shop::of_arguments(&args.routes).map_err(Failure::usage)?;
    let target = match &args.target {
        Some(name) => TargetSpec::parse(name, args.role, shop)?,
        None => TargetSpec::command(args.command.clone(), args.role, shop)?,
    };
    known_placeholders(&target)?;
    Ok(target)
}

/// The nginx to climb through. Facilitators are asked by servers of one's own, without one.
fn nginx(args: &SizesArgs, role: Role) -> Result<Option<PathBuf>, Failure> {
    if let Some(path) = &args.nginx {
        return if path.is_file() {
            Ok((role == Role::Server).then(|| path.clone()))
        } else {
            Err(Failure::usage(format!("--nginx: {} is no file", path.display())))
        };
    }
    let wanted = role == Role::Server && !args.no_nginx;
    Ok(if wanted { gauntlet_engine::nginx() } else { None })
}

fn text(record: &Record, remark: Option<&str>, style: &Style) -> String {
    let remark = remark.map(|remark| format!("{remark}\n")).unwrap_or_default();
    render::sizes(record, style) + &remark
}

fn markdown(record: &Record, remark: Option<&str>) -> String {
    let remark = remark.map(|remark| format!("- {remark}\n")).unwrap_or_default();
    render::sizes_markdown(record) + &remark
}

/// The report of a run, and what stood between.
fn document(record: &Record, nginx: Option<&Path>) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::harness(error.to_string());
    let mut document: Value = serde_json::from_str(&output::json(record)).map_err(failed)?;
    document["nginx"] = json!(nginx.map(|path| path.display().to_string()));
    Ok(gauntlet_report::text::harmless(&serde_json::to_string_pretty(&document).map_err(failed)?, false))
}
