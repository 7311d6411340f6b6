//! The command line.

use crate::block_time::BlockTime;
use crate::reports::ReportFiles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use gauntlet_doubles::mutant::Layer;
use gauntlet_load::plan::Shard;
use gauntlet_probe::Role;
use std::net::IpAddr;
use std::path::PathBuf;

/// The trial of x402 implementations: conformance, replay, and whether the money agrees with the answers.
#[derive(Debug, Parser)]
#[command(name = "gauntlet", version, propagate_version = true, max_term_width = 110)]
#[command(
    after_help = "Exit codes: 0 all that counts passed · 1 unexpected failure or stale known issue · 2 usage or a broken file ·\n\
3 our own fault (Anvil missing, a panic) · 4 nothing ran · 5 inconclusive · 6 a threshold was missed · 130 interrupted, reports written"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything against our own doubles: chain, trial, a caught mutant, reports
    Demo(DemoArgs),
    /// The trial of one target
    Run(Box<RunArgs>),
    /// Load on one target, and whether the books still balance afterwards
    Load(Box<LoadArgs>),
    /// How big a payment may be: headers and bodies of many lengths, ML-DSA signatures, and nginx in between
    Sizes(Box<SizesArgs>),
    /// Add the parts of a load run up that was split with --shard
    Merge(MergeArgs),
    /// Makes the load of `gauntlet load`, which starts it
    #[command(hide = true)]
    LoadWorker,
    /// Send a stored case again: FIXED, SAME, CHANGED or ERROR
    Replay(ReplayArgs),
    /// Two runs, before and after: which checks say something else, and whether it is slower; or two targets
    Compare(Box<crate::commands::compare::CompareArgs>),
    /// Checks, requirements, targets, mutants
    List(ListArgs),
    /// What a check, a requirement, a mutant, a word of the scenario language, an outcome or an exit code means
    Explain(ExplainArgs),
    /// Look for faults in scenarios, target manifests, known-issues files and load plans
    Lint(LintArgs),
    /// The kill matrix of the suite against its own broken doubles
    Mutants(MutantsArgs),
    /// Render a run again
    Report(ReportArgs),
    /// Judge a recorded run again by the invariants of today: SAME, MORE or LESS than the run said
    Recheck(RecheckArgs),
    /// A local chain for your own tests
    Chain(ChainArgs),
    /// One of our doubles as a real server
    Serve(ServeArgs),
    /// Buy one resource with our client double
    Pay(crate::commands::pay::PayArgs),
    /// The wire cases as JSON, for the tests of other implementations
    Vectors(crate::commands::vectors::VectorsArgs),
    /// What is installed and what is missing
    Doctor(DoctorArgs),
    /// Completions for a shell
    Completions(CompletionsArgs),
    /// Manual pages: one on stdout, or a folder of them, one for each subcommand
    Man(crate::commands::man::ManArgs),
    /// Write a manifest for your target, and a job for your CI
    Init(Box<crate::commands::init::InitArgs>),
}

/// How results are written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON document.
    Json,
    /// One JSON line for each event.
    Ndjson,
}

/// Which violations fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// Hard failures fail; known deviations are shown as such.
    Reference,
    /// Known deviations fail too.
    Strict,
    /// As reference; the rows of the newest texts for facilitators are in all profiles so far.
    Newest,
}

/// What `--update-known` writes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expected {
    /// Failures, which are always written.
    Failures,
    /// Warnings too.
    Warnings,
    /// What could not be told, too.
    Inconclusive,
}

