//! `gauntlet demo`: the whole thing against our own doubles, in one go.

use super::run::{hold, with_controls};
use crate::args::DemoArgs;
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_doubles::mutants;
use gauntlet_engine::target::Double;
use gauntlet_engine::trial::{ChainSource, Held, TrialConfig};
use gauntlet_engine::{Check, KnownIssues, TargetSpec, facilitator, select};
use gauntlet_probe::Role;
use gauntlet_report::render::{self, Style};
use gauntlet_report::{ExitCode, Profile};
use std::path::PathBuf;
use std::time::Duration;

/// The mutant that the demo catches, and the check that catches it.
const MUTANT: &str = "no-payee-check";
const CHECK: &str = "facilitator.verify.payee-other";

pub(crate) async fn run(args: DemoArgs, color: bool) -> Result<ExitCode, Failure> {
    let style = Style { color, width: settings::width() };
    let (network, anvil) = settings::chain(&args.chain, args.quiet).await?;
    let cache = settings::cache()?;
    let seed = settings::draw_seed();
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let config = |target: TargetSpec, checks: Vec<Check>, folder: PathBuf| TrialConfig {
        target,
        facilitator: TargetSpec::Double(Double::Facilitator(None)),
        client: None,
        facilitator_port: None,
        network,
        chain: ChainSource::Own { anvil: anvil.clone(), cache: cache.clone() },
        profile: Profile::Reference,
        seed,
        jobs: 8,
        timeout: Duration::from_secs(30),
        checks,
        folder,
        run: run.clone(),
        known: KnownIssues::default(),
        now: None,
        salt: String::new(),
        command: std::env::args().collect(),
        tee: None,
    };

    output::result("1. The trial of our own conforming facilitator, on a real chain\n");
    let double = hold(
        config(TargetSpec::Double(Double::Facilitator(None)), facilitator::checks(), folder.clone()),
        args.quiet,
    )
    .await?;
    output::result(&render::human(&double.record, &style));
    if double.summary.exit == ExitCode::Interrupted {
        return Ok(ExitCode::Interrupted);
    }

    output::result(&format!(
        "\n2. The same facilitator with one fault ({MUTANT}), and the check that catches it\n"
    ));
    let mutant = mutants::by_name(MUTANT).map_err(|error| Failure::harness(error.to_string()))?;
    let checks =
        with_controls(select::select(facilitator::checks(), &[CHECK.to_owned()], &[])?, Role::Facilitator);
    let caught = hold(
        config(TargetSpec::Double(Double::Facilitator(Some(mutant))), checks, folder.join("mutant")),
        true,
    )
    .await?;
    output::result(&render::human(&caught.record, &style));

    output::result(&format!(
        "\n3. Your turn\n\n\
         record and reports of the first trial: {}\n\
         your own facilitator, started by a command:  gauntlet run --role facilitator -- COMMAND\n\
         by a manifest:                               gauntlet run --target my-facilitator.toml\n\
         running already:                             gauntlet chain up, then\n\
         {:45}gauntlet run --role facilitator --target URL --rpc-url RPC\n",
        folder.display(),
        ""
    ));
    Ok(verdict(&double, &caught))
}

/// The demo has gone well when the double passes and the mutant is caught.
fn verdict(double: &Held, caught: &Held) -> ExitCode {
    match (double.summary.exit, caught.summary.exit) {
        (ExitCode::Success, ExitCode::Failure) => ExitCode::Success,
        (ExitCode::Success, ExitCode::Success) => ExitCode::Failure,
        (ExitCode::Success, other) => other,
        (other, _) => other,
    }
}
