//! `gauntlet init`: what it writes can be read, tried, and never takes the place of anything.

use crate::gauntlet::{Gauntlet, Said, finish};
use std::fs::{self, File};

/// Flags that say everything about a facilitator.
const FLAGS: &[&str] = &["init", "--role", "facilitator", "--name", "mine"];

fn init(gauntlet: &Gauntlet, more: &[&str]) -> Said {
    gauntlet.run(&[FLAGS, more].concat())
}

/// Answers that come through a pipe.
fn asked(gauntlet: &Gauntlet, args: &[&str], answers: &str) -> Said {
    let path = gauntlet.write("answers", answers);
    let mut command = gauntlet.command(&[&["init", "--ask"], args].concat());
    command.stdin(File::open(path).unwrap());
    finish(command, "gauntlet init --ask")
}

/// What is run by an interpreter is named after the folder.
fn folder(gauntlet: &Gauntlet) -> String {
    gauntlet.dir().file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn a_manifest_from_flags_passes_lint() {
    let gauntlet = Gauntlet::without_anvil();
    init(&gauntlet, &["--", "./mine", "--verbose"]).exits(0).prints("gauntlet run --target gauntlet.toml");
    let manifest = gauntlet.read("gauntlet.toml");
    assert!(manifest.contains("command = [\"./mine\", \"--verbose\"]"), "{manifest}");
    gauntlet.run(&["lint", "gauntlet.toml"]).exits(0).prints("1 file (1 target manifest), 0 faults");
    assert!(!gauntlet.dir().join(".github").exists(), "no job was asked for");
}

#[test]
fn a_server_says_which_route_is_paid() {
    let gauntlet = Gauntlet::without_anvil();
    let server = ["init", "--role", "server"];
    let routes = ["--route", "/weather", "--route", "dear=/forecast", "--", "node", "server.mjs"];
    gauntlet.run(&[&server[..], &["--", "node"]].concat()).exits(2).remarks("--route /path");
    gauntlet.run(&[&server[..], &["--route", "dear=/f", "--", "node"]].concat()).exits(2).remarks("--route");
    gauntlet.run(&[&server[..], &routes].concat()).exits(0);
    let manifest = gauntlet.read("gauntlet.toml");
    let name = format!("name = \"{}\"", folder(&gauntlet));
    for line in [&name, "cheap = \"/weather\"", "dear = \"/forecast\"", "{facilitator_url}"] {
        assert!(manifest.contains(line), "{line} in {manifest}");
    }
    gauntlet.run(&["lint", "gauntlet.toml"]).exits(0);
}

/// Without a terminal nothing is asked: what is missing is named by its flag, and nothing is written.
#[test]
fn what_is_missing_is_named() {
    let gauntlet = Gauntlet::without_anvil();
    for (args, flag) in [
        (&["init"][..], "--role"),
        (&["init", "--yes"], "--role"),
        (&["init", "--role", "facilitator"], "--url"),
        (&["init", "--role", "client"], "--role"),
        (&["init", "--role", "facilitator", "--url", "ftp://x"], "--url"),
        (&["init", "--role", "facilitator", "--route", "/x", "--", "y"], "--route"),
        (&["init", "--role", "facilitator", "--network", "moon", "--", "y"], "moon"),
        (&["init", "--role", "facilitator", "--ci", "github", "--action", "a b", "--", "y"], "--action"),
        (&["init", "--role", "facilitator", "--", "y", "{prot}"], "unknown placeholder"),
    ] {
        gauntlet.run(args).exits(2).remarks(flag);
    }
    assert_eq!(fs::read_dir(gauntlet.dir()).unwrap().count(), 0);
}

#[test]
fn nothing_is_written_over() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write(".github/workflows/gauntlet.yml", "mine");
    let both = ["--ci", "github", "--", "./mine"];
    init(&gauntlet, &both).exits(2).remarks(".github/workflows/gauntlet.yml is there already");
    assert!(!gauntlet.dir().join("gauntlet.toml").exists(), "all or nothing");
    gauntlet.write("gauntlet.toml", "mine");
    init(&gauntlet, &["--", "./mine"]).exits(2).remarks("gauntlet.toml is there already");
    assert_eq!(gauntlet.read("gauntlet.toml"), "mine");
    init(&gauntlet, &["--force", "--ci", "github", "--", "./mine"]).exits(0);
    assert!(gauntlet.read(".github/workflows/gauntlet.yml").contains("x402-gauntlet@main"));
    assert!(gauntlet.read("gauntlet.toml").contains("[start]"));
}

