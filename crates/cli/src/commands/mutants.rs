//! `gauntlet mutants`: the kill matrix.

use super::list::pretty;
use crate::args::{Format, LayerName, MutantsArgs};
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_doubles::mutant::Layer;
use gauntlet_engine::selftest::{Matrix, SelfTest, Stray, all_mutants, matrix};
use gauntlet_engine::target::Double;
use gauntlet_engine::{Check, Lane, SET, checks_of, select};
use gauntlet_probe::Role;
use gauntlet_report::{ExitCode, clock};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(crate) async fn run(args: MutantsArgs, _color: bool) -> Result<ExitCode, Failure> {
    let names = select::globs(&args.mutants)?;
    let named = |mutant: &Double| {
        args.mutants.is_empty()
            || mutant.mutant().is_some_and(|name| names.is_match(name))
            || names.is_match(mutant.spec())
    };
    let of_role = |mutant: &Double| args.role.is_none_or(|role| role == mutant.role());
    let due = |place: &u64| place.wrapping_add(args.seed).is_multiple_of(args.every);
    let of_layer = |mutant: &Double| args.layer.is_none_or(|layer| layer == mutant.layer().into());
    let chosen = all_mutants().into_iter().filter(of_role).filter(of_layer).filter(named);
    let mutants: Vec<Double> =
        (0..).zip(chosen).filter(|(place, _)| due(place)).map(|(_, mutant)| mutant).collect();
    if mutants.is_empty() {
        return Err(Failure::usage(format!("no mutant matches {}", args.mutants.join(" ")))
            .with_help("`gauntlet list mutants` shows them"));
    }
    let roles: BTreeSet<Role> = mutants.iter().map(|mutant| mutant.role()).collect();
    let mut chosen = select::select(roles.iter().copied().flat_map(checks_of).collect(), &args.check, &[])?;
    chosen.retain(|check| args.layer != Some(LayerName::Scripted) || check.lane != Lane::Search);
    let checks: BTreeMap<Role, Vec<Check>> = roles
        .into_iter()
        .map(|role| {
            let of_role: Vec<String> = checks_of(role).into_iter().map(|check| check.id).collect();
            let mine = chosen.iter().filter(|check| of_role.contains(&check.id)).cloned().collect();
            (role, super::run::with_controls(mine, role))
        })
        .collect();
    let searches: BTreeSet<String> =
        chosen.iter().filter(|check| check.lane == Lane::Search).map(|check| check.id.clone()).collect();
    let all_layers = args.layer != Some(LayerName::Search);
    let whole = args.check.is_empty() && args.mutants.is_empty() && args.every == 1;
    let (network, anvil) = settings::chain(&args.chain, args.quiet).await?;
    let scratch = std::env::temp_dir().join(format!("gauntlet-mutants-{}", std::process::id()));
    let folder = args.out.clone().unwrap_or_else(|| scratch.clone());
    let tell = |line: &str| {
        if !args.quiet {
            output::remark(line);
        }
    };
    let cache = settings::cache()?;
    let test = SelfTest {
        network,
        anvil,
        cache,
        seed: args.seed,
        cases: args.cases,
        jobs: usize::from(args.jobs),
        folder,
        resume: args.resume,
        mutants,
        checks,
        client: |mutant| super::pay::manifest(mutant).map_err(|failure| failure.message),
    };
    let made = matrix(test, &tell).await;
    if args.out.is_none() {
        let _ = std::fs::remove_dir_all(&scratch);
    }
    let mut made = made?;
    // With a part of the mutants or checks, that a check catches nothing says nothing.
    made.idle_checks.retain(|check| whole && (all_layers || searches.contains(check)));
    made.checks = match (whole, all_layers) {
        (true, true) => made.checks,
        (true, false) => searches.len(),
        (false, _) => 0,
    };
    output::result(&match args.format {
        Format::Human => human(&made),
        Format::Json => pretty(&json!({
            "made": clock::today(),
            "gauntlet": env!("CARGO_PKG_VERSION"),
            "set": SET,
            "seed": args.seed,
            "holds": made.holds(),
            "matrix": made,
        })),
        Format::Ndjson => {
            made.mutants.iter().map(|killed| json!(killed).to_string()).collect::<Vec<_>>().join("\n")
        }
    });
    let harness = made.mutants.iter().any(|killed| !killed.harness_errors.is_empty());
    Ok(match (made.holds(), harness) {
        (true, _) => ExitCode::Success,
        (false, true) => ExitCode::Harness,
        (false, false) => ExitCode::Failure,
    })
}

fn human(matrix: &Matrix) -> String {
    let width = matrix.mutants.iter().map(|killed| killed.target.len()).max().unwrap_or_default();
    let mut text = String::new();
    for killed in &matrix.mutants {
        let by = match killed.killed_by.as_slice() {
            [] => "SURVIVES".to_owned(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        };
        let _ = writeln!(text, "{:width$}  {:<8}  {by}", killed.target, killed.layer);
        for Stray { check, outcome, why } in &killed.strays {
            let _ = writeln!(
                text,
                "{:width$}  STRAY {check}: {outcome}, and the fault does not concern it ({why})",
                ""
            );
        }
        for Stray { check, outcome, why } in &killed.flickers {
            let _ = writeln!(text, "{:width$}  flicker {check}: {outcome}, and not again alone ({why})", "");
        }
        for error in &killed.harness_errors {
            let _ = writeln!(text, "{:width$}  HARNESS ERROR {error}", "");
        }
    }
    for check in &matrix.double_fails {
        let _ = writeln!(text, "THE DOUBLE FAILS  {check}");
    }
    for check in &matrix.idle_checks {
        let _ = writeln!(text, "CATCHES NOTHING  {check}");
    }
    let caught_by = |layer: Layer| {
        let caught = matrix.mutants.iter().filter(|killed| !killed.killed_by.is_empty());
        caught.filter(|killed| killed.layer == layer.as_str()).count()
    };
    let (scripted, searched) = (caught_by(Layer::Scripted), caught_by(Layer::Search));
    let catching = match matrix.checks {
        0 => "of a part nobody can say whether every check catches one".to_owned(),
        checks => format!("{} of {checks} checks catch one", checks - matrix.idle_checks.len()),
    };
    let _ = write!(
        text,
        "\n{} of {} mutants caught ({scripted} scripted, {searched} by search only) · {catching} · the double {} · {}",
        scripted + searched,
        matrix.mutants.len(),
        if matrix.double_fails.is_empty() { "passes" } else { "FAILS" },
        if matrix.holds() { "the matrix holds" } else { "THE MATRIX DOES NOT HOLD" },
    );
    text
}
