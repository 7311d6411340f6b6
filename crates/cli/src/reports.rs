//! Reports into files: `--html`, `--md` and so on, of `gauntlet run` and `gauntlet report`.

use crate::failure::Failure;
use crate::output;
use clap::Args;
use gauntlet_engine::Catalogue;
use gauntlet_report::render::{self, BadgeFormat, markdown};
use gauntlet_report::{Record, Rule, Rules, text};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where reports go.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportFiles {
    /// Write one self-contained HTML page to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) html: Option<PathBuf>,
    /// Write a summary in Markdown to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) md: Option<PathBuf>,
    /// Write TAP 14 to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) tap: Option<PathBuf>,
    /// Write a badge to this file: .svg is a picture, .json what an endpoint badge of shields.io reads
    #[arg(long, value_name = "PATH")]
    pub(crate) badge: Option<PathBuf>,
    /// Write all exchanges as an HTTP archive, HAR 1.2, to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) har: Option<PathBuf>,
    /// Write JUnit XML to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the JSON report to this file (- for stdout)
    #[arg(long, value_name = "PATH")]
    pub(crate) json: Option<PathBuf>,
}

/// Renders a record for the file of this path.
type Render = fn(&Record, &Path) -> Result<String, Failure>;

/// One report that is wanted.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    flag: &'static str,
    path: &'a Path,
    render: Render,
}

impl Wanted<'_> {
    fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }
}

impl ReportFiles {
    fn wanted(&self) -> Vec<Wanted<'_>> {
        let all: [(_, _, Render); 7] = [
            ("--html", &self.html, |record, _| html(record)),
            ("--md", &self.md, |record, _| Ok(render::markdown(record, &rules()))),
            ("--tap", &self.tap, |record, _| Ok(render::tap(record))),
            ("--badge", &self.badge, |record, path| Ok(render::badge(record, badge_format(path)?))),
            ("--har", &self.har, |record, _| Ok(text::harmless(&render::har(record), false))),
            ("--junit", &self.junit, |record, _| junit(record)),
            ("--json", &self.json, |record, _| Ok(output::json(record))),
        ];
        let wanted = all
            .into_iter()
            .filter_map(|(flag, path, render)| path.as_deref().map(|path| Wanted { flag, path, render }));
        wanted.collect()
    }

    /// Whether any report is wanted.
    pub(crate) fn any(&self) -> bool {
        !self.wanted().is_empty()
    }

    /// Whether a report takes the place of the result on stdout.
    pub(crate) fn take_stdout(&self) -> bool {
        self.wanted().iter().any(Wanted::is_stdout)
    }

    /// Finds everything that would keep a report from being written, before there is anything to be lost. Folders are
    /// made, files are not.
    ///
    /// # Errors
    /// Wrong usage, which names the flag.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if let Some(badge) = &self.badge {
            badge_format(badge)?;
        }
        let wanted = self.wanted();
        check_places(&wanted.iter().map(|one| (one.flag, one.path)).collect::<Vec<_>>())
    }

    /// Writes every report that is wanted.
    pub(crate) fn write(&self, record: &Record) -> Result<(), Failure> {
        self.write_but(record, None)
    }

    /// Writes every report that is wanted, and appends the summary to the page of a CI job when there is one.
    pub(crate) fn write_with_step(&self, record: &Record, step: Option<&Path>) -> Result<(), Failure> {
        self.write_but(record, step)?;
        if let Some(step) = step {
            append_to_step(record, step);
        }
        Ok(())
    }

    /// A summary that goes to the page of the job anyhow is not written there twice.
    fn write_but(&self, record: &Record, step: Option<&Path>) -> Result<(), Failure> {
        for one in self.wanted() {
            let is_step = one.flag == "--md" && step.is_some_and(|step| is_same(step, one.path));
            if !is_step {
                output::to_file(one.path, &(one.render)(record, one.path)?)?;
            }
        }
        Ok(())
    }
}