#[test]
fn jobs_are_those_of_the_examples_with_the_names_filled_in() {
    let gauntlet = Gauntlet::without_anvil();
    let named = ["--file", "ci/mine.toml", "--network", "bsc", "--action", "somebody/x402-gauntlet@v1"];
    let github = [&named[..], &["--ci", "github", "--", "./mine"]].concat();
    init(&gauntlet, &github).exits(0).prints("gauntlet run --target ci/mine.toml --network bsc");
    let workflow = gauntlet.read(".github/workflows/gauntlet.yml");
    for line in [
        "      - uses: somebody/x402-gauntlet@v1\n",
        "          target: ci/mine.toml\n          arguments: --network=bsc\n",
        "      - uses: actions/upload-artifact@v4\n",
    ] {
        assert!(workflow.contains(line), "{line} in {workflow}");
    }
    let gitlab = ["--file", "ci/two.toml", "--ci", "gitlab", "--", "./mine"];
    init(&gauntlet, &gitlab).exits(0).prints("include: { local: .gitlab/gauntlet.yml }");
    assert!(gauntlet.read(".gitlab/gauntlet.yml").contains("    INPUT_TARGET: ci/two.toml\n"));
    let unnamed = ["--file", "three.toml", "--force", "--ci", "github", "--", "./mine"];
    init(&gauntlet, &unnamed).exits(0).prints("instead of OWNER");
}

#[test]
fn hostile_names_are_texts_and_nothing_else() {
    let gauntlet = Gauntlet::without_anvil();
    let names = [
        "\"\n[start]\ncommand = [\"touch\", \"pwned\"]\n#",
        "${{ secrets.KEY }}: - &x",
        "'''\u{202e}\\\u{7}",
    ];
    for name in names {
        let args = [
            "init",
            "--force",
            "--role",
            "facilitator",
            "--name",
            name,
            "--ci",
            "github",
            "--",
            "./mine",
            name,
        ];
        gauntlet.run(&args).exits(0);
        gauntlet.run(&["lint", "gauntlet.toml"]).exits(0);
        let manifest: toml::Table = gauntlet.read("gauntlet.toml").parse().unwrap();
        assert_eq!(manifest["name"].as_str(), Some(name));
        assert_eq!(manifest["start"]["command"][1].as_str(), Some(name));
        assert!(!gauntlet.read(".github/workflows/gauntlet.yml").contains(name), "a name stands in no YAML");
    }
    for file in ["${{ secrets.KEY }}.toml", "a\nb: c.toml", "../up.toml", "$(touch pwned).toml"] {
        init(&gauntlet, &["--file", file, "--ci", "github", "--", "./mine"]).exits(2).remarks("--file");
        assert!(!gauntlet.dir().join(file).exists(), "{file}");
    }
}

#[test]
fn questions_are_answered_by_a_pipe() {
    let gauntlet = Gauntlet::without_anvil();
    // A wrong answer is told what is wrong with it, and asked again; an empty line is the usual answer.
    let answers =
        "fascilitator\nfacilitator\nnode 'my server.mjs\nnode 'my server.mjs' --fast\n\n2\n\ngithub\n\n";
    let said = asked(&gauntlet, &[], answers).exits(0).remarks("is not a role").remarks("quotation mark");
    said.remarks(&format!("Its name in reports? [{}]", folder(&gauntlet))).prints("versions 2: as you said");
    let manifest: toml::Table = gauntlet.read("gauntlet.toml").parse().unwrap();
    assert_eq!(manifest["start"]["command"][1].as_str(), Some("my server.mjs"));
    assert_eq!(manifest["claims"]["versions"][0].as_integer(), Some(2));
    assert!(gauntlet.dir().join(".github/workflows/gauntlet.yml").is_file());

    let server = "server\n./api\nmy api\nno-slash\n/weather\nask it\n\nnone\n";
    asked(&gauntlet, &["--file", "api.toml"], server).exits(0).remarks("is no path");
    let manifest: toml::Table = gauntlet.read("api.toml").parse().unwrap();
    assert_eq!(manifest["name"].as_str(), Some("my api"));
    assert_eq!(manifest["server"]["routes"]["cheap"].as_str(), Some("/weather"));
    gauntlet.run(&["lint", "gauntlet.toml", "api.toml"]).exits(0);

    // What a flag says is not asked, and an end in the middle writes nothing.
    asked(&gauntlet, &["--file", "none.toml", "--role", "facilitator"], "")
        .exits(2)
        .remarks("nothing says --url");
    assert!(!gauntlet.dir().join("none.toml").exists());
}

/// What it writes for a program is run as it is; and what runs already is asked for its claims.
#[test]
fn a_manifest_that_was_written_is_run() {
    let gauntlet = Gauntlet::new();
    let ours = crate::gauntlet::BINARY;
    init(&gauntlet, &["--", ours, "serve", "facilitator"]).exits(0);
    gauntlet.trial("gauntlet.toml", &["facilitator.supported.*"]).exits(0);

    let mut served = gauntlet.start(&["serve", "facilitator", "--rpc-url", "http://127.0.0.1:9"]);
    let url = served.value("GAUNTLET_FACILITATOR_URL");
    init(&gauntlet, &["--file", "url.toml", "--url", &url]).exits(0).prints("/supported").prints("--rpc-url");
    let manifest: toml::Table = gauntlet.read("url.toml").parse().unwrap();
    assert_eq!(manifest["claims"]["versions"].as_array().unwrap().len(), 2);
    assert_eq!(manifest["claims"]["schemes"][0].as_str(), Some("exact"));
    gauntlet.run(&["lint", "url.toml"]).exits(0);

    let nobody = ["--file", "nobody.toml", "--url", "http://127.0.0.1:9"];
    init(&gauntlet, &nobody).exits(0).prints("nothing answers");
    assert!(!gauntlet.read("nobody.toml").contains("[claims]"));
}
