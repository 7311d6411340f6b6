//! `gauntlet vectors export`: the wire cases as JSON, for the tests of other implementations.

use crate::failure::Failure;
use crate::{output, settings};
use clap::{Args, Subcommand};
use gauntlet_report::ExitCode;
use gauntlet_wire::vectors::{SCHEMA, SCHEMA_NAME, Setting, files};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct VectorsArgs {
    #[command(subcommand)]
    pub(crate) command: VectorsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VectorsCommand {
    /// Write them into a folder
    Export(VectorsExportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct VectorsExportArgs {
    /// The folder; it is made when it is not there
    #[arg(long, value_name = "DIR", default_value = "vectors")]
    pub(crate) out: PathBuf,
    /// Network profile whose chain id and token the payments have: base-sepolia, base, local, bsc or bsc-testnet
    #[arg(long, value_name = "NAME", default_value = "base-sepolia")]
    pub(crate) network: String,
    /// Seed of accounts, nonces and combinations
    #[arg(long, value_name = "N", default_value_t = 402)]
    pub(crate) seed: u64,
    /// Write into a folder that holds other files too, and over files of the same names
    #[arg(long)]
    pub(crate) force: bool,
}

pub(crate) fn run(args: &VectorsArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        VectorsCommand::Export(args) => export(args),
    }
}

fn export(args: &VectorsExportArgs) -> Result<ExitCode, Failure> {
    let profile = settings::network(&args.network)?;
    let setting = Setting { network: profile.network, token: profile.usdc.clone(), seed: args.seed };
    let made = files(&setting).map_err(|error| Failure::harness(format!("the vectors: {error}")))?;
    let (count, cases) = (made.len(), made.iter().map(|file| file.cases).sum::<usize>());
    let mut wanted: BTreeMap<String, String> = made.into_iter().map(|file| (file.name, file.text)).collect();
    wanted.insert(SCHEMA_NAME.to_owned(), SCHEMA.to_owned());

    let out = &args.out;
    if !args.force {
        must_be_ours(out, &wanted)?;
    }
    let failed = |error| Failure::usage(format!("{} cannot be written: {error}", out.display()));
    std::fs::create_dir_all(out).map_err(failed)?;
    for (name, text) in &wanted {
        std::fs::write(out.join(name), text).map_err(failed)?;
    }
    output::result(&format!("{cases} cases in {count} files, and their schema, in {}", out.display()));
    Ok(ExitCode::Success)
}

/// A folder that is not there, or holds nothing but the very files that will be written.
fn must_be_ours(out: &Path, wanted: &BTreeMap<String, String>) -> Result<(), Failure> {
    let unreadable =
        |error: std::io::Error| Failure::usage(format!("{} cannot be read: {error}", out.display()));
    let entries = match std::fs::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        let problem = match wanted.get(&name) {
            None => format!("{} holds {name}, which is no vector", out.display()),
            Some(text) if std::fs::read(out.join(&name)).is_ok_and(|there| there == text.as_bytes()) => {
                continue;
            }
            Some(_) => format!("{} holds another {name}", out.display()),
        };
        return Err(Failure::usage(problem)
            .with_help("name another folder with --out, or write over it with --force"));
    }
    Ok(())
}
