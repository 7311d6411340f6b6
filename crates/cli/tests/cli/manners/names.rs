//! Names that are paths: they stand in reports, and are no place where anything is written or read.

use super::looks;
use crate::gauntlet::{BINARY, Gauntlet};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Names that lead out of a folder, and one that ends for a program in C before it ends.
fn leading_out_of(folder: &Path) -> [String; 6] {
    let below = folder.join("outside").display().to_string();
    ["../outside", "../../outside/x", "..", "x/../../outside", "outside\0.html", &below].map(str::to_owned)
}

/// What a folder holds.
fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn of_targets_and_runs() {
    let gauntlet = Gauntlet::new();
    for name in leading_out_of(gauntlet.dir()) {
        let quoted = Value::from(name.as_str());
        let start = format!("command = [\"{BINARY}\", \"serve\", \"facilitator\", \"--port\", \"{{port}}\"]");
        let environment =
            "GAUNTLET_RPC_URL = \"{rpc_url}\"\nGAUNTLET_FACILITATOR_KEY = \"{facilitator_key}\"";
        gauntlet.write(
            "target.toml",
            &format!(
                "name = {quoted}\nrole = \"facilitator\"\n[start]\n{start}\n[start.env]\n{environment}\n"
            ),
        );
        let run = ["run", "--target", "target.toml", "--out", "run", "facilitator.supported.kinds"];
        let said = gauntlet.run(&[&run[..], &["--html", "page.html", "--md", "page.md"]].concat());
        assert_eq!(said.code, 0, "{name:?}: {said}");
        looks::quiet(&name, &said.stdout);
        // Somebody else's record, whose run is called so as well.
        let record = gauntlet.read("run/run.ndjson");
        let first: Value = serde_json::from_str(record.lines().next().unwrap()).unwrap();
        let id = first["run"].as_str().unwrap();
        gauntlet.write("other/run.ndjson", &record.replace(&format!("\"{id}\""), &quoted.to_string()));
        gauntlet.run(&["report", "other", "--html", "page.html"]).exits(0);
        gauntlet.run(&["compare", "run", "other", "--md", "page.md"]).exits(0);
        let all = ["other", "page.html", "page.md", "run", "target.toml"];
        assert_eq!(entries(gauntlet.dir()), all, "{name:?}");
        assert_eq!(entries(&gauntlet.dir().join("other")), ["run.ndjson"], "{name:?}");
        fs::remove_dir_all(gauntlet.dir().join("run")).unwrap();
    }
}

#[test]
fn of_scenarios_dialects_and_what_init_writes() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("secret.txt", "name = \"only the owner reads this\"");
    for name in leading_out_of(gauntlet.dir()) {
        let id = Value::from(format!("{name}.weather"));
        gauntlet.write("weather.toml", &format!("id = {id}\ntitle = \"t\"\n[[steps]]\npay = \"p\"\n"));
        gauntlet.run(&["lint", "weather.toml"]).exits(2);
        if name.contains('\0') {
            continue; // No argument of a command can have it.
        }
        gauntlet.run(&["run", "--dry-run", "--target", "double:facilitator", "--dialect", &name]).exits(2);
        let init = ["init", "--role", "facilitator", "--ci", "github", "--name", &name];
        gauntlet.run(&[&init[..], &["--", "./mine"]].concat()).exits(0);
        let all = [".github", "gauntlet.toml", "secret.txt", "weather.toml"];
        assert_eq!(entries(gauntlet.dir()), all, "{name:?}");
        fs::remove_file(gauntlet.dir().join("gauntlet.toml")).unwrap();
        fs::remove_dir_all(gauntlet.dir().join(".github")).unwrap();
    }
    // A file that is no dialect is not told.
    let said =
        gauntlet.run(&["run", "--dry-run", "--target", "double:facilitator", "--dialect", "secret.txt"]);
    assert!(said.code == 2 && !said.stderr.contains("only the owner"), "{said}");
}
