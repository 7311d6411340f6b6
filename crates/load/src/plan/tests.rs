//! Whole files: those that are compiled in, and broken ones.

use super::*;
use built_in::FILES;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A plan that says everything.
const FULL: &str = r#"title = "All of it"
version = 1
facilitator = { verifies-per-settle = 3 }
server = "challenge"
copies = 2
timeout = "1.5s"
users = 500
thresholds = ["payment p99 < 3 blocks", "lost == 0"]

[chain]
blocks = "450ms"
rpc-delay = "20ms"
gas-limit = 30_000_000

[payments]
payers = 1_000
price = 25
token = "fee"
wrong = { share = 0.3, changes = ["value-zero", { value-below = 1 }] }

[[stages]]
for = "500ms"
rate = 0.5
warm-up = true

[[stages]]
for = "2m"
rate = { from = 5, to = 1_000 }

[[stages]]
for = "1h"
users = 20
"#;

fn read(text: &str) -> Result<Plan, PlanError> {
    Plan::read(Path::new("plans/mine.toml"), text)
}

fn good(text: &str) -> Plan {
    read(text).unwrap_or_else(|error| panic!("{}", error.picture()))
}

#[test]
fn everything_is_read() {
    let plan = good(FULL);
    assert_eq!(plan.name, "mine");
    assert_eq!(plan.length(), Duration::from_millis(3_720_500));
    assert_eq!(plan.total_payments(), None);
    assert!(plan.is_closed_loop());
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan).unwrap());
}

#[test]
fn little_is_needed() {
    let plan = good("title = \"t\"\nstages = [{ for = \"10s\", rate = 0.1 }, { for = \"1s\", rate = 7 }]");
    assert_eq!((plan.version, plan.copies, plan.users), (Version::V2, 1, None));
    assert_eq!((plan.facilitator, plan.server), (FacilitatorWork::Settle, ServerWork::Purchase));
    assert_eq!((plan.timeout, plan.chain.blocks), (Duration::from_secs(30), Blocks::Automine));
    assert_eq!((plan.payments.payers, plan.payments.price), (1_000, 10_000));
    assert_eq!((plan.payments.token.as_str(), &plan.payments.wrong), ("usdc", &None));
    assert_eq!((plan.total_payments(), plan.is_closed_loop()), (Some(8), false));
}

#[test]
fn words_of_the_head_mean_what_they_say() {
    let work = |word: &str| {
        good(&format!("title = \"t\"\nfacilitator = {word}\nstages = [{{ for = \"1s\", rate = 1 }}]"))
            .facilitator
    };
    assert_eq!(work("\"verify\""), FacilitatorWork::Verify);
    assert_eq!(work("\"both\""), FacilitatorWork::Both);
    assert_eq!(work("\"mix\""), FacilitatorWork::Mix { verifies_per_settle: 5 });
    assert_eq!(work("{ verifies-per-settle = 9 }"), FacilitatorWork::Mix { verifies_per_settle: 9 });
}

#[test]
fn an_empty_list_of_stages_is_no_plan() {
    let error = read("title = \"t\"\nstages = []").unwrap_err();
    assert_eq!((error.line_column(), error.message.contains("[[stages]]")), (Some((2, 10)), true), "{error}");
}

/// What is told of each of these replacements.
fn replaced(replacements: &[(&str, &str)]) -> String {
    let mut said = String::new();
    for (old, new) in replacements {
        assert!(FULL.contains(old), "{old}");
        let error = read(&FULL.replacen(old, new, 1)).expect_err(new);
        let _ = writeln!(said, "{}\n", error.picture());
    }
    said
}

