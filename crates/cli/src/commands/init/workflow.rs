//! The job for a CI: the one of `fixtures/ci`, with the names filled in.

use super::CiName;
use super::answers::{Answers, Start};
use super::write::NewFile;
use crate::failure::Failure;
use std::path::Path;

const GITHUB: &str = include_str!("../../../../../fixtures/ci/github-workflow.yml");
const GITLAB: &str = include_str!("../../../../../fixtures/ci/gitlab-ci.yml");
const ACTION: &str = "OWNER/x402-gauntlet@main";
const GITHUB_TARGET: &str = "          target: gauntlet.toml\n";
const GITLAB_TARGET: &str = "    INPUT_TARGET: gauntlet.toml\n";
const GITHUB_FILE: &str = ".github/workflows/gauntlet.yml";
const GITLAB_FILE: &str = ".gitlab/gauntlet.yml";

/// The file for the CI that is wanted, if one is.
///
/// # Errors
/// A manifest that a job cannot name.
pub(super) fn file(answers: &Answers, manifest: &Path) -> Result<Option<NewFile>, Failure> {
    let (path, text) = match answers.ci {
        CiName::None => return Ok(None),
        CiName::Github => (GITHUB_FILE, github(answers, plain(manifest)?)),
        CiName::Gitlab => (GITLAB_FILE, gitlab(answers, plain(manifest)?)),
    };
    Ok(Some(NewFile { path: path.into(), text }))
}

/// What is left to be done by hand.
pub(super) fn remarks(answers: &Answers) -> Vec<String> {
    let mut remarks = Vec::new();
    match answers.ci {
        CiName::None => return remarks,
        CiName::Github if answers.action.is_none() => {
            remarks.push(format!("to do    in {GITHUB_FILE}, name whose action it is instead of OWNER"));
        }
        CiName::Github => {}
        CiName::Gitlab => {
            remarks.push(format!("to do    in .gitlab-ci.yml: include: {{ local: {GITLAB_FILE} }}"));
            remarks
                .push("         and a CI variable GAUNTLET_REPOSITORY, where Gauntlet is cloned from".into());
        }
    }
    if matches!(answers.start, Start::Url(_)) {
        remarks.push(
            "         the job has to start your target and its chain itself, and to say --rpc-url".into(),
        );
    }
    remarks
}

fn github(answers: &Answers, manifest: &str) -> String {
    let mut target = format!("          target: {manifest}\n");
    if let Some(network) = answers.network {
        target.push_str(&format!("          arguments: --network={network}\n"));
    }
    let action = answers.action.as_deref().unwrap_or(ACTION);
    headed(GITHUB).replace(GITHUB_TARGET, &target).replace(ACTION, action)
}

fn gitlab(answers: &Answers, manifest: &str) -> String {
    let mut target = format!("    INPUT_TARGET: {manifest}\n");
    if let Some(network) = answers.network {
        target.push_str(&format!("    INPUT_ARGUMENTS: --network={network}\n"));
    }
    headed(GITLAB).replace(GITLAB_TARGET, &target)
}

/// The template with another first line: that one tells how to copy it.
fn headed(template: &str) -> String {
    let rest = template.split_once('\n').map_or(template, |(_, rest)| rest);
    format!("# The trial of an x402 implementation, as `gauntlet init` wrote it.\n{rest}")
}

/// A path that means the same in YAML, in an expression of GitHub's and in a variable of GitLab's: it is refused rather
/// than quoted three times over.
fn plain(path: &Path) -> Result<&str, Failure> {
    let is_plain = |text: &&str| {
        let words = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b));
        words
            && text.ends_with(".toml")
            && !text.starts_with(['-', '/'])
            && !text.split('/').any(|part| part == "..")
    };
    path.to_str().filter(is_plain).ok_or_else(|| {
        Failure::usage(format!("--file: a job cannot name {}", path.display())).with_help(
            "write a path below this folder that ends with .toml, of letters, digits and . _ / - only, or --ci none",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_stands_in_the_templates_once() {
        for (template, places) in [(GITHUB, &[GITHUB_TARGET, ACTION][..]), (GITLAB, &[GITLAB_TARGET])] {
            assert!(template.starts_with("# "), "the first line is replaced");
            for place in places {
                assert_eq!(template.matches(place).count(), 1, "{place}");
            }
        }
    }

    #[test]
    fn paths_that_mean_something_to_a_ci_are_refused() {
        for path in ["gauntlet.toml", "ci/my-facilitator.toml"] {
            assert_eq!(plain(Path::new(path)).unwrap(), path);
        }
        for path in [
            "${{ secrets.X }}.toml",
            "$HOME.toml",
            "a b.toml",
            "a: b.toml",
            "-x.toml",
            "../x.toml",
            "/x.toml",
            "x",
        ] {
            assert!(plain(Path::new(path)).is_err(), "{path}");
        }
    }
}
