//! Wrong usage and broken files: exit code 2, the place, and what to do.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE, assert_said};

#[test]
fn a_url_without_a_chain() {
    assert_said!(Gauntlet::without_anvil().run(&[
        "run",
        "--target",
        "http://127.0.0.1:1",
        "--role",
        "facilitator"
    ]));
}

#[test]
fn a_url_without_a_role() {
    assert_said!(Gauntlet::without_anvil().run(&["run", "--target", "http://127.0.0.1:1"]));
}

#[test]
fn a_command_without_a_role() {
    assert_said!(Gauntlet::without_anvil().run(&["run", "--", "sleep", "1"]));
}

#[test]
fn a_role_that_is_not_tried() {
    assert_said!(Gauntlet::without_anvil().run(&[
        "run",
        "--target",
        "http://127.0.0.1:1",
        "--role",
        "client"
    ]));
}

#[test]
fn a_server_without_a_paid_route() {
    assert_said!(Gauntlet::without_anvil().run(&[
        "run",
        "--target",
        "http://127.0.0.1:1",
        "--role",
        "server"
    ]));
}

#[test]
fn a_route_that_no_check_knows() {
    let url = ["run", "--target", "http://127.0.0.1:1", "--role", "server"];
    assert_said!(Gauntlet::without_anvil().run(&[&url[..], &["--route", "deer=/dear"]].concat()));
}

#[test]
fn a_role_that_is_not_the_targets() {
    assert_said!(Gauntlet::without_anvil().trial("double:facilitator", &["--role", "server"]));
}

#[test]
fn two_targets_of_one_name() {
    let twice = ["run", "--target", "double:server", "--target", "double:server"];
    assert_said!(Gauntlet::without_anvil().run(&twice));
}

#[test]
fn no_target() {
    Gauntlet::without_anvil().run(&["run"]).exits(2).remarks("--target <TARGET>");
}

#[test]
fn unknown_target() {
    assert_said!(Gauntlet::without_anvil().run(&["run", "--target", "facilitator"]));
}

#[test]
fn unknown_mutant() {
    assert_said!(Gauntlet::without_anvil().run(&["run", "--target", "double:facilitator+no-paye-check"]));
}

#[test]
fn unknown_network() {
    assert_said!(Gauntlet::without_anvil().trial("double:facilitator", &["--network", "base-sepolai"]));
}

#[test]
fn unknown_profile() {
    assert_said!(Gauntlet::without_anvil().trial("double:facilitator", &["--profile", "strikt"]));
}

#[test]
fn a_glob_that_is_none() {
    assert_said!(Gauntlet::without_anvil().trial("double:facilitator", &["facilitator.[a"]));
}

#[test]
fn a_folder_that_holds_a_run() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial("double:facilitator", &["facilitator.control"]).exits(0);
    let record = gauntlet.read("run/run.ndjson");
    assert_said!(gauntlet.trial(MUTANT, &[PAYEE]));
    assert_eq!(gauntlet.read("run/run.ndjson"), record);
}

#[test]
fn a_manifest_with_an_unknown_key() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write(
        "mine.toml",
        "name = \"mine\"\nrole = \"facilitator\"\ncolour = \"red\"\n\n[start]\ncommand = [\"mine\"]\n",
    );
    assert_said!(gauntlet.trial("mine.toml", &[]));
}

#[test]
fn a_manifest_with_an_unknown_placeholder() {
    let gauntlet = Gauntlet::without_anvil();
    let manifest =
        "name = \"mine\"\nrole = \"facilitator\"\n\n[start]\ncommand = [\"mine\", \"--port\", \"{prot}\"]\n";
    gauntlet.write("mine.toml", manifest);
    assert_said!(gauntlet.trial("mine.toml", &[]));
}

#[test]
fn a_manifest_that_is_missing() {
    assert_said!(Gauntlet::without_anvil().trial("mine.toml", &[]));
}
