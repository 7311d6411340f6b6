//! What a CI job runs: the scripts of the action and of the example for GitLab, as far as a shell can.

use crate::gauntlet::{BINARY, Gauntlet, Said, finish};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a script of the action with these inputs.
fn script(gauntlet: &Gauntlet, name: &str, inputs: &[(&str, &str)]) -> Said {
    let mut command = gauntlet.program("bash");
    command.arg(root().join("fixtures/ci").join(name));
    command.env("GAUNTLET_BINARY", BINARY).env("GITHUB_OUTPUT", gauntlet.dir().join("outputs"));
    command.env("GITHUB_STEP_SUMMARY", gauntlet.dir().join("step.md"));
    command.envs(inputs.iter().copied());
    finish(command, name)
}

#[test]
fn a_job_gets_its_reports_and_its_exit_code() {
    let gauntlet = Gauntlet::new();
    let select = "facilitator.supported.*\nfacilitator.verify.signature-*";
    let inputs = [("INPUT_TARGET", "double:facilitator"), ("INPUT_SELECT", select), ("INPUT_OUT", "ci out")];
    script(&gauntlet, "run.sh", &inputs).exits(0);
    for report in ["report.html", "summary.md", "junit.xml", "badge.json", "badge.svg", "record/run.ndjson"] {
        assert!(gauntlet.dir().join("ci out").join(report).is_file(), "{report}");
    }
    assert_eq!(gauntlet.read("outputs"), "exit-code=0\nout=ci out\n");
    assert!(gauntlet.read("step.md").contains("double:facilitator"), "the summary is on the job's page");
}

#[test]
fn a_failure_ends_the_step_and_leaves_its_reports() {
    let gauntlet = Gauntlet::new();
    let target = "double:facilitator+no-signature-check";
    let inputs = [("INPUT_TARGET", target), ("INPUT_SELECT", "facilitator.verify.signature-*")];
    script(&gauntlet, "run.sh", &inputs).exits(1);
    assert_eq!(gauntlet.read("outputs"), "exit-code=1\nout=gauntlet-run\n");
    assert!(gauntlet.read("gauntlet-run/summary.md").contains("facilitator.verify.signature-"));
}

/// As the workflow does it: the first job has nothing to compare with, the next has what the last one left.
#[test]
fn a_job_is_compared_with_the_one_before() {
    let gauntlet = Gauntlet::new();
    let select = ("INPUT_SELECT", "facilitator.verify.signature-*");
    let job =
        |target| script(&gauntlet, "run.sh", &[("INPUT_TARGET", target), ("INPUT_BEFORE", "before"), select]);
    let keep = || {
        let _ = fs::remove_dir_all(gauntlet.dir().join("before"));
        fs::rename(gauntlet.dir().join("gauntlet-run"), gauntlet.dir().join("before")).unwrap();
    };
    job("double:facilitator").exits(0).remarks("nothing to compare with");
    keep();
    job("double:facilitator").exits(0);
    assert!(gauntlet.read("step.md").contains(&gauntlet.read("gauntlet-run/comparison.md")));
    keep();
    job("double:facilitator+no-signature-check").exits(1);
    let comparison = gauntlet.read("gauntlet-run/comparison.md");
    assert!(comparison.contains("facilitator.verify.signature-"), "{comparison}");
}

/// A regression is told where the run itself is green: here a check that is not run any more.
#[test]
fn what_is_gone_ends_a_green_job() {
    let gauntlet = Gauntlet::new();
    let job = |select| {
        let inputs =
            [("INPUT_TARGET", "double:facilitator"), ("INPUT_BEFORE", "before"), ("INPUT_SELECT", select)];
        script(&gauntlet, "run.sh", &inputs)
    };
    job("facilitator.supported.kinds\nfacilitator.supported.members").exits(0);
    fs::rename(gauntlet.dir().join("gauntlet-run"), gauntlet.dir().join("before")).unwrap();
    job("facilitator.supported.kinds").exits(6);
    assert!(gauntlet.read("gauntlet-run/comparison.md").contains("facilitator.supported.members"));
}

#[test]
fn inputs_are_arguments_and_never_program_text() {
    let gauntlet = Gauntlet::new();
    let hostile = "$(touch pwned); touch pwned\n`touch pwned`";
    for input in ["INPUT_TARGET", "INPUT_SELECT", "INPUT_ARGUMENTS", "INPUT_ROLE", "INPUT_BEFORE"] {
        let mut inputs =
            vec![("INPUT_TARGET", "double:facilitator"), ("INPUT_SELECT", "facilitator.supported.kinds")];
        inputs.push((input, hostile));
        let said = script(&gauntlet, "run.sh", &inputs);
        // Where nothing was kept there is nothing to compare with.
        assert_eq!(said.code == 0, input == "INPUT_BEFORE", "{input}: {said}");
        assert!(!gauntlet.dir().join("pwned").exists(), "{input} was run");
    }
}

#[test]
fn more_arguments_come_one_a_line() {
    let gauntlet = Gauntlet::new();
    let arguments = "--seed=402\n--exclude=facilitator.supported.stable";
    let inputs = [
        ("INPUT_TARGET", "double:facilitator"),
        ("INPUT_ARGUMENTS", arguments),
        ("INPUT_SELECT", "facilitator.supported.*"),
    ];
    script(&gauntlet, "run.sh", &inputs).exits(0).prints("seed 402");
}

#[test]
fn an_installed_gauntlet_is_taken_as_it_is() {
    let gauntlet = Gauntlet::new();
    script(&gauntlet, "install.sh", &[]).exits(0).prints("gauntlet");
}

/// Every script that a YAML file names is there and can be run, and no input is pasted into program text.
#[test]
fn yaml_names_scripts_that_are_there() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let gitlab = fs::read_to_string(root().join("fixtures/ci/gitlab-ci.yml")).unwrap();
    for script in ["install.sh", "run.sh"] {
        assert!(action.contains(&format!("fixtures/ci/{script}")), "{script}");
        assert!(gitlab.contains(&format!("fixtures/ci/{script}")), "{script}");
    }
    let program_text = action.lines().filter(|line| line.trim_start().starts_with("run:"));
    for line in program_text {
        assert!(!line.contains("inputs."), "{line}");
    }
    #[cfg(unix)]
    for script in ["install.sh", "run.sh"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(root().join("fixtures/ci").join(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} can be run");
    }
}
