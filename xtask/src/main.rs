//! `cargo xtask`: regenerates what is generated, or checks that it is up to date.

mod contracts;
mod docs;

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
    /// Write the generated chapters of docs/: every check, requirement and mutant, and the fields of a record
    Docs {
        /// Write nothing; fail when a committed chapter differs from what would be written
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<()> {
    // The manifest's folder is below the root of the repository, wherever the task is started from.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match Cli::parse().task {
        Task::Contracts { check } => contracts::run(&root, check),
        Task::Docs { check } => docs::run(&root, check),
    }
}