/// The page of a run.
pub(crate) fn html(record: &Record) -> Result<String, Failure> {
    render::html(record, &rules()).map_err(|error| Failure::harness(error.to_string()))
}

/// JUnit XML of a run.
pub(crate) fn junit(record: &Record) -> Result<String, Failure> {
    render::junit(record).map_err(|error| Failure::harness(error.to_string()))
}

/// Where the requirements stand.
fn rules() -> Rules {
    let rule = |requirement: &gauntlet_engine::Requirement| {
        let (document, section) = (requirement.document.clone(), requirement.section.clone());
        (requirement.id.clone(), Rule { document, section })
    };
    Catalogue::get().all().map(rule).collect()
}

fn badge_format(path: &Path) -> Result<BadgeFormat, Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    BadgeFormat::of_extension(extension).ok_or_else(|| {
        Failure::usage(format!("--badge: {} is neither .svg nor .json", path.display())).with_help(
            "the extension says the format: --badge gauntlet.svg, or --badge gauntlet.json for shields.io",
        )
    })
}

/// Finds everything that would keep texts from being written to these places, each with its flag. Folders are made, files
/// are not.
pub(crate) fn check_places(wanted: &[(&'static str, &Path)]) -> Result<(), Failure> {
    for (at, (flag, path)) in wanted.iter().enumerate() {
        if let Some((other, _)) = wanted[..at].iter().find(|(_, other)| other == path) {
            return Err(Failure::usage(format!("{other} and {flag} both write to {}", path.display())));
        }
        if *path != Path::new("-") {
            try_out(flag, path)?;
        }
    }
    Ok(())
}

/// Opens a file for writing without changing it, and takes it away again when it was not there.
fn try_out(flag: &str, path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage(format!("{flag}: {} cannot be written: {error}", path.display()))
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let is_new = !path.exists();
    OpenOptions::new().append(true).create(true).open(path).map_err(failed)?;
    if is_new {
        std::fs::remove_file(path).map_err(failed)?;
    }
    Ok(())
}

/// Whether two paths are one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Writes a text of Markdown where it is wanted, and appends it to the page of a CI job when there is one: once, also when
/// both are one file.
pub(crate) fn write_with_step(
    md: Option<&Path>,
    step: Option<&Path>,
    text: impl Fn(usize) -> String,
) -> Result<(), Failure> {
    if let Some(md) = md.filter(|md| step.is_none_or(|step| !is_same(step, md))) {
        output::to_file(md, &text(usize::MAX))?;
    }
    if let Some(step) = step {
        append(step, &text);
    }
    Ok(())
}

/// Appends the summary to the page of a CI job.
fn append_to_step(record: &Record, step: &Path) {
    append(step, |room| markdown::markdown_within(record, &rules(), room));
}

/// Appends a text to the page of a CI job, in the room that is left there. Says so, and fails nobody.
fn append(step: &Path, text: impl Fn(usize) -> String) {
    /// A summary shorter than this would be cut to nothing.
    const LEAST: usize = 4_000;
    let taken = std::fs::metadata(step).map_or(0, |found| found.len());
    let room = markdown::LIMIT.saturating_sub(usize::try_from(taken).unwrap_or(usize::MAX));
    if room < LEAST {
        output::remark("GITHUB_STEP_SUMMARY is full: the summary is not appended");
        return;
    }
    let text = text(room);
    if text.len() >= room {
        output::remark("GITHUB_STEP_SUMMARY is full: the summary is not appended");
        return;
    }
    let appended = OpenOptions::new()
        .append(true)
        .create(true)
        .open(step)
        .and_then(|mut file| file.write_all(format!("{text}\n").as_bytes()));
    match appended {
        Ok(()) => output::remark("summary appended to the page of this job (GITHUB_STEP_SUMMARY)"),
        Err(error) => output::remark(&format!("GITHUB_STEP_SUMMARY cannot be written: {error}")),
    }
}
