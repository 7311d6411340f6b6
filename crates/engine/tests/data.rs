//! The data that is compiled in, the selection of checks, and known issues.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

use gauntlet_engine::known::KnownError;
use gauntlet_engine::select::{SelectError, closest, select};
use gauntlet_engine::{Catalogue, Check, KnownIssues, all_checks, facilitator};
use gauntlet_report::CheckReport;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PAYEE: &str = "facilitator.verify.payee-other";
const TODAY: &str = "2026-06-15";

mod requirements {
    use super::*;
    use gauntlet_report::{Class, Level};

    /// The files are read when the catalogue is first asked for; an id that stands there twice ends that.
    #[test]
    fn checks_and_requirements_know_one_another() {
        let catalogue = Catalogue::get();
        let checks = all_checks();
        let covered: BTreeSet<&str> = checks.iter().flat_map(|check| check.covers.iter().copied()).collect();
        let unknown: Vec<&&str> = covered.iter().filter(|id| catalogue.find(id).is_none()).collect();
        assert!(unknown.is_empty(), "checks cover requirements that do not exist: {unknown:?}");
        let ids = catalogue.all().filter(|it| it.excluded.is_none() && !covered.contains(it.id.as_str()));
        let open: Vec<&str> = ids.map(|requirement| requirement.id.as_str()).collect();
        assert!(open.is_empty(), "no check covers {open:?}, and nothing says why");
        let both = |id: &&&str| catalogue.find(id).is_some_and(|requirement| requirement.excluded.is_some());
        let both: Vec<_> = covered.iter().filter(both).collect();
        assert!(both.is_empty(), "excluded, and covered all the same: {both:?}");
        assert!(catalogue.all().count() > 50);
    }

    /// Each row says whose rule it is, and what the texts leave open can fail nobody.
    #[test]
    fn rows_make_sense() {
        for requirement in Catalogue::get().all() {
            let id = &requirement.id;
            assert!(["facilitator", "server", "client"].contains(&requirement.role.as_str()), "{id}");
            assert!(!requirement.versions.is_empty(), "{id} holds for no version");
            assert!(
                requirement.level != Level::Open || requirement.class <= Class::W,
                "{id} is open and fails"
            );
            for text in [Some(&requirement.text), requirement.note.as_ref(), requirement.excluded.as_ref()] {
                assert!(text.is_none_or(|text| text.ends_with('.')), "{id} has half a sentence");
            }
        }
    }
}

mod selection {
    use super::*;

    fn ids(wanted: &[&str], unwanted: &[&str]) -> Result<Vec<String>, SelectError> {
        let owned = |globs: &[&str]| globs.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>();
        let chosen = select(facilitator::checks(), &owned(wanted), &owned(unwanted))?;
        Ok(chosen.into_iter().map(|check| check.id).collect())
    }

    #[test]
    fn no_glob_selects_everything_in_order() {
        let all: Vec<String> = facilitator::checks().into_iter().map(|check: Check| check.id).collect();
        assert_eq!(ids(&[], &[]).unwrap(), all);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "ids are unique");
    }

    #[test]
    fn globs_add_up_and_exclusions_take_away() {
        let twins = format!("{PAYEE}*");
        assert_eq!(ids(&[&twins], &[]).unwrap(), [PAYEE, "facilitator.verify.payee-other.v1"]);
        assert_eq!(ids(&[&twins, "facilitator.control"], &["*.v1"]).unwrap(), ["facilitator.control", PAYEE]);
        assert_eq!(ids(&[], &["*"]).unwrap(), [""; 0]);
        let (one, alternatives) = ("facilitator.contro?", "facilitator.{control,nothing}");
        assert_eq!(ids(&[one], &[]), ids(&[alternatives], &[]));
    }

    #[test]
    fn a_dot_is_a_dot_and_a_star_crosses_it() {
        assert!(ids(&["facilitatorXcontrol"], &[]).is_err());
        assert!(ids(&["*.v1"], &[]).unwrap().iter().all(|id| id.ends_with(".v1")));
    }

    #[test]
    fn what_matches_nothing_is_an_error_everywhere() {
        let near = SelectError::Nothing {
            glob: "facilitator.verify.paye-other".into(),
            nearest: Some(PAYEE.into()),
        };
        assert_eq!(ids(&["facilitator.verify.paye-other"], &[]).unwrap_err(), near);
        assert_eq!(ids(&[], &["facilitator.verify.paye-other"]).unwrap_err(), near);
        let far = ids(&["facilitator.control", "quux"], &[]).unwrap_err();
        assert_eq!(far, SelectError::Nothing { glob: "quux".into(), nearest: None });
        assert!(!far.to_string().contains("did you mean"), "{far}");
    }

    #[test]
    fn a_broken_glob_is_told() {
        let error = ids(&["facilitator.[a"], &[]).unwrap_err();
        assert!(matches!(&error, SelectError::Glob { glob, .. } if glob == "facilitator.[a"), "{error}");
    }

    #[test]
    fn the_closest_is_close() {
        let candidates = ["no-payee-check", "no-expiry-check"];
        assert_eq!(closest("no-paye-check", candidates.into_iter()).unwrap(), "no-payee-check");
        assert_eq!(closest("zzz", candidates.into_iter()), None);
    }
}

