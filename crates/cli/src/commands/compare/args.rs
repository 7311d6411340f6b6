//! The arguments of `gauntlet compare`.

use crate::args::{ChainOptions, Format, ProfileName, RunArgs};
use crate::reports::ReportFiles;
use clap::Args;
use gauntlet_probe::Role;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 equal or better · 2 usage, a broken file, or runs that cannot be compared · 3 our own fault ·\n\
4 nothing could be compared · 5 nothing is known to be worse, and something cannot be told, as of a run without its end ·\n\
6 a regression: a check that passed, warned or was a known issue fails, cannot tell or is gone; money is lost, a threshold is\n\
missed, or it is slower beyond the tolerance · 130 interrupted"
)]
pub(crate) struct CompareArgs {
    /// The run before and the run after: folders of runs, run.ndjson, report.json, load.json, or what `load --save` wrote;
    /// with --target globs over check ids, or scenarios
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<String>,
    /// What is tried now, twice: the target before and the target after, as in `gauntlet run`
    #[arg(long, short, value_name = "TARGET")]
    pub(crate) target: Vec<String>,
    /// How much worse latency and throughput of load may be before it is a regression, such as 5%; otherwise 5%, and 10% for
    /// the 99th percentile. What rounds of one side differ by is added to it
    #[arg(long, value_name = "PERCENT", value_parser = percent, conflicts_with = "target")]
    pub(crate) tolerance: Option<f64>,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Write the comparison in Markdown to this file (- for stdout), short enough for a comment
    #[arg(long, value_name = "PATH")]
    pub(crate) md: Option<PathBuf>,
    /// The role of targets that are URLs: facilitator or server
    #[arg(long, value_name = "ROLE", requires = "target", help_heading = "With --target")]
    role: Option<Role>,
    /// A paid route of a server that is a URL: /path for the one to buy, NAME=/path for others
    #[arg(long = "route", value_name = "ROUTE", requires = "target", help_heading = "With --target")]
    routes: Vec<String>,
    /// The facilitator behind servers: a manifest's path, double:facilitator, or a URL
    #[arg(long, value_name = "TARGET", default_value = "double:facilitator", help_heading = "With --target")]
    facilitator: String,
    /// Globs of checks to leave out
    #[arg(long, value_name = "GLOB", requires = "target", help_heading = "With --target")]
    exclude: Vec<String>,
    #[command(flatten, next_help_heading = "With --target")]
    chain: ChainOptions,
    /// Use the chain of `gauntlet chain up` at this URL instead of starting one
    #[arg(long, value_name = "URL", env = "GAUNTLET_RPC_URL", help_heading = "With --target")]
    rpc_url: Option<String>,
    /// Which violations fail
    #[arg(long, value_enum, default_value_t = ProfileName::Reference, help_heading = "With --target")]
    profile: ProfileName,
    /// The dialect that both targets speak; otherwise what their manifests say
    #[arg(long, value_name = "NAME", requires = "target", help_heading = "With --target")]
    dialect: Option<String>,
    /// Seed of accounts and nonces of both runs; drawn and shown when not given
    #[arg(long, value_name = "N", help_heading = "With --target")]
    pub(super) seed: Option<u64>,
    /// Search with so many made-up cases for each property; 0 searches nothing
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=10_000_000), help_heading = "With --target")]
    cases: u64,
    /// How many checks run beside one another
    #[arg(long, short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "With --target")]
    jobs: u16,
    /// The longest wait for one answer, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "With --target")]
    timeout: u64,
    /// Folder for both records, which must not hold a run yet; otherwise a new one below runs/
    #[arg(long, value_name = "DIR", requires = "target", help_heading = "With --target")]
    pub(super) out: Option<PathBuf>,
    /// No progress on stderr
    #[arg(long, short)]
    quiet: bool,
}

/// `5%` as 0.05.
fn percent(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.strip_suffix('%').unwrap_or(text).trim().parse().ok();
    let number = number.filter(|percent| (0.0..=1000.0).contains(percent));
    number.map(|percent| percent / 100.0).ok_or_else(|| "write per cent, such as 5% or 2.5%".into())
}

impl CompareArgs {
    /// Whether the Markdown takes the place of the result on stdout.
    pub(super) fn takes_stdout(&self) -> bool {
        self.md.as_deref() == Some(Path::new("-"))
    }

    /// The trial that both targets are put on.
    pub(super) fn trial(&self, seed: u64) -> RunArgs {
        RunArgs {
            select: self.runs.clone(),
            target: self.target.clone(),
            role: self.role,
            routes: self.routes.clone(),
            facilitator: self.facilitator.clone(),
            client: None,
            facilitator_port: None,
            exclude: self.exclude.clone(),
            chain: ChainOptions { network: self.chain.network.clone(), anvil: self.chain.anvil.clone() },
            rpc_url: self.rpc_url.clone(),
            profile: self.profile,
            dialect: self.dialect.clone(),
            seed: Some(seed),
            cases: self.cases,
            max_time: None,
            jobs: self.jobs,
            timeout: self.timeout,
            known: None,
            update_known: None,
            out: self.out.clone(),
            format: Format::Human,
            dry_run: false,
            quiet: self.quiet,
            reports: ReportFiles::default(),
            command: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn per_cent_are_a_share() {
        assert_eq!((percent("5%"), percent("2.5"), percent("0 %")), (Ok(0.05), Ok(0.025), Ok(0.0)));
        for wrong in ["", "%", "five", "-1%", "inf", "NaN%"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
    }
}
