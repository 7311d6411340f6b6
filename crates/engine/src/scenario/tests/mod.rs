//! What the language takes and refuses, and what is compiled in.

mod broken;

use super::built_in::{FILES, FOLDERS};
use super::model::{Copies, Form, Funds, Party};
use super::*;
use crate::select::{SelectError, select};
use std::path::PathBuf;

/// A small scenario that is in order.
const PLAIN: &str = r#"id = "attack.small"
title = "a payment buys once"
source = "nobody"
covers = ["X402V2-HTTP-RS-025", "X402V1-HTTP-RS-008", "INV-003"]
risk = "content is lost"
lost = "content"
by = "the seller"

[given.first]
route = "cheap"

[[steps]]
pay = "first"
times = 2

[expect]
served = { first = 1 }
transfers = { first = [0, 1] }
"#;

fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    Scenario::parse(text, Path::new("scenarios/attacks/small.toml"))
}

/// The plain scenario with something replaced.
fn with(old: &str, new: &str) -> Result<Scenario, ScenarioError> {
    assert!(PLAIN.contains(old), "{old}");
    parse(&PLAIN.replacen(old, new, 1))
}

/// The plain scenario with other steps.
fn steps(steps: &str) -> Result<Scenario, ScenarioError> {
    let start = PLAIN.find("[[steps]]").unwrap();
    let end = PLAIN.find("[expect]").unwrap();
    parse(&format!("{}{steps}\n{}", &PLAIN[..start], &PLAIN[end..]))
}

/// What is wrong and the text at the place where it is.
fn fault(read: Result<Scenario, ScenarioError>) -> (String, String) {
    let error = read.expect_err("it is in order");
    let marked = error.span.clone().map(|span| error.text[span].to_owned());
    (error.message, marked.unwrap_or_default())
}

fn every() -> Vec<Check> {
    [checks(Role::Facilitator), checks(Role::Server)].concat()
}

