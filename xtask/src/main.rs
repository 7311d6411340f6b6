//! `cargo xtask`: regenerates what is generated, or checks that it is up to date.

mod contracts;
mod fuzz;

use clap::{Parser, Subcommand};
use std::path::Path;

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

fn main() -> anyhow::Result<()> {
    // The manifest's folder is below the root of the repository, wherever the task is started from.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match Cli::parse().task {
        Task::Contracts { check } => contracts::run(&root, check),
        Task::Fuzz { minutes, names } => fuzz::run(&root, minutes, &names),
    }
}
