//! A load run split over processes, as the Kubernetes manifest splits it.

use crate::chain_up::up;
use crate::gauntlet::{Gauntlet, Said};
use gauntlet_report::clock;
use k8s_openapi::api::batch::v1::Job;
use serde_json::Value;
use std::path::Path;
use std::thread;

fn manifest() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/kubernetes/load.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The manifest without what Kubernetes fills in, read and written by its own types: a word that they do not know would be
/// missing afterwards.
#[test]
fn the_manifest_is_a_job_of_kubernetes_word_for_word() {
    let manifest = manifest();
    let job: Job = serde_json::from_value(manifest.clone()).unwrap();
    assert_eq!(serde_json::to_value(&job).unwrap(), manifest);
    let spec = job.spec.unwrap();
    assert_eq!(spec.completion_mode.as_deref(), Some("Indexed"));
    assert_eq!(spec.completions, spec.parallelism, "all parts begin together");
    let shard = format!("$(SHARD)/{}", spec.completions.unwrap());
    let args = spec.template.spec.unwrap().containers[0].args.clone().unwrap();
    assert!(args.contains(&shard), "as many parts as there are pods: {args:?}");
}

/// The arguments of the pods, with what Kubernetes and the user put into them.
fn args_of_pods(values: &[(&str, &str)]) -> Vec<Vec<String>> {
    let spec = &manifest()["spec"];
    let args = &spec["template"]["spec"]["containers"][0]["args"];
    let pods = 0..spec["completions"].as_u64().unwrap();
    let filled = |pod: u64| {
        let fill = |arg: &Value| {
            let mut arg =
                arg.as_str().unwrap().replace("$(SHARD)", &pod.to_string()).replace("/runs/", "runs/");
            for (name, value) in values {
                arg = arg.replace(name, value);
            }
            assert!(!arg.contains("$("), "{arg}");
            arg
        };
        args.as_array().unwrap().iter().map(fill).collect()
    };
    pods.map(filled).collect()
}

/// Each pod is a process here, about one facilitator on one chain; their sum is the whole plan.
#[test]
fn the_parts_of_a_split_run_are_added_up_without_loss() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let mut facilitator = gauntlet.start(&["serve", "facilitator", "--rpc-url", &rpc]);
    facilitator.until("Ctrl-C stops it");
    let url = facilitator.value("GAUNTLET_FACILITATOR_URL");
    gauntlet.write(
        "plan.toml",
        "title = \"A test\"\n[payments]\npayers = 40\nwindow = \"10s\"\n[[stages]]\nfor = \"2s\"\nrate = 10\n",
    );
    // Late enough for three processes to get ready on a busy machine.
    let begin = (clock::unix_millis() + 12_000).to_string();
    let values = [
        ("$(TARGET_URL)", url.as_str()),
        ("$(RPC_URL)", rpc.as_str()),
        ("$(BEGIN_AT_MS)", begin.as_str()),
        ("baseline", "plan.toml"),
    ];
    let parts: Vec<Said> = thread::scope(|scope| {
        let start = |args: Vec<String>| {
            let gauntlet = &gauntlet;
            scope.spawn(move || gauntlet.run(&args.iter().map(String::as_str).collect::<Vec<_>>()))
        };
        let parts: Vec<_> = args_of_pods(&values).into_iter().map(start).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    for part in &parts {
        // 5: this machine is too busy to measure anything; the books are whole all the same.
        assert!([0, 5].contains(&part.code), "{part}");
    }
    let merge =
        |parts: &[&str]| gauntlet.run(&[&["merge"], parts, &["--out", "sum", "--format", "json"]].concat());
    merge(&["runs/0", "runs/2"]).exits(2).remarks("1");
    merge(&["runs/0", "plan.toml"]).exits(2).remarks("no report of a load run");
    let sum = merge(&["runs/0", "runs/1", "runs/2"]).json();
    assert_eq!(sum["books"]["counts"]["paid"], 20, "{:#}", sum["books"]);
    assert_eq!(sum["books"]["counts"].as_object().unwrap().len(), 1, "{:#}", sum["books"]);
    assert!(gauntlet.read("sum/report.txt").contains("20  paid"));
}

#[test]
fn a_part_needs_what_all_parts_share() {
    let gauntlet = Gauntlet::without_anvil();
    let load = |args: &[&str]| gauntlet.run(&[&["load", "smoke"], args].concat());
    let url = ["--target", "http://127.0.0.1:1", "--role", "facilitator", "--rpc-url", "http://127.0.0.1:1"];
    load(&[&url[..], &["--shard", "0/3"]].concat()).exits(2).remarks("--begin-at");
    load(&[&url[..], &["--shard", "3/3", "--seed", "1", "--begin-at", "1"]].concat()).exits(2).remarks("0/3");
    let double = ["--target", "double:facilitator", "--rpc-url", "http://127.0.0.1:1"];
    let said = load(&[&double[..], &["--shard", "0/3", "--seed", "1", "--begin-at", "1"]].concat());
    said.exits(2).remarks("has to run already");
}