#[test]
fn the_head_is_told_where_it_is_wrong() {
    insta::assert_snapshot!(replaced(&[
        ("title = \"All of it\"\n", ""),
        ("\"All of it\"", "\"\""),
        ("title =", "titel ="),
        ("version = 1", "version = 3"),
        ("{ verifies-per-settle = 3 }", "\"setle\""),
        ("{ verifies-per-settle = 3 }", "{ verifies-per-settle = 0 }"),
        ("{ verifies-per-settle = 3 }", "{}"),
        ("{ verifies-per-settle = 3 }", "{ verifys-per-settle = 3 }"),
        ("\"challenge\"", "\"buy\""),
        ("copies = 2", "copies = 0"),
        ("copies = 2", "copies = 10_001"),
        ("\"1.5s\"", "30"),
        ("\"1.5s\"", "\"0s\""),
        ("users = 500", "users = 0"),
        ("users = 500", "users = 1"),
        ("copies = 2", "copies = 21"),
        ("title = \"All of it\"", "title = \"All of it"),
    ]));
}

#[test]
fn the_chain_and_the_payments_are_told_where_they_are_wrong() {
    insta::assert_snapshot!(replaced(&[
        ("\"450ms\"", "\"auto\""),
        ("\"450ms\"", "\"0s\""),
        ("\"450ms\"", "12"),
        ("rpc-delay", "rpc_delay"),
        ("\"20ms\"", "\"2m\""),
        ("30_000_000", "21_000"),
        ("payers = 1_000", "payers = 0"),
        ("payers = 1_000", "payers = 1_000_001"),
        ("price = 25", "price = 0"),
        ("\"fee\"", "\"fees\""),
        ("share = 0.3", "share = 0"),
        ("share = 0.3", "share = 1.0"),
        ("share = 0.3", "share = nan"),
        ("share = 0.3, ", ""),
        (", changes = [\"value-zero\", { value-below = 1 }]", ""),
        ("[\"value-zero\", { value-below = 1 }]", "[]"),
        ("[\"value-zero\", { value-below = 1 }]", "\"value-zero\""),
        ("\"value-zero\"", "\"value-zeros\""),
        ("{ value-below = 1 }", "{ value-below = \"1\" }"),
    ]));
}

#[test]
fn stages_are_told_where_they_are_wrong() {
    insta::assert_snapshot!(replaced(&[
        (&FULL[FULL.find("[[stages]]").unwrap()..], ""),
        (&FULL[FULL.find("[[stages]]").unwrap()..], "[stages]\nfor = \"1s\"\nrate = 1"),
        ("for = \"500ms\"\n", ""),
        ("\"500ms\"", "\"0s\""),
        ("\"500ms\"", "\"-1s\""),
        ("\"500ms\"", "\"30 sec\""),
        ("\"500ms\"", "\"169h\""),
        ("rate = 0.5", "rate = 0"),
        ("rate = 0.5", "rate = -5"),
        ("rate = 0.5", "rate = 1_000_001"),
        ("rate = 0.5", "rate = inf"),
        ("rate = 0.5", "rate = \"20/s\""),
        ("from = 5, to", "from = 0, to"),
        ("from = 5, to", "to"),
        ("from = 5, to", "form = 5, to"),
        ("rate = 0.5\n", ""),
        ("rate = 0.5", "rate = 0.5\nusers = 3"),
        ("users = 20", "users = 100_001"),
        ("warm-up = true", "warmup = true"),
        ("warm-up = true", "warm-up = \"yes\""),
        ("warm-up = true", "thresholds = [\"lost == 0\"]"),
        (&FULL[FULL.find("[[stages]]\nfor = \"2m\"").unwrap()..], ""),
    ]));
}

#[test]
fn thresholds_are_told_where_they_are_wrong() {
    insta::assert_snapshot!(replaced(&[
        ("\"lost == 0\"", "\"lots == 0\""),
        ("\"lost == 0\"", "\"payment p99 > 1s\""),
        ("\"lost == 0\"", "\"\\u006cots == 0\""),
        ("\"lost == 0\"", "'''lots == 0'''"),
        ("\"lost == 0\"", "3"),
        ("[\"payment p99 < 3 blocks\", \"lost == 0\"]", "\"lost == 0\""),
        ("blocks = \"450ms\"", "blocks = \"automine\""),
        ("[chain]\nblocks = \"450ms\"", "[chain]"),
    ]));
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let error = Plan::load(Path::new("plans/none.toml")).unwrap_err();
    assert!(error.to_string().starts_with("plans/none.toml: the plan cannot be read: "), "{error}");
}

