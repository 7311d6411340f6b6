//! `gauntlet init`: a manifest for a target, and a job for a CI.

mod answers;
mod ask;
mod look;
mod manifest;
mod workflow;
mod write;

use crate::args::RoleName;
use crate::failure::Failure;
use crate::output;
use answers::{Answers, Start};
use ask::Questions;
use clap::{Args, ValueEnum};
use gauntlet_report::ExitCode;
use look::Looked;
use std::io::IsTerminal;
use std::path::PathBuf;
use write::NewFile;

/// Whose CI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiName {
    /// A workflow for GitHub.
    Github,
    /// A job for GitLab.
    Gitlab,
    /// None.
    None,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// What is to be tried
    #[arg(long, value_enum, value_name = "ROLE")]
    pub(crate) role: Option<RoleName>,
    /// Where it runs already: http://host:port
    #[arg(long, value_name = "URL", conflicts_with = "command")]
    pub(crate) url: Option<String>,
    /// Its name in reports; otherwise that of the program, of this folder or of the URL
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// A paid route of a server: /path for the one to buy, NAME=/path for others
    #[arg(long = "route", value_name = "ROUTE")]
    pub(crate) routes: Vec<String>,
    /// Protocol versions that it claims, such as 2,1; otherwise it is asked, now or in each run
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) versions: Vec<u8>,
    /// The dialect that it speaks, such as b402-partner; otherwise x402
    #[arg(long, value_name = "NAME")]
    pub(crate) dialect: Option<String>,
    /// Network profile of the chain in the CI job: base-sepolia, base, local, bsc or bsc-testnet
    #[arg(long, value_name = "NAME")]
    pub(crate) network: Option<String>,
    /// The CI to write a job for
    #[arg(long, value_enum, value_name = "CI")]
    pub(crate) ci: Option<CiName>,
    /// Gauntlet's action on GitHub, OWNER/REPOSITORY@REF
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// The manifest to write
    #[arg(long, value_name = "PATH", default_value = "gauntlet.toml")]
    pub(crate) file: PathBuf,
    /// Write over files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// Ask nothing, also on a terminal
    #[arg(long, conflicts_with = "ask")]
    pub(crate) yes: bool,
    /// Ask for what no flag says, also when stdin is no terminal: one answer a line
    #[arg(long)]
    pub(crate) ask: bool,
    /// The command that starts it; it learns its port from PORT and the chain from GAUNTLET_RPC_URL and others
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

pub(crate) async fn run(args: InitArgs) -> Result<ExitCode, Failure> {
    let asks = args.ask || (!args.yes && std::io::stdin().is_terminal());
    let answers = if asks {
        Questions::new(std::io::stdin().lock(), output::remark).complete(&args)?
    } else {
        Answers::of_flags(&args)?
    };
    let looked = look::at(&answers).await;
    let files = files(&args, &answers, &looked)?;
    write::all(&files, args.force)?;
    tell(&args, &answers, &looked, &files);
    Ok(ExitCode::Success)
}

/// What is to be written. Everything is made, and the manifest read, before the first byte is written.
fn files(args: &InitArgs, answers: &Answers, looked: &Looked) -> Result<Vec<NewFile>, Failure> {
    let text = manifest::text(answers, looked);
    manifest::must_read(&text, &args.file)?;
    let mut files = vec![NewFile { path: args.file.clone(), text }];
    files.extend(workflow::file(answers, &args.file)?);
    Ok(files)
}

fn tell(args: &InitArgs, answers: &Answers, looked: &Looked, files: &[NewFile]) {
    let mut lines: Vec<String> =
        files.iter().map(|file| format!("wrote    {}", file.path.display())).collect();
    lines.push(format!("claims   {}", looked.text()));
    lines.extend(workflow::remarks(answers));
    lines.push(String::new());
    let path = write::as_word(&args.file);
    let network = match answers.network {
        Some(network) => format!(" --network {network}"),
        None => String::new(),
    };
    let chain = match &answers.start {
        Start::Command(_) => String::new(),
        Start::Url(_) => {
            lines.push(format!("next     gauntlet chain up{network} --port 8545"));
            lines.push("         start your target with http://127.0.0.1:8545 as its RPC URL".into());
            format!("{network} --rpc-url http://127.0.0.1:8545")
        }
    };
    let run = if chain.is_empty() { network } else { chain };
    let word = if matches!(answers.start, Start::Url(_)) { "    " } else { "next" };
    lines.push(format!("{word}     gauntlet run --target {path}{run}"));
    output::result(&lines.join("\n"));
}
