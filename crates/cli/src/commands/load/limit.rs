//! `gauntlet load --find-limit`.

use super::told;
use crate::args::LoadArgs;
use crate::failure::Failure;
use crate::{interrupt, output};
use gauntlet_load::LoadConfig;
use gauntlet_load::limit::{self, Bounds};
use gauntlet_report::ExitCode;
use gauntlet_report::render::Style;
use std::time::Duration;

/// The highest rate that holds.
pub(super) async fn find_limit(
    args: &LoadArgs,
    config: &LoadConfig,
    watcher: Box<dyn gauntlet_load::Watcher>,
    color: bool,
) -> Result<ExitCode, Failure> {
    let bounds = Bounds {
        from: args.from_rate,
        to: args.to_rate,
        probe: Duration::from_secs(args.probe),
        ..Bounds::default()
    };
    if bounds.from > bounds.to {
        return Err(Failure::usage("--from-rate is above --to-rate"));
    }
    let limit = limit::find(config, bounds, watcher.as_ref(), interrupt::watch()).await?;
    drop(watcher);
    let text = super::json(&limit)?;
    output::to_file(&config.folder.join(limit::REPORT), &format!("{text}\n"))?;
    output::to_text_file(&config.folder.join("limit.txt"), &limit::human(&limit, &Style::PLAIN))?;
    output::to_file(&config.folder.join("limit.csv"), &limit::csv(&limit))?;
    output::to_file(&config.folder.join("limit.svg"), &limit::svg(&limit))?;
    args.reports.write_limit(&limit)?;
    if !args.reports.take_stdout() {
        told(args.format, color, |style| limit::human(&limit, style), &text);
    }
    if !args.quiet {
        output::remark(&format!("the curve, the table and the runs: {}", config.folder.display()));
    }
    Ok(ExitCode::from_number(limit.exit).unwrap_or(ExitCode::Harness))
}