/// Where the chain comes from.
#[derive(Debug, Args)]
pub(crate) struct ChainOptions {
    /// Network profile of the chain: base-sepolia, base, local, bsc or bsc-testnet
    #[arg(long, value_name = "NAME", default_value = "base-sepolia", env = "GAUNTLET_NETWORK")]
    pub(crate) network: String,
    /// The Anvil binary; otherwise GAUNTLET_ANVIL, PATH, Foundry's folder, our cache, or an installation with npm
    #[arg(long, value_name = "PATH")]
    pub(crate) anvil: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Globs over check ids, such as 'facilitator.settle.*', and scenarios: files, or folders of files; all checks of the
    /// target's role when there is none
    #[arg(value_name = "SELECT")]
    pub(crate) select: Vec<String>,
    /// A manifest's path, double:facilitator, double:server, either with +MUTANT, or a URL with --role; several are tried
    /// one after the other and shown side by side
    #[arg(long, short, value_name = "TARGET", required_unless_present = "command")]
    pub(crate) target: Vec<String>,
    /// The role of a target that is a URL or a command: facilitator or server
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<Role>,
    /// A paid route of a server that is a URL or a command: /path for the one to buy, NAME=/path for others
    #[arg(long = "route", value_name = "ROUTE")]
    pub(crate) routes: Vec<String>,
    /// The facilitator behind a server on trial: a manifest's path, double:facilitator, or a URL
    #[arg(long, value_name = "TARGET", default_value = "double:facilitator")]
    pub(crate) facilitator: String,
    /// A client that buys in the flows and that checks of clients are about: a manifest's path, double:client or
    /// double:client+MUTANT; otherwise our own buyer, and no checks of clients
    #[arg(long, value_name = "MANIFEST")]
    pub(crate) client: Option<PathBuf>,
    /// Port of the facilitator URL that we offer, for a server that runs already and has been pointed there
    #[arg(long, value_name = "N")]
    pub(crate) facilitator_port: Option<u16>,
    /// Globs of checks to leave out
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Use the chain of `gauntlet chain up` at this URL instead of starting one
    #[arg(long, value_name = "URL", env = "GAUNTLET_RPC_URL")]
    pub(crate) rpc_url: Option<String>,
    /// Which violations fail the run
    #[arg(long, value_enum, default_value_t = ProfileName::Reference)]
    pub(crate) profile: ProfileName,
    /// The dialect that the target speaks: x402, b402-partner, b402-web3, or the path of a dialect's file; otherwise what its
    /// manifest says. Keys come from the environment
    #[arg(long, value_name = "NAME")]
    pub(crate) dialect: Option<String>,
    /// Seed of accounts and nonces; drawn and shown when not given
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Search with so many made-up cases for each property; 0 searches nothing
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=10_000_000))]
    pub(crate) cases: u64,
    /// The longest time for the search of one property, seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) max_time: Option<u64>,
    /// How many checks run beside one another
    #[arg(long, short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: u16,
    /// The longest wait for one answer, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,
    /// File of expected failures; otherwise the one that the manifest names
    #[arg(long, value_name = "PATH")]
    pub(crate) known: Option<PathBuf>,
    /// Bring that file up to this run: failures that nobody expects are added, and excuse nothing until somebody writes their
    /// reason; what did not happen is taken out. With =warnings or =inconclusive those are added too. Never in CI
    #[arg(long, value_name = "ALSO", value_enum, num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "failures")]
    pub(crate) update_known: Option<Vec<Expected>>,
    /// Folder for the record and the reports, which must not hold a run yet; otherwise a new one below runs/
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Show which checks would run, and stop
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) reports: ReportFiles,
    /// A command that starts the target; it learns its port from PORT and the chain from GAUNTLET_RPC_URL and others
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "target")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the books balance and every threshold was held · 1 somebody lost money, or the target broke down ·\n\
2 usage or a broken plan · 3 our own fault · 4 nothing ran · 5 inconclusive, as when the generator or the chain was the limit ·\n\
6 a threshold was missed · 130 interrupted, reports written"
)]
pub(crate) struct LoadArgs {
    /// Name of a plan that comes with Gauntlet (smoke, baseline, ramp, spike, soak, replay-storm, distinct-burst,
    /// mixed-invalid, slow-chain, hostile-tokens, permit2, upto, post-quantum), or the path of a plan
    #[arg(value_name = "PLAN", default_value = "smoke")]
    pub(crate) plan: String,
    /// A manifest's path, double:facilitator, double:server, either with +MUTANT, or a URL with --role
    #[arg(long, short, value_name = "TARGET", required_unless_present_any = ["command", "plans"])]
    pub(crate) target: Option<String>,
    /// The role of a target that is a URL or a command: facilitator or server
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<Role>,
    /// The paid route of a server that is a URL or a command: /path
    #[arg(long = "route", value_name = "ROUTE")]
    pub(crate) routes: Vec<String>,
    /// The facilitator behind a server: a manifest's path, double:facilitator, or a URL
    #[arg(long, value_name = "TARGET", default_value = "double:facilitator")]
    pub(crate) facilitator: String,
    /// Something more that must be reached, such as 'payment p99 < 300ms' or 'settle rate >= 95%'; may be repeated
    #[arg(long, value_name = "RULE")]
    pub(crate) threshold: Vec<String>,
    /// End the run as soon as a threshold cannot be held any more, or money is lost
    #[arg(long)]
    pub(crate) abort_on_fail: bool,
    /// Search the highest rate at which the thresholds hold and the books balance, instead of the plan's own stages
    #[arg(long)]
    pub(crate) find_limit: bool,
    /// The first rate that --find-limit tries, payments a second
    #[arg(long, value_name = "RATE", default_value_t = 5.0, value_parser = rate)]
    pub(crate) from_rate: f64,
    /// No rate above this is tried by --find-limit
    #[arg(long, value_name = "RATE", default_value_t = 5000.0, value_parser = rate)]
    pub(crate) to_rate: f64,
    /// How long --find-limit keeps up each rate, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) probe: u64,
    /// Compare with this target: both are run in turn (A B, B A, …)
    #[arg(long, value_name = "TARGET", conflicts_with = "find_limit")]
    pub(crate) against: Option<String>,
    /// Compare with the same target and plain signatures: for plans whose payments are signed in another way
    #[arg(long, conflicts_with_all = ["find_limit", "against", "baseline", "save"])]
    pub(crate) against_ecdsa: bool,
    /// Compare with what --save wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["find_limit", "against"])]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the runs to this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with_all = ["find_limit", "against"])]
    pub(crate) save: Option<PathBuf>,
    /// How often the plan is run; 3 when runs are compared or saved, otherwise 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rounds: Option<u32>,
    /// Do only a part of the plan, I/N with I from 0; the parts of all are added up by `gauntlet merge`
    #[arg(long, value_name = "I/N", value_parser = shard, requires_all = ["begin_at", "seed", "rpc_url"], conflicts_with_all = ["find_limit", "against", "against_ecdsa", "baseline", "save", "rounds"])]
    pub(crate) shard: Option<Shard>,
    /// Begin at this moment, ms since 1970; the same for all parts
    #[arg(long, value_name = "MS", requires = "shard")]
    pub(crate) begin_at: Option<u64>,
    /// When blocks are made, instead of what the plan says: automine, or a time such as 450ms or 2s
    #[arg(long, value_name = "TIME")]
    pub(crate) blocks: Option<String>,
    /// Do not measure what the chain itself carries
    #[arg(long)]
    pub(crate) no_ceiling: bool,
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Use the chain of `gauntlet chain up` at this URL instead of starting one
    #[arg(long, value_name = "URL", env = "GAUNTLET_RPC_URL")]
    pub(crate) rpc_url: Option<String>,
    /// Seed of payers and nonces; drawn and shown when not given
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder for the record and the reports, which must not hold a run yet; otherwise a new one below runs/
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = LoadFormat::Human)]
    pub(crate) format: LoadFormat,
    #[command(flatten)]
    pub(crate) reports: crate::load_reports::LoadReportFiles,
    /// Show the plans that come with Gauntlet, and stop
    #[arg(long)]
    pub(crate) plans: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// A command that starts the target; it learns its port from PORT and the chain from GAUNTLET_RPC_URL and others
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "target")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Where a target stops taking payments is measured and fails nobody. Exit codes: 0 at every size paid and served, or neither ·\n\
1 money without content, or content without money · 2 usage or a broken file · 3 our own fault · 5 inconclusive ·\n\
130 interrupted, reports written"
)]
pub(crate) struct SizesArgs {
    /// A manifest's path, double:facilitator, double:server, either with +MUTANT, or a URL with --role
    #[arg(long, short, value_name = "TARGET", required_unless_present = "command")]
    pub(crate) target: Option<String>,
    /// The role of a target that is a URL or a command: facilitator or server
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<Role>,
    /// The paid route of a server that is a URL or a command: /path
    #[arg(long = "route", value_name = "ROUTE")]
    pub(crate) routes: Vec<String>,
    /// The facilitator behind a server: a manifest's path, double:facilitator, or a URL
    #[arg(long, value_name = "TARGET", default_value = "double:facilitator")]
    pub(crate) facilitator: String,
    /// Port of the facilitator URL that we offer, for a server that runs already and has been pointed there
    #[arg(long, value_name = "N")]
    pub(crate) facilitator_port: Option<u16>,
    /// The nginx that stands between for a second climb; otherwise the one in PATH
    #[arg(long, value_name = "PATH")]
    pub(crate) nginx: Option<PathBuf>,
    /// Do not climb through nginx, although it is installed
    #[arg(long, conflicts_with = "nginx")]
    pub(crate) no_nginx: bool,
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Use the chain of `gauntlet chain up` at this URL instead of starting one
    #[arg(long, value_name = "URL", env = "GAUNTLET_RPC_URL")]
    pub(crate) rpc_url: Option<String>,
    /// Seed of accounts and nonces; drawn and shown when not given
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The longest wait for one answer, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,
    /// Folder for the record and the reports, which must not hold a run yet; otherwise a new one below runs/
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// A command that starts the target; it learns its port from PORT and the chain from GAUNTLET_RPC_URL and others
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "target")]
    pub(crate) command: Vec<String>,
}

fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((index, of)) if index < of && of <= 10_000 => Ok(Shard { index, of }),
        _ => Err("write I/N, such as 0/3 for the first of three".into()),
    }
}

fn length(text: &str) -> Result<usize, String> {
    let length: Option<usize> = text.parse().ok().filter(|length| *length <= 1 << 20);
    length.ok_or_else(|| "write bytes, at most 1048576".into())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: Option<f64> = text.parse().ok().filter(|rate| (0.1..=1_000_000.0).contains(rate));
    rate.ok_or_else(|| "write payments a second, from 0.1 to 1000000".into())
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Folders of the parts, or their load.json
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// Folder for the reports of the sum, which must not hold a run yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = LoadFormat::Human)]
    pub(crate) format: LoadFormat,
}

/// How the report of a load run is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoadFormat {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Folder for the record and the reports; otherwise a new one below runs/
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// RUN/CHECK, as a failure prints it
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// Another target than the one of the run
    #[arg(long, short, value_name = "TARGET")]
    pub(crate) target: Option<String>,
    /// The role of a target that is a URL
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<Role>,
    /// The Anvil binary; otherwise GAUNTLET_ANVIL and the usual places
    #[arg(long, value_name = "PATH")]
    pub(crate) anvil: Option<PathBuf>,
    /// Use the chain of `gauntlet chain up` at this URL instead of starting one
    #[arg(long, value_name = "URL", env = "GAUNTLET_RPC_URL")]
    pub(crate) rpc_url: Option<String>,
    /// The longest wait for one answer, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,
    /// Folder for the record of the replay; otherwise a new one below runs/
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// The checks of the trial.
    Checks,
    /// The requirements that they cover.
    Requirements,
    /// Targets that come with Gauntlet.
    Targets,
    /// The broken doubles.
    Mutants,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value_t = Listed::Checks)]
    pub(crate) what: Listed,
    /// Globs over the ids
    #[arg(value_name = "GLOB")]
    pub(crate) select: Vec<String>,
    /// The same as `list requirements`
    #[arg(long)]
    pub(crate) requirements: bool,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Id of a check or a requirement, name of a mutant or an outcome, a verb or a mutation of scenarios, number of an
    /// exit code
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// Files, and folders whose TOML files are looked at
    #[arg(value_name = "PATH", required_unless_present = "schema")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the JSON Schema of scenarios to stdout, and stop
    #[arg(long, conflicts_with = "paths")]
    pub(crate) schema: bool,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// What has to find a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayerName {
    /// A check or a scenario that somebody wrote.
    Scripted,
    /// The search.
    Search,
}

