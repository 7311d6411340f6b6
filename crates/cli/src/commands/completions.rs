//! `gauntlet completions`: for a shell.

use crate::args::{Cli, CompletionsArgs};
use crate::failure::Failure;
use crate::output;
use clap::CommandFactory;
use gauntlet_report::ExitCode;

#[expect(clippy::unnecessary_wraps, reason = "all commands have this shape")]
pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gauntlet", &mut script);
    output::result(&String::from_utf8_lossy(&script));
    Ok(ExitCode::Success)
}
