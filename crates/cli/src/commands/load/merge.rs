//! `gauntlet merge`: the parts of a run, added up.

use super::{exit, json, told, write};
use crate::args::MergeArgs;
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_load::conduct::REPORT;
use gauntlet_load::{LoadReport, render};
use gauntlet_report::ExitCode;
use std::path::Path;

pub(crate) fn merge(args: &MergeArgs, color: bool) -> Result<ExitCode, Failure> {
    let reports: Vec<LoadReport> = args.runs.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let sum = gauntlet_load::merge::merge(reports).map_err(|error| Failure::usage(error.to_string()))?;
    let (_, folder) = settings::run_folder(args.out.as_deref(), sum.seed);
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::harness(format!("{}: {error}", folder.display())))?;
    let path = folder.join(REPORT);
    if path.exists() {
        return Err(Failure::usage(format!("{} holds a run already", folder.display())));
    }
    let text = json(&sum)?;
    output::to_file(&path, &format!("{text}\n"))?;
    write(&sum, &folder)?;
    told(args.format, color, |style| render::human(&sum, style), &text);
    output::remark(&format!("the sum: {}", folder.display()));
    Ok(exit(&sum))
}

/// The report of a run, by its folder or its file.
fn read(path: &Path) -> Result<LoadReport, Failure> {
    let file = if path.is_dir() { path.join(REPORT) } else { path.to_owned() };
    let broken = |error: String| {
        Failure::usage(format!("{}: {error}", file.display()))
            .with_help("name folders that `gauntlet load --shard` wrote")
    };
    let bytes = gauntlet_report::file::recorded(&file).map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| broken(format!("this is no report of a load run: {error}")))
}
