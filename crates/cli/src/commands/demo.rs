//! `gauntlet demo`: the whole thing against our own doubles, in one go.

use super::run::{hold, with_controls};
use crate::args::DemoArgs;
use crate::failure::Failure;
use crate::{output, reports, settings};
use gauntlet_doubles::mutant::UnknownMutant;
use gauntlet_doubles::{facilitator, server};
use gauntlet_engine::dialect::is_about;
use gauntlet_engine::search::Budget;
use gauntlet_engine::target::Double;
use gauntlet_engine::trial::{ChainSource, TrialConfig};
use gauntlet_engine::{Check, KnownIssues, Lane, TargetSpec, checks_of, select};
use gauntlet_report::render::{self, Style};
use gauntlet_report::{ExitCode, Profile};
use std::path::PathBuf;
use std::time::Duration;

/// The mutants that the demo catches, and the checks that catch them.
const FACILITATOR: (&str, &str) = ("no-payee-check", "facilitator.verify.payee-other");
const SERVER: (&str, &str) = ("serves-on-settle-false", "server.order.settle-false");

pub(crate) async fn run(args: DemoArgs, color: bool) -> Result<ExitCode, Failure> {
    let style = Style { color, width: settings::width() };
    let (network, anvil) = settings::chain(&args.chain, args.quiet).await?;
    let cache = settings::cache()?;
    let seed = settings::draw_seed();
    let (run, folder) = settings::run_folder(args.out.as_deref(), seed);
    let config = |target: TargetSpec, checks: Vec<Check>, folder: PathBuf| TrialConfig {
        target,
        speaker: None,
        facilitator: TargetSpec::Double(Double::Facilitator(None)),
        client: None,
        facilitator_port: None,
        network,
        chain: ChainSource::Own { anvil: anvil.clone(), cache: cache.clone() },
        profile: Profile::Reference,
        seed,
        jobs: 8,
        budget: Budget::default(),
        timeout: Duration::from_secs(30),
        checks,
        folder,
        run: run.clone(),
        known: KnownIssues::default(),
        now: None,
        salt: String::new(),
        nginx: None,
        command: std::env::args().collect(),
        tee: None,
    };

    let acts = [
        Act {
            heading: "1. The trial of our own conforming facilitator, on a real chain",
            target: Double::Facilitator(None),
            check: None,
        },
        Act {
            heading: "2. The same facilitator with one fault, and the check that catches it",
            target: Double::Facilitator(Some(facilitator::mutants::by_name(FACILITATOR.0).map_err(broken)?)),
            check: Some(FACILITATOR.1),
        },
        Act {
            heading: "3. The trial of our own conforming resource server, with a facilitator that misbehaves on demand",
            target: Double::Server(None),
            check: None,
        },
        Act {
            heading: "4. The same server with one fault, and the check that catches it",
            target: Double::Server(Some(server::mutants::by_name(SERVER.0).map_err(broken)?)),
            check: Some(SERVER.1),
        },
    ];
    let mut worst = ExitCode::Success;
    let mut pages = Vec::new();
    for (number, act) in acts.into_iter().enumerate() {
        let (role, mutant) = (act.target.role(), act.target.mutant());
        let fault = mutant.map(|name| format!(" ({name})")).unwrap_or_default();
        output::result(&format!("{}{}{fault}\n", if number == 0 { "" } else { "\n" }, act.heading));
        let checks = match act.check {
            Some(check) => with_controls(select::select(checks_of(role), &[check.to_owned()], &[])?, role),
            // A search has no end of its own.
            None => checks_of(role)
                .into_iter()
                .filter(|check| check.lane != Lane::Search && is_about(&check.id, None))
                .collect(),
        };
        let place = folder.join(act.target.spec().trim_start_matches("double:"));
        let page = place.join("report.html");
        let held = hold(config(TargetSpec::Double(act.target), checks, place), args.quiet).await?;
        output::to_file(&page, &reports::html(&held.record)?)?;
        pages.push(page.display().to_string());
        output::result(&render::human(&held.record, &style));
        if held.summary.exit == ExitCode::Interrupted {
            return Ok(ExitCode::Interrupted);
        }
        worst = worst.worse(verdict(held.summary.exit, mutant.is_some()));
    }

    output::result(&format!(
        "\n5. Your turn\n\n\
         records and reports of this demo: {}\n\
         the reports as pages:\n  {}\n\n\
         your own facilitator, started by a command:  gauntlet run --role facilitator -- COMMAND\n\
         your own paid API:                           gauntlet run --role server --route /paid -- COMMAND\n\
         either by a manifest:                        gauntlet run --target mine.toml\n\
         running already:                             gauntlet chain up, then\n\
         {:45}gauntlet run --role ROLE --target URL --rpc-url RPC\n",
        folder.display(),
        pages.join("\n  "),
        ""
    ));
    Ok(worst)
}

/// One part of the demo.
struct Act {
    heading: &'static str,
    target: Double,
    /// The one check to show; all of them when there is none.
    check: Option<&'static str>,
}

/// The demo has gone well when the doubles pass and the mutants are caught.
fn verdict(exit: ExitCode, is_mutant: bool) -> ExitCode {
    match (exit, is_mutant) {
        (ExitCode::Failure, true) => ExitCode::Success,
        (ExitCode::Success, true) => ExitCode::Failure,
        (other, _) => other,
    }
}

fn broken(error: UnknownMutant) -> Failure {
    Failure::harness(error.to_string())
}
