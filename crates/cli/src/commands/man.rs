//! `gauntlet man`: manual pages.

use crate::args::Cli;
use crate::failure::Failure;
use crate::output;
use clap::{Args, CommandFactory};
use gauntlet_report::ExitCode;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write one page for gauntlet and one for each subcommand into this folder, which is made when it is not there;
    /// otherwise the page of gauntlet goes to stdout
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

pub(crate) fn run(args: &ManArgs) -> Result<ExitCode, Failure> {
    match &args.out {
        Some(folder) => pages(folder),
        None => page(),
    }
}

fn page() -> Result<ExitCode, Failure> {
    let mut roff = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut roff);
    rendered.map_err(|error| Failure::harness(format!("the manual page: {error}")))?;
    output::result(&String::from_utf8_lossy(&roff));
    Ok(ExitCode::Success)
}

fn pages(folder: &Path) -> Result<ExitCode, Failure> {
    let failed =
        |error: std::io::Error| Failure::usage(format!("{} cannot be written: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let is_page = |name: &str| name.starts_with("gauntlet") && name.ends_with(".1");
    let pages = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_page)).count();
    output::result(&format!("{pages} pages in {}; man -l {}/gauntlet.1", folder.display(), folder.display()));
    Ok(ExitCode::Success)
}