#[test]
fn every_file_is_compiled_in() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut there = BTreeSet::new();
    for folder in FOLDERS.iter().map(|(folder, _)| format!("scenarios/{folder}")) {
        for entry in std::fs::read_dir(root.join(&folder)).unwrap() {
            there.insert(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    let listed: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(listed, there);
    assert_eq!(all().len(), listed.len());
}

#[test]
fn every_file_makes_a_check_of_each_version() {
    let checks = every();
    assert_eq!(checks.len(), all().iter().map(|scenario| scenario.versions.len()).sum::<usize>());
    let ids: BTreeSet<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids.len(), checks.len());
    for check in &checks {
        assert_eq!(check.version == Some(Version::V1), check.id.ends_with(".v1"), "{}", check.id);
        let holds = |id: &&str| {
            Catalogue::get()
                .find(id)
                .is_some_and(|rule| check.version.is_some_and(|v| rule.versions.contains(&v)))
        };
        assert!(!check.covers.is_empty() && check.covers.iter().all(holds), "{}", check.id);
    }
}

#[test]
fn a_plain_scenario_is_read() {
    let scenario = parse(PLAIN).unwrap();
    assert_eq!(scenario.loss, Some(("content".into(), Party::Seller)));
    assert_eq!(scenario.role, Role::Server);
    assert_eq!(scenario.versions, Version::ALL);
    assert_eq!((scenario.given[0].route, scenario.given[0].funds), (Some("cheap"), Funds::Plenty));
    let Action::Pay(pay) = &scenario.steps[0].action else { panic!("{:?}", scenario.steps) };
    assert_eq!((pay.copies, pay.form, pay.background), (Copies::InSequence(2), None, false));
    assert_eq!(scenario.steps[0].line, 13);
    let transfers = &scenario.expect.transfers[0];
    assert_eq!(
        (transfers.least, transfers.most, scenario.place(&transfers.span)),
        (0, 1, "scenarios/attacks/small.toml:18".into())
    );
    assert_eq!(scenario.needs(), [Need::Route("cheap")]);
    assert_eq!(scenario.lane(), Lane::Parallel);
}

#[test]
fn bytes_that_are_no_text_are_sent_as_they_are() {
    let scenario =
        steps("[[steps]]\nrequest = { path = \"/x\", base64 = \"/wA=\" }\n\n[[steps]]\npay = \"first\"\n")
            .unwrap();
    let Action::Request { request, .. } = &scenario.steps[0].action else {
        panic!("{:?}", scenario.steps[0].action)
    };
    assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", &[0xff, 0x00][..]));
}

#[test]
fn needs_follow_from_the_steps() {
    let held = "[[steps]]\nhold = \"first\"\n[[steps]]\npay = \"first\"\nat = \"dear\"\nas = \"high-s\"\nbackground = true\n[[steps]]\nrelease = \"first\"\n[[steps]]\nrestart = \"server\"\n";
    let scenario = steps(held).unwrap();
    let needs = [Need::Route("cheap"), Need::Route("dear"), Need::ScriptedFacilitator, Need::Restart];
    assert_eq!(scenario.needs(), needs);
    assert_eq!(scenario.lane(), Lane::Exclusive, "a restart is noticed by all checks");
    let Action::Pay(pay) = &scenario.steps[1].action else { panic!("{:?}", scenario.steps) };
    assert_eq!((pay.at, pay.form, pay.background), (Some("dear"), Some(Form::HighS), true));
    assert_eq!(with("by =", "alone = true\nby =").unwrap().lane(), Lane::Exclusive);
}

#[test]
fn a_fault_is_shown_where_it_is() {
    let error = with("times = 2", "tiems = 2").unwrap_err();
    assert_eq!(
        error.picture(),
        "scenarios/attacks/small.toml:14:1: unknown key `tiems` in [[steps]]; did you mean `times`?\n \
         14 | tiems = 2\n    | ^^^^^\n help: known keys: pay, at, as, change, times, together, background, expect, require"
    );
}

#[test]
fn unknown_words_are_refused_with_the_nearest() {
    for (old, new, message, marked) in [
        ("risk =", "rsik =", "unknown key `rsik` in the scenario; did you mean `risk`?", "rsik"),
        ("pay =", "pya =", "this step has no verb; did you mean `pay`?", "pya"),
        ("times = 2", "together = 2\ntimes = 2", "`times` and `together` do not go together", "2"),
        ("times = 2", "hold = \"first\"", "a step has one verb, and this one has `pay` and `hold`", "hold"),
        ("times = 2", "as = \"highs\"", "`as` cannot be \"highs\"; did you mean `high-s`?", "\"highs\""),
        ("\"cheap\"", "\"chaep\"", "`route` cannot be \"chaep\"; did you mean `cheap`?", "\"chaep\""),
        ("times = 2", "times = 0", "`times` in [[steps]] must be a whole number from 1 to 100", "0"),
        ("times = 2", "background = 1", "`background` in [[steps]] must be true or false", "1"),
        (
            "pay = \"first\"",
            "pay = \"frist\"",
            "nothing called `frist` is given; did you mean `first`?",
            "pay",
        ),
        (
            "served = { first",
            "served = { other",
            "`served` does not say what is expected of `first`",
            "{ other = 1 }",
        ),
        ("INV-003", "INV-03", "there is no requirement INV-03; did you mean `INV-003`?", "\"INV-03\""),
        (
            "attack.small",
            "attack.smal",
            "the id of this file ends with its name, such as `attack.small`",
            "\"attack.smal\"",
        ),
        (
            "by = \"the seller\"",
            "by = \"seller\"",
            "`by` cannot be \"seller\"; did you mean `the seller`?",
            "\"seller\"",
        ),
        ("lost = \"content\"", "lost = \"\"", "`lost` is empty", "\"\""),
        ("lost = \"content\"", "", "`by` needs `lost` beside it: what is lost", "\"the seller\""),
        ("[0, 1]", "[1, 0]", "`transfers` in", "[1, 0]"),
        (
            "[given.first]",
            "[given.First]",
            "`First` is no name: write lower-case letters, digits and hyphens",
            "First",
        ),
    ] {
        let message = match message {
            "`transfers` in" => {
                "`first` in [expect.transfers] must be a count like 1, or the least and the most like [0, 1]"
            }
            message => message,
        };
        assert_eq!(fault(with(old, new)), (message.to_owned(), marked.to_owned()), "{old} → {new}");
    }
}

#[test]
fn every_version_has_a_requirement() {
    let only_v2 = with("\"X402V1-HTTP-RS-008\", \"INV-003\"", "\"X402V2-HTTP-RS-026\"");
    assert_eq!(fault(only_v2).0, "none of these requirements is about v1");
    let told = with(
        "covers = [\"X402V2-HTTP-RS-025\", \"X402V1-HTTP-RS-008\", \"INV-003\"]",
        "covers = [\"X402V2-HTTP-RS-025\"]\nversions = [2]",
    );
    assert_eq!(told.unwrap().versions, [Version::V2]);
    assert_eq!(fault(with("by =", "versions = [3]\nby =")).0, "x402 has versions 1 and 2, not 3");
}

#[test]
fn what_would_wait_for_ever_or_leave_something_behind_is_refused() {
    let (pay, hold) = ("[[steps]]\npay = \"first\"\n", "[[steps]]\nhold = \"first\"\n");
    let (release, answer) = ("[[steps]]\nrelease = \"first\"\n", "[[steps]]\nawait = \"first\"\n");
    let under_way = "[[steps]]\npay = \"first\"\nbackground = true\n";
    let stopped = "[[steps]]\nmining = \"stopped\"\n";
    let lost = "[[steps]]\ndrop = \"first\"\n";
    for (text, message) in [
        (format!("{hold}{under_way}"), "what is held must be released by a later step"),
        (
            format!("{hold}{pay}{release}"),
            "this would wait for a payment that is held; add `background = true`",
        ),
        (format!("{release}{pay}"), "this payment is not held"),
        (format!("{hold}{release}{hold}"), "this payment has been released, and is not held again"),
        (
            format!("{hold}{under_way}{answer}"),
            "this would wait for ever: release the payment, or mine, before",
        ),
        (
            format!("{pay}{answer}"),
            "nothing of this payment is under way: send it with `background = true` before",
        ),
        (format!("{stopped}{under_way}"), "a later step must mine again"),
        (format!("{stopped}{pay}"), "this would wait for a block that nobody makes; add `background = true`"),
        (format!("{under_way}{lost}"), "a transaction can only be lost while mining is stopped"),
        (
            format!("{stopped}{under_way}[[steps]]\ncancel = \"first\"\n"),
            "this needs a block, and mining is stopped",
        ),
        (
            format!("{stopped}{under_way}{lost}[[steps]]\nmining = \"automatic\"\n"),
            "a lost transaction must come back by `resend`, or its sender's next one would wait for it",
        ),
        (format!("{under_way}[[steps]]\nresend = \"first\"\n"), "no transaction of this payment was lost"),
        (
            format!("{pay}[[steps]]\nfetch = \"first\"\n"),
            "`first` buys, with a new payment each time; give this one another name",
        ),
        (
            "[[steps]]\nanswer = \"first\"\ncall = \"verify\"\nwith = \"no-transaction\"\n".into(),
            "only /settle names transactions; /verify can be `refused`, or say the `truth`",
        ),
        (
            "[[steps]]\npreempt = \"first\"\n[[steps]]\npay = \"first\"\ntogether = 2\n".into(),
            "copies at one instant are counted against the money that the server had moved",
        ),
        ("[[steps]]\nunpaid = \"cheap\"\n".into(), "no step uses `first`"),
    ] {
        assert_eq!(fault(steps(&text)).0, message, "{text}");
    }
}

#[test]
fn graded_expectations_expect_something_and_say_what_it_weighs() {
    let with_graded = |graded: &str| parse(&format!("{PLAIN}\n[graded]\n{graded}\n"));
    let scenario = with_graded("class = \"W\"\nsettles = { first = 1 }").unwrap();
    assert!(scenario.needs().contains(&Need::ScriptedFacilitator));
    assert_eq!(fault(with_graded("class = \"W\"")).0, "[graded] expects nothing");
    assert_eq!(fault(with_graded("served = { first = 1 }")).0, "[graded] has no `class`");
    let fails = with_graded("class = \"H\"\nserved = { first = 1 }");
    assert_eq!(fault(fails).0, "`class` cannot be \"H\"");
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let (message, _) = fault(parse("id = \"attack.small\ntitle = 1"));
    assert!(!message.is_empty());
    let missing = Scenario::load(Path::new("scenarios/attacks/none.toml")).unwrap_err();
    assert!(missing.to_string().starts_with("scenarios/attacks/none.toml: the scenario cannot be read"));
}

#[test]
fn files_name_their_checks() {
    for (text, glob) in [
        ("attacks/replay", Some("attack.replay{,.v1}")),
        ("attacks/*", Some("attack.*{,.v1}")),
        ("attacks", Some("attack.*{,.v1}")),
        ("flows/paid-fetch", Some("flow.paid-fetch{,.v1}")),
        ("scenarios/attacks/replay.toml", Some("attack.replay{,.v1}")),
        ("./scenarios/flows/paid-fetch.toml", Some("flow.paid-fetch{,.v1}")),
        ("/somewhere/scenarios/attacks/replay.toml", Some("attack.replay{,.v1}")),
        ("server.replay.*", None),
        ("attack.replay", None),
        ("facilitator/settle.replay", Some("facilitator.settle.replay{,.v1}")),
        ("attacks/a/b", None),
        ("attacks/", None),
    ] {
        assert_eq!(as_glob(text).as_deref(), glob, "{text}");
    }
}

#[test]
fn files_select_their_checks() {
    let ids = |wanted: &str| -> Result<Vec<String>, SelectError> {
        let chosen = select(every(), &[wanted.to_owned()], &[])?;
        Ok(chosen.into_iter().map(|check| check.id).collect())
    };
    assert_eq!(ids("attacks/replay").unwrap(), ["attack.replay", "attack.replay.v1"]);
    assert_eq!(ids("scenarios/attacks/replay.toml"), ids("attacks/replay"));
    assert!(ids("attacks/*").unwrap().iter().all(|id| id.starts_with("attack.")));
    assert_eq!(ids("attacks/*").unwrap().len(), 26);
    assert!(ids("attacks/nothing").is_err());
}

/// The documentation has every word, and its first scenario is in order.
#[test]
fn the_readme_knows_the_language() {
    let readme = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for verb in grammar::VERBS {
        assert!(readme.contains(&format!("| `{} = ", verb.name)), "{}", verb.name);
    }
    let rows = grammar::BESIDE.iter().chain(grammar::EXPECT).chain(grammar::REQUEST).map(|key| key.name);
    for word in rows.chain(gauntlet_wire::mutation::WORDS.iter().map(|word| word.name)) {
        assert!(readme.contains(&format!("| `{word}` |")), "{word}");
    }
    let first = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    Scenario::parse(first, Path::new("weather.toml")).unwrap();
}
