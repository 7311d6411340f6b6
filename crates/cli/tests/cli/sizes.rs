//! How big a payment may be, as a user asks it; and load with payments of other kinds.

use crate::gauntlet::Gauntlet;
use serde_json::Value;

fn rungs(report: &Value) -> Vec<Value> {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().filter_map(|check| check["sizes"].as_array()).flatten().cloned().collect()
}

#[test]
fn a_server_is_asked_with_headers_of_many_lengths() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.run(&[
        "sizes",
        "-t",
        "double:server",
        "--seed",
        "402",
        "--no-nginx",
        "--out",
        "run",
        "--format",
        "json",
    ]);
    let report = said.exits(0).json();
    assert_eq!(report["nginx"], Value::Null);
    let rungs = rungs(&report);
    let requests: Vec<&Value> = rungs.iter().filter(|rung| rung["part"] == "request").collect();
    assert_eq!(requests.len(), 30, "nine padded and six of ML-DSA, in two versions");
    for rung in &requests {
        let is_short = rung["bytes"].as_u64().unwrap() <= 32 << 10;
        assert_eq!(rung["end"], if is_short { "served" } else { "stack" }, "{rung}");
        assert_eq!(rung["paid"], is_short, "{rung}");
    }
    let named = |name: &str| requests.iter().any(|rung| rung["payment"] == name);
    assert!(named("ML-DSA-44") && named("ML-DSA-87 + key"));
    for file in ["run/sizes.txt", "run/sizes.md"] {
        assert!(gauntlet.read(file).contains("20532 bytes pass, 33000 do not (431"), "{file}");
    }
}

#[test]
fn a_facilitator_is_asked_with_bodies_of_many_lengths() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.run(&["sizes", "-t", "double:facilitator", "--seed", "402", "--out", "run"]);
    said.exits(0)
        .prints("Body of /settle: everything passes, up to 66000 bytes")
        .prints("At every size: paid and served, or neither");
}

#[test]
fn money_without_content_and_content_without_money_fail() {
    for (target, told) in [
        ("double:server+large-settled-and-refused", "PAID"),
        ("double:server+large-served-unsettled", "NOT PAID"),
        ("double:facilitator+large-settled-and-refused", "PAID"),
    ] {
        let said =
            Gauntlet::new().run(&["sizes", "-t", target, "--seed", "402", "--no-nginx", "--out", "run"]);
        said.exits(1).prints(told).prints("MONEY AND CONTENT PART");
    }
}

#[test]
fn an_nginx_that_is_not_there_is_told_before_anything_starts() {
    let gauntlet = Gauntlet::without_anvil();
    let said = gauntlet.run(&["sizes", "-t", "double:server", "--nginx", "no/such/nginx"]);
    said.exits(2).remarks("no/such/nginx is no file");
}

#[test]
fn every_payment_over_permit2_and_by_ml_dsa_is_in_the_books() {
    let plan = |payments: &str| {
        format!(
            "title = \"A test\"\n[payments]\npayers = 10\nwindow = \"120s\"\n{payments}\n[[stages]]\nfor = \"2s\"\nrate = 5\n"
        )
    };
    for (payments, target) in [
        ("method = \"permit2\"", "double:facilitator"),
        ("method = \"permit2\"\nscheme = \"upto\"", "double:facilitator"),
        ("signature = \"ml-dsa-44\"", "double:facilitator"),
        ("signature = \"ml-dsa-87\"", "double:server"),
    ] {
        let gauntlet = Gauntlet::new();
        gauntlet.write("plan.toml", &plan(payments));
        let said = gauntlet.run(&[
            "load",
            "plan.toml",
            "--target",
            target,
            "--seed",
            "402",
            "--out",
            "run",
            "--format",
            "json",
            "--no-ceiling",
        ]);
        let report = said.json();
        let word = report["verdict"]["word"].as_str().unwrap();
        assert!(["passed", "generator-bound"].contains(&word), "{:#}", report["verdict"]);
        assert_eq!(report["books"]["counts"]["paid"], 10, "{payments}: {:#}", report["books"]);
        assert_eq!(report["books"]["counts"].as_object().unwrap().len(), 1);
        assert_eq!(report["books"]["chain"]["strays"], 0);
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let gauntlet = Gauntlet::without_anvil();
    for (payments, fault) in [
        ("scheme = \"upto\"", "scheme upto goes over Permit2 only"),
        ("method = \"permit2\"\nsignature = \"ml-dsa-44\"", "payments over Permit2 have neither"),
        ("signature = \"rsa\"", "ml-dsa-44"),
    ] {
        let stages = "[[stages]]\nfor = \"2s\"\nrate = 5\n";
        gauntlet.write("plan.toml", &format!("title = \"A test\"\n[payments]\n{payments}\n{stages}"));
        gauntlet.run(&["load", "plan.toml", "-t", "double:facilitator"]).exits(2).remarks(fault);
    }
    let said = Gauntlet::new().run(&["load", "smoke", "-t", "double:facilitator", "--against-ecdsa"]);
    said.exits(2).remarks("signed by ECDSA already");
}
