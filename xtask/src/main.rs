//! `cargo xtask`: regenerates what is generated, or checks that it is up to date.

mod contracts;
mod docs;
mod fuzz;
mod peers;
mod trace;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Regenerates what is generated in this repository")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Compile fixtures/contracts with the pinned npm solc and write the artifacts
    Contracts {
        /// Write nothing; fail when a committed artifact differs from what the compiler makes
        #[arg(long)]
        check: bool,
    },
    /// Try the published implementations of fixtures/targets, and write the page about them in reports/compatibility
    Peers {
        /// Only these, by the names of their manifests
        names: Vec<String>,
        /// Try nobody; only make the page anew
        #[arg(long, conflicts_with = "names")]
        page: bool,
    },
    /// Make the matrix requirement × check × mutant in reports/trace, and fail when it has holes
    Trace {
        /// Take over what this run of the kill matrix has shown: a file of `gauntlet mutants --format json`
        #[arg(long, value_name = "FILE")]
        record: Vec<PathBuf>,
        /// Run the whole kill matrix first, which takes about an hour on two cores
        #[arg(long)]
        run: bool,
        /// Write nothing; fail when the committed matrix is another one
        #[arg(long)]
        check: bool,
    },
    /// Write the generated chapters of docs/: every check, requirement and mutant, and the fields of a record
    Docs {
        /// Write nothing; fail when a committed chapter differs from what would be written
        #[arg(long)]
        check: bool,
    },
    /// Try every reader of bytes that somebody else has chosen, with changed files of fuzz/corpus
    Fuzz {
        /// How long, minutes, shared by all readers
        #[arg(long, default_value_t = 5.0)]
        minutes: f64,
        /// Only these readers
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("Error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is where xtask speaks to whoever started it")]
fn tell(line: &str) {
    eprintln!("{line}");
}

fn run() -> anyhow::Result<()> {
    // The manifest's folder is below the root of the repository, wherever the task is started from.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match Cli::parse().task {
        Task::Contracts { check } => contracts::run(&root, check),
        Task::Peers { names, page } => peers::run(&root, &names, page),
        Task::Trace { record, run, check } => trace::run(&root, &record, run, check),
        Task::Docs { check } => docs::run(&root, check),
        Task::Fuzz { minutes, names } => fuzz::run(&root, minutes, &names),
    }
}