impl From<Layer> for LayerName {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::Scripted => Self::Scripted,
            Layer::Search => Self::Search,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct MutantsArgs {
    /// Globs over the names of the mutants; all when there is none
    #[arg(value_name = "MUTANT")]
    pub(crate) mutants: Vec<String>,
    /// The mutants of one role only: facilitator, server or client
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<Role>,
    /// The mutants of one layer only. Without those that a search finds, nothing is searched
    #[arg(long, value_enum, value_name = "LAYER")]
    pub(crate) layer: Option<LayerName>,
    /// Only every N-th mutant, which ones depends on the seed; checks that catch nothing are then no matter
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) every: u64,
    /// Globs over the checks to try them with; checks that catch nothing are then no matter
    #[arg(long, value_name = "GLOB")]
    pub(crate) check: Vec<String>,
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Seed of accounts and nonces
    #[arg(long, value_name = "N", default_value_t = 402)]
    pub(crate) seed: u64,
    /// Cases of a search for the mutants that only a search finds
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) cases: u64,
    /// How many mutants are tried beside one another, each with a chain of its own
    #[arg(long, short, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: u16,
    /// Folder for the records; otherwise a temporary one
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on where an interrupted matrix in --out ended: whole trials of the same version, seed and checks count
    #[arg(long, requires = "out")]
    pub(crate) resume: bool,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folder of a run, or its run.ndjson; of a load run its folder or load.json, which has --html, --md and --json
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// What is written to stdout when no report is asked for
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) reports: ReportFiles,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every invariant that could be judged holds · 1 a breach that fails a run · 2 no such run ·\n\
5 the record has no ledger, or nothing that could be judged"
)]
pub(crate) struct RecheckArgs {
    /// Folder of a run, or its run.ndjson
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// What is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ChainArgs {
    #[command(subcommand)]
    pub(crate) command: ChainCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    /// Start Anvil with our contracts and funded keys, print where it is, and keep it running
    Up(ChainUpArgs),
}

