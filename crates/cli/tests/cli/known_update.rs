//! `--update-known`: the file is written, and nothing turns green by it.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE, Said, finish};

const DOUBLE: &str = "double:facilitator";

/// A run of one check outside CI, in a folder of this name.
fn update(gauntlet: &Gauntlet, target: &str, out: &str, more: &[&str]) -> Said {
    let fixed =
        ["run", "--target", target, "--seed", "402", "--out", out, "--quiet", "--known", "known.toml", PAYEE];
    outside_ci(gauntlet, &[&fixed, more].concat())
}

fn outside_ci(gauntlet: &Gauntlet, args: &[&str]) -> Said {
    let mut command = gauntlet.command(args);
    command.env_remove("CI");
    finish(command, &format!("gauntlet {}", args.join(" ")))
}

#[test]
fn a_new_line_excuses_nothing_until_somebody_writes_its_reason() {
    let gauntlet = Gauntlet::new();
    let said = update(&gauntlet, MUTANT, "one", &["--update-known"]).exits(1).remarks("1 added, 0 taken out");
    said.remarks(&format!("+ {PAYEE}: fail")).remarks("begins with TODO");
    let text = gauntlet.read("known.toml");
    insta::assert_snapshot!(text);
    update(&gauntlet, MUTANT, "two", &[]).exits(1).prints("STALE").prints("has no reason yet").prints("FAIL");
    gauntlet.run(&["lint", "known.toml"]).exits(2).prints("has no reason yet");
    // Once more changes nothing.
    update(&gauntlet, MUTANT, "three", &["--update-known"]).exits(1).remarks("is as this run says");
    assert_eq!(gauntlet.read("known.toml"), text);
    gauntlet.write("known.toml", &text.replace("TODO: why is this expected?", "they are at it"));
    update(&gauntlet, MUTANT, "four", &[]).exits(0).prints("1 known");
    gauntlet.run(&["lint", "known.toml"]).exits(0);
}

#[test]
fn what_did_not_happen_is_taken_out_and_comments_stay() {
    let gauntlet = Gauntlet::new();
    let line = |check: &str| {
        format!("[[known]]\ncheck = \"{check}\"\noutcome = \"fail\"\nreason = \"why\" # since June\n")
    };
    let (other, head) = (line("facilitator.settle.replay"), "# what ours answers\n\n");
    gauntlet.write("known.toml", &format!("{head}# mended\n{}\n# not tried here\n{other}", line(PAYEE)));
    update(&gauntlet, DOUBLE, "one", &["--update-known"]).exits(1).remarks(&format!("- {PAYEE}: fail: why"));
    assert_eq!(gauntlet.read("known.toml"), format!("{head}# not tried here\n{other}"));
    update(&gauntlet, DOUBLE, "two", &[]).exits(0);
}

#[test]
fn it_is_not_for_ci() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("known.toml", "# ours\n");
    let args = ["run", "--target", DOUBLE, "--update-known", PAYEE];
    for (value, refused) in
        [("1", true), ("true", true), ("yes", true), ("false", false), ("0", false), ("", false)]
    {
        let mut command = gauntlet.command(&args);
        command.env("CI", value);
        let said = finish(command, &format!("CI={value} gauntlet {}", args.join(" "))).exits(2);
        said.remarks(if refused { "is not for CI" } else { "has no file to write to" });
    }
    gauntlet.run(&[&args[..], &["--known", "known.toml"]].concat()).exits(2).remarks("is not for CI");
    assert_eq!(gauntlet.read("known.toml"), "# ours\n");
    let run = |args: &[&str]| {
        outside_ci(&gauntlet, &[&["run", "--target", DOUBLE, "--update-known"], args].concat())
    };
    run(&[PAYEE]).exits(2).remarks("has no file to write to");
    run(&["--target", MUTANT, "--known", "known.toml", PAYEE]).exits(2).remarks("one target at a time");
    gauntlet.write(
        "inline.toml",
        &format!("known = [{{ check = \"{PAYEE}\", outcome = \"fail\", reason = \"why\" }}]\n"),
    );
    run(&["--known", "inline.toml", PAYEE]).exits(2).remarks("under [[known]]");
    gauntlet.write(
        "typo.toml",
        "[[known]]\ncheck = \"facilitator.verify.paye-other\"\noutcome = \"fail\"\nreason = \"why\"\n",
    );
    run(&["--known", "typo.toml", PAYEE]).exits(2).remarks("there is no check");
}

#[test]
fn a_run_that_says_too_little_writes_nothing() {
    let gauntlet = Gauntlet::new();
    let text = format!("[[known]]\ncheck = \"{PAYEE}\"\noutcome = \"fail\"\nreason = \"why\"\n");
    gauntlet.write("known.toml", &text);
    let args = [
        "run",
        "--role",
        "facilitator",
        "--known",
        "known.toml",
        "--update-known=inconclusive",
        "--quiet",
        PAYEE,
    ];
    outside_ci(&gauntlet, &[&args[..], &["--", "false"]].concat()).exits(5).remarks("the run was not scored");
    assert_eq!(gauntlet.read("known.toml"), text);
}

#[test]
fn a_line_about_another_target_is_left_alone() {
    let gauntlet = Gauntlet::new();
    let line = |target: &str| {
        format!(
            "[[known]]\ncheck = \"{PAYEE}\"\noutcome = \"fail\"\ntarget = \"{target}\"\nreason = \"why\"\n"
        )
    };
    gauntlet.write("known.toml", &line("double:facilitator+*"));
    update(&gauntlet, MUTANT, "one", &[]).exits(0);
    update(&gauntlet, DOUBLE, "two", &["--update-known"]).exits(0).remarks("is as this run says");
    gauntlet.write("known.toml", &line("double:facilitator+*@2.*"));
    update(&gauntlet, MUTANT, "three", &[]).exits(1);
}