#[test]
fn thresholds_are_about_what_is_measured() {
    let plan = |facilitator: &str, server: &str, threshold: &str| {
        let head = format!("title = \"t\"\nfacilitator = \"{facilitator}\"\nserver = \"{server}\"");
        let stages = "stages = [{ for = \"1s\", rate = 1 }]";
        good(&format!("{head}\nthresholds = [\"payment p99 < 3s\", \"{threshold}\"]\n{stages}"))
    };
    let told = |facilitator, server, threshold, role| {
        let refused = plan(facilitator, server, threshold).check_thresholds(role).unwrap_err();
        format!("{}\n\n", refused.picture())
    };
    let (facilitator, server) = (Role::Facilitator, Role::Server);
    let said = [
        told("settle", "purchase", "verify p99 < 3s", facilitator),
        told("verify", "purchase", "settle rate >= 95%", facilitator),
        told("both", "purchase", "paid error-rate < 1%", facilitator),
        told("mix", "purchase", "challenge service p50 < 1s", facilitator),
        told("both", "purchase", "settle p99 < 3s", server),
        told("both", "challenge", "paid p99 < 3s", server),
        told("both", "challenge", "lost == 0", Role::Client),
    ];
    insta::assert_snapshot!(said.concat());
    for (work, phases) in
        [("verify", vec!["verify"]), ("settle", vec!["settle"]), ("both", vec!["verify", "settle"])]
    {
        for phase in phases.into_iter().chain(["payment"]) {
            let plan = plan(work, "purchase", &format!("{phase} p99 < 1s"));
            assert_eq!(plan.check_thresholds(facilitator), Ok(()), "{work} {phase}");
        }
    }
    for text in ["challenge p99 < 1s", "paid rate >= 95%", "error-rate < 1%", "taken-twice == 0"] {
        assert_eq!(plan("settle", "purchase", text).check_thresholds(server), Ok(()), "{text}");
    }
}

#[test]
fn blocks_need_an_interval_also_later() {
    let mut plan = good(FULL);
    assert_eq!(plan.check_thresholds(Role::Server), Ok(()));
    plan.chain.blocks = Blocks::Automine;
    assert_eq!(plan.check_thresholds(Role::Server).unwrap_err().text, "payment p99 < 3 blocks");
}

// ---- those that are compiled in ----------------------------------------------------------------------------------

#[test]
fn every_file_is_compiled_in() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/load");
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| format!("scenarios/load/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    let listed: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_built_in_plan_is_in_order() {
    let mut said = String::new();
    for (plan, (path, text)) in Plan::built_ins().iter().zip(FILES) {
        assert_eq!(*path, format!("scenarios/load/{}.toml", plan.name));
        assert!(text.starts_with("# "), "{path} does not say why");
        assert!(!plan.title.ends_with('.') && !plan.thresholds.is_empty(), "{path}");
        for role in [Role::Facilitator, Role::Server] {
            let checked = plan.check_thresholds(role);
            assert_eq!(checked, Ok(()), "{path}");
        }
        let json = serde_json::to_string(plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), *plan, "{path}");
        let length = plan.length().as_secs();
        let payments = plan.total_payments().map_or("as fast as it goes".into(), |count| count.to_string());
        let _ =
            writeln!(said, "{}: {payments} payments in {length} s, blocks {}", plan.name, plan.chain.blocks);
    }
    insta::assert_snapshot!(said);
    assert_eq!(Plan::built_in("soak").map(|plan| plan.name.as_str()), Some("soak"));
    assert_eq!(Plan::built_in("none"), None);
}