/// How the chain is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChainFormat {
    /// Lines of NAME=value.
    Env,
    /// One JSON document.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ChainUpArgs {
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Port of the RPC URL; chosen by the system when not given
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    /// Address of the RPC URL. Whoever reaches it can do everything with this chain, which is worth nothing
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// A block every so often, as `2`, `0.45` (seconds) or `450ms`, or `network`: as often as the network makes them;
    /// otherwise one for each transaction
    #[arg(long, value_name = "TIME", value_parser = crate::block_time::parse)]
    pub(crate) block_time: Option<BlockTime>,
    /// How the chain is described on stdout
    #[arg(long, value_enum, default_value_t = ChainFormat::Env)]
    pub(crate) format: ChainFormat,
}

/// A role of x402.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Verifies and settles payments.
    Facilitator,
    /// Sells a resource.
    Server,
}

/// Where the documents of a dialect and the service differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MannerName {
    /// As is reported of the service
    Production,
    /// As the documents show
    Documents,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Which double
    #[arg(value_enum)]
    pub(crate) role: RoleName,
    /// Break it in this way
    #[arg(long, value_name = "NAME")]
    pub(crate) mutant: Option<String>,
    /// The facilitator that a server uses; otherwise our own one is started beside it
    #[arg(long, value_name = "URL", env = "GAUNTLET_FACILITATOR_URL")]
    pub(crate) facilitator_url: Option<String>,
    /// The dialect that a facilitator speaks, or a server to its facilitator, such as b402-partner; keys for the one caller are taken from the environment or
    /// made, and printed
    #[arg(long, value_name = "NAME")]
    pub(crate) dialect: Option<String>,
    /// Whether a dialect is played as is reported of the service itself, or as its documents show
    #[arg(long, value_enum, value_name = "MANNER", default_value_t = MannerName::Production, requires = "dialect")]
    pub(crate) manner: MannerName,
    /// Make a server's PAYMENT-REQUIRED so many bytes long, to see what a proxy or a client makes of it
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = length)]
    pub(crate) challenge_bytes: usize,
    /// Make a server's PAYMENT-RESPONSE so many bytes long
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = length)]
    pub(crate) receipt_bytes: usize,
    /// Port; chosen by the system when not given
    #[arg(long, value_name = "N", default_value_t = 0, env = "PORT")]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) chain: ChainOptions,
    /// Use the chain at this URL instead of starting one
    #[arg(long, value_name = "URL", env = "GAUNTLET_RPC_URL")]
    pub(crate) rpc_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Install what is missing
    #[arg(long)]
    pub(crate) install: bool,
    /// The Anvil binary; otherwise GAUNTLET_ANVIL and the usual places
    #[arg(long, value_name = "PATH")]
    pub(crate) anvil: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
