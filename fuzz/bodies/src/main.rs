//! Tries every reader of bytes that somebody else has chosen, for as long as is wanted.

#![expect(clippy::print_stdout, reason = "it tells what it finds")]

use anyhow::Context as _;
use clap::Parser;
use fuzz_bodies::{TARGETS, Target, drive};
use gauntlet_report::clock;
use std::time::{Duration, Instant};

/// Tries every reader of bytes that somebody else has chosen, with changed files of its corpus.
#[derive(Debug, Parser)]
struct Args {
    /// How long, minutes, shared by all readers
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Only these readers
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Where it begins; another one each time when not given
    #[arg(long)]
    seed: Option<u64>,
}

/// How many cases are tried before the clock is looked at.
const ROUND: u32 = 200;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let wanted: Vec<&Target> = match args.names.as_slice() {
        [] => TARGETS.iter().collect(),
        names => names
            .iter()
            .map(|name| fuzz_bodies::target(name).with_context(|| format!("there is no reader {name}")))
            .collect::<Result<_, _>>()?,
    };
    let seed = args.seed.unwrap_or_else(clock::unix_millis);
    let share = Duration::from_secs_f64(args.minutes * 60.0 / wanted.len().max(1) as f64);
    let mut broken = 0;
    for target in wanted {
        let corpus = drive::corpus(target).with_context(|| format!("the corpus of {}", target.name))?;
        let (began, mut rounds) = (Instant::now(), 0);
        let found = loop {
            if let Err(found) = drive::try_out(target, &corpus, ROUND, seed.wrapping_add(rounds * 4)) {
                break Some(found);
            }
            rounds += 1;
            if began.elapsed() > share {
                break None;
            }
        };
        match found {
            None => println!("{}: {} cases", target.name, rounds * u64::from(ROUND)),
            Some(found) => {
                broken += 1;
                let file = drive::folder().join("../artifacts").join(format!("{}-{seed}", target.name));
                std::fs::create_dir_all(drive::folder().join("../artifacts"))?;
                std::fs::write(&file, &found.bytes)?;
                println!("{}: {}\n  {}", target.name, found.why, file.display());
            }
        }
    }
    anyhow::ensure!(broken == 0, "{broken} readers do not cope with everything; seed {seed}");
    Ok(())
}
