//! `gauntlet`: the trial of x402 implementations.

mod args;
mod block_time;
#[cfg(test)]
mod book;
mod commands;
mod failure;
mod interrupt;
mod load_reports;
mod output;
mod progress;
mod reports;
mod settings;
mod stored;

use args::{Cli, Command};
use clap::Parser;
use failure::Failure;
use gauntlet_report::ExitCode;

fn main() -> std::process::ExitCode {
    // Wrong usage ends here with code 2, help and version with 0: clap's own, and ours.
    let cli = Cli::parse();
    let color = settings::color(cli.color);
    output::allow_colours(color);
    let runtime = match cli.command {
        Command::LoadWorker => gauntlet_load::worker::runtime(),
        _ => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
    };
    let code = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli, color)),
        Err(error) => Err(Failure::harness(format!("no threads to run on: {error}"))),
    };
    let code = code.unwrap_or_else(|failure| {
        output::error(&failure, color);
        failure.code
    });
    std::process::ExitCode::from(code.number())
}

async fn dispatch(cli: Cli, color: bool) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Demo(args) => commands::demo::run(args, color).await,
        Command::Run(args) => commands::run::run(*args, color).await,
        Command::Load(args) => commands::load::run(*args, color).await,
        Command::Sizes(args) => commands::sizes::run(*args, color).await,
        Command::Merge(args) => commands::load::merge(&args, color),
        Command::LoadWorker => commands::load::worker().await,
        Command::Replay(args) => commands::replay::run(args, color).await,
        Command::Compare(args) => commands::compare::run(*args, color).await,
        Command::List(args) => commands::list::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Lint(args) => commands::lint::run(&args, color),
        Command::Mutants(args) => commands::mutants::run(args, color).await,
        Command::Report(args) => commands::report::run(&args, color),
        Command::Recheck(args) => commands::recheck::run(&args),
        Command::Chain(args) => commands::chain::run(args).await,
        Command::Serve(args) => commands::serve::run(args).await,
        Command::Pay(args) => commands::pay::run(args).await,
        Command::Vectors(args) => commands::vectors::run(&args),
        Command::Doctor(args) => commands::doctor::run(args).await,
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
        Command::Init(args) => commands::init::run(*args).await,
    }
}
