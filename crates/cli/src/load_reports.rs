//! Reports of load into files: `--html`, `--md` and `--json` of `gauntlet load` and `gauntlet report`.

use crate::failure::Failure;
use crate::output;
use crate::reports::{ReportFiles, check_places};
use clap::Args;
use gauntlet_load::limit::{self, Limit};
use gauntlet_load::{LoadReport, html, markdown};
use gauntlet_report::render::Style;
use gauntlet_report::render::quote::fenced;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where reports of load go.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct LoadReportFiles {
    /// Write one self-contained HTML page with the curves to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) html: Option<PathBuf>,
    /// Write a summary in Markdown to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) md: Option<PathBuf>,
    /// Write the JSON report to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) json: Option<PathBuf>,
}

impl LoadReportFiles {
    /// Of the flags that a trial has, those that a load run has too.
    pub(crate) fn of(files: &ReportFiles) -> Result<Self, Failure> {
        let others = [
            ("--tap", &files.tap),
            ("--badge", &files.badge),
            ("--har", &files.har),
            ("--junit", &files.junit),
        ];
        if let Some((flag, _)) = others.into_iter().find(|(_, path)| path.is_some()) {
            return Err(Failure::usage(format!(
                "{flag} is for trials: a load run has --html, --md and --json"
            )));
        }
        Ok(Self { html: files.html.clone(), md: files.md.clone(), json: files.json.clone() })
    }

    fn wanted(&self) -> Vec<(&'static str, &Path)> {
        let all = [("--html", &self.html), ("--md", &self.md), ("--json", &self.json)];
        all.into_iter().filter_map(|(flag, path)| Some((flag, path.as_deref()?))).collect()
    }

    /// Whether any report is wanted.
    pub(crate) fn any(&self) -> bool {
        !self.wanted().is_empty()
    }

    /// Whether a report takes the place of the result on stdout.
    pub(crate) fn take_stdout(&self) -> bool {
        self.wanted().iter().any(|(_, path)| *path == Path::new("-"))
    }

    /// Finds everything that would keep a report from being written, before there is anything to be lost.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        check_places(&self.wanted())
    }

    /// Writes the reports of a run.
    pub(crate) fn write(&self, report: &LoadReport) -> Result<(), Failure> {
        let page = || html::html(report).map_err(|error| Failure::harness(error.to_string()));
        self.write_each(page, || markdown::markdown(report), report)
    }

    /// Writes the reports of a search.
    pub(crate) fn write_limit(&self, limit: &Limit) -> Result<(), Failure> {
        let page = || html::limit_html(limit).map_err(|error| Failure::harness(error.to_string()));
        self.write_each(
            page,
            || fenced(&limit::human(limit, &Style::PLAIN), "").trim_start().to_owned() + "\n",
            limit,
        )
    }

    fn write_each(
        &self,
        html: impl FnOnce() -> Result<String, Failure>,
        md: impl FnOnce() -> String,
        json: &impl Serialize,
    ) -> Result<(), Failure> {
        if let Some(path) = &self.html {
            output::to_file(path, &html()?)?;
        }
        if let Some(path) = &self.md {
            output::to_text_file(path, &md())?;
        }
        if let Some(path) = &self.json {
            let text =
                serde_json::to_string_pretty(json).map_err(|error| Failure::harness(error.to_string()))?;
            output::to_text_file(path, &(text + "\n"))?;
        }
        Ok(())
    }
}