#[path = "data/known_update.rs"]
mod known_update;

mod known_issues {
    use super::*;

    fn load(text: &str) -> Result<KnownIssues, KnownError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known.toml");
        std::fs::write(&path, text).unwrap();
        KnownIssues::load(&path, &[PAYEE, "facilitator.settle.replay"])
    }

    /// One line that expects a failure of the payee check.
    fn issue(rest: &str) -> KnownIssues {
        load(&format!("[[known]]\ncheck = \"{PAYEE}\"\noutcome = \"fail\"\nreason = \"why\"\n{rest}\n"))
            .unwrap()
    }

    fn report(outcome: &str, kinds: &[&str]) -> CheckReport {
        let finding = |kind: &&str| {
            json!({
                "requirement": "X402-EVM3009-010", "level": "DESC", "class": "H", "severity": "failure",
                "kind": kind, "rule": "", "source": "", "want": "", "got": "", "sent": "", "exchange": null, "chain": [],
            })
        };
        let report = json!({
            "check": PAYEE, "title": "", "outcome": outcome, "level": "DESC", "class": "H", "requirements": [],
            "risk": "", "findings": kinds.iter().map(finding).collect::<Vec<Value>>(), "reason": null, "notes": [],
            "known": null, "took_ms": 1, "now": 1, "case": "", "curl": null,
        });
        serde_json::from_value(report).unwrap()
    }

    /// Whether the report is excused, and how many lines are stale.
    fn judge(issues: &KnownIssues, mut report: CheckReport) -> (bool, usize) {
        issues.mark(&mut report, TODAY);
        (report.known.is_some(), issues.stale(&[report], TODAY).len())
    }

    #[test]
    fn a_failure_as_written_is_excused() {
        assert_eq!(judge(&issue(""), report("fail", &["accepted-invalid"])), (true, 0));
        assert_eq!(
            judge(&issue("kind = \"accepted-invalid\""), report("fail", &["accepted-invalid"])),
            (true, 0)
        );
        let mut told = report("fail", &["accepted-invalid"]);
        issue("link = \"https://example.org/1\"").mark(&mut told, TODAY);
        let known = told.known.unwrap();
        assert_eq!((known.reason.as_str(), known.link.as_deref()), ("why", Some("https://example.org/1")));
    }

    #[test]
    fn another_fingerprint_is_not_excused() {
        let issues = issue("kind = \"accepted-invalid\"");
        assert!(!judge(&issues, report("fail", &["server-error"])).0);
        assert!(!judge(&issues, report("fail", &["accepted-invalid", "server-error"])).0);
    }

    #[test]
    fn another_outcome_is_not_excused() {
        assert_eq!(judge(&issue(""), report("warn", &[])), (false, 1));
        // What could not be told does not say that the issue is gone.
        assert_eq!(judge(&issue(""), report("inconclusive", &[])), (false, 0));
    }

    #[test]
    fn what_does_not_happen_is_stale() {
        assert_eq!(judge(&issue(""), report("pass", &[])), (false, 1));
        assert_eq!(judge(&issue("flaky = true"), report("pass", &[])), (false, 0));
        assert!(issue("").stale(&[], TODAY).is_empty(), "the check did not run");
    }

    #[test]
    fn the_last_day_is_a_day() {
        let failed = || report("fail", &["accepted-invalid"]);
        assert_eq!(judge(&issue("until = \"2026-06-15\""), failed()), (true, 0));
        assert_eq!(judge(&issue("until = \"2026-06-14\""), failed()), (false, 1));
        // An expired line wants to be looked at even when it happens to be true no more.
        assert_eq!(judge(&issue("until = \"2026-06-14\""), report("pass", &[])), (false, 1));
    }

    /// The text at the place of the error.
    fn place(text: &str) -> String {
        let error = load(text).unwrap_err();
        assert!(error.path.ends_with("known.toml"));
        text[error.span.clone().unwrap()].to_owned()
    }

    #[test]
    fn broken_files_say_where() {
        let line = "[[known]]\ncheck = \"facilitator.settle.replai\"\noutcome = \"fail\"\nreason = \"why\"\n";
        assert_eq!(place(line), "\"facilitator.settle.replai\"");
        let error = load(line).unwrap_err();
        assert!(error.message.contains("did you mean facilitator.settle.replay?"), "{error}");
        let line = line.replace("replai", "replay");
        assert!(load(&line).is_ok());
        assert_eq!(place(&format!("{line}until = \"soon\"\n")), "\"soon\"");
        assert_eq!(place(&format!("{line}severity = 1\n")), "severity");
        assert_eq!(place(&line.replace("\"fail\"", "\"failed\"")), "\"failed\"");
    }

    #[test]
    fn an_empty_file_excuses_nothing() {
        assert_eq!(judge(&load("").unwrap(), report("fail", &[])), (false, 0));
    }
}
