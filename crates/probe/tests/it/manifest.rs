use gauntlet_probe::{Manifest, ManifestError, Role};
use gauntlet_wire::Version;
use std::{collections::BTreeMap, path::Path, time::Duration};

const WHOLE: &str = r#"
name = "typescript"
role = "facilitator"
version = "@x402/evm 2.27.0"
about = "The stock implementation"
url = "http://127.0.0.1:{port}/api"
known_issues = "typescript.known.toml"
dialect = "x402"

[install]
command = ["npm", "ci"]
dir = "../peers/typescript"
inputs = ["package-lock.json"]
creates = "node_modules"
timeout_seconds = 120

[start]
command = ["node", "facilitator.mjs", "--rpc={rpc_url}"]
dir = "../peers/typescript"

[start.env]
PORT = "{port}"
CONFIG = '{"chain":{chain_id}}'

[ready]
path = "/health"
timeout_seconds = 9

[claims]
versions = [2, 1]
schemes = ["exact"]
"#;

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(text, Path::new("targets/t.toml"))
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn reads_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.toml");
    std::fs::write(&path, WHOLE).unwrap();
    let manifest = Manifest::load(&path).unwrap();
    assert_eq!((manifest.name.as_str(), manifest.role), ("typescript", Role::Facilitator));
    assert_eq!(manifest.version.as_deref(), Some("@x402/evm 2.27.0"));
    assert_eq!(manifest.known_issues.as_deref(), Some(folder.path().join("typescript.known.toml").as_path()));
    let install = manifest.install.as_ref().unwrap();
    assert_eq!(install.command, ["npm", "ci"]);
    assert_eq!(install.dir, folder.path().join("../peers/typescript"));
    assert_eq!(install.timeout, Duration::from_secs(120));
    assert_eq!(install.creates.as_deref(), Some(Path::new("node_modules")));
    assert_eq!(manifest.ready.timeout, Duration::from_secs(9));
    assert_eq!(manifest.claims.versions.as_deref(), Some(&[Version::V2, Version::V1][..]));
    assert_eq!(manifest.claims.schemes.as_deref(), Some(&["exact".to_owned()][..]));

    let filled = manifest
        .fill(&values(&[("port", "4021"), ("rpc_url", "http://rpc"), ("chain_id", "84532")]))
        .unwrap();
    assert_eq!(filled.url, "http://127.0.0.1:4021/api");
    assert_eq!(filled.command, ["node", "facilitator.mjs", "--rpc=http://rpc"]);
    assert_eq!(filled.env, values(&[("PORT", "4021"), ("CONFIG", r#"{"chain":84532}"#)]));
    assert_eq!(filled.ready_path, "/health");
}

#[test]
fn defaults() {
    let routes = "[server.routes]\ncheap = '/a'\n";
    let server = format!("name = 'n'\nrole = 'server'\n[start]\ncommand = ['run']\n{routes}");
    let manifest = parse(&server).unwrap();
    assert_eq!((manifest.url.as_str(), manifest.ready.path.as_str()), ("http://127.0.0.1:{port}", "/"));
    assert_eq!(manifest.ready.timeout, Duration::from_secs(30));
    assert_eq!(manifest.dialect, "x402");
    assert_eq!((manifest.install, manifest.claims.versions), (None, None));
    let manifest = parse("name = 'n'\nrole = 'facilitator'\nurl = 'http://h:1'\n").unwrap();
    assert_eq!((manifest.start, manifest.ready.path.as_str()), (None, "/supported"));
}

#[test]
fn commands_and_urls_are_targets_too() {
    let argv = ["/opt/bin/facilitator", "--port", "{port}"].map(str::to_owned).to_vec();
    let manifest = Manifest::for_command(argv, Role::Facilitator);
    assert_eq!(manifest.name, "facilitator");
    let filled = manifest.fill(&values(&[("port", "1")])).unwrap();
    assert_eq!(filled.command, ["/opt/bin/facilitator", "--port", "1"]);
    assert_eq!((filled.url.as_str(), &filled.env["PORT"]), ("http://127.0.0.1:1", &"1".to_owned()));

    let manifest = Manifest::for_command(vec!["x".to_owned(), "{prot}".to_owned()], Role::Server);
    let error = manifest.fill(&values(&[("port", "1")])).unwrap_err();
    assert_eq!(error.to_string(), "command line: unknown placeholder `{prot}`; did you mean `port`?");

    let filled = Manifest::for_url("http://h:1/x", Role::Server).fill(&BTreeMap::new()).unwrap();
    assert_eq!((filled.url.as_str(), filled.command.len()), ("http://h:1/x", 0));
    assert!(Manifest::for_url("https://h", Role::Server).fill(&BTreeMap::new()).is_err());
}

#[test]
fn every_fault_has_its_place() {
    let good = "name = 'n'\nrole = 'facilitator'\n";
    let started = format!("{good}[start]\ncommand = ['run']\n");
    let texts = [
        String::new(),
        "name = 'n".to_owned(),
        "name = ''".to_owned(),
        "name = 'n'".to_owned(),
        "name = 'n'\nrole = 'facilitater'".to_owned(),
        "naem = 'n'".to_owned(),
        "name = 7".to_owned(),
        good.to_owned(),
        format!("{good}[start]\ncomand = ['run']\n"),
        format!("{good}[start]\n"),
        format!("{good}[start]\ncommand = 'node x.mjs'\n"),
        format!("{good}[start]\ncommand = []\n"),
        format!("{good}[start]\ncommand = ['run', 7]\n"),
        format!("{good}start = 'run'\n"),
        format!("{good}url = 'https://example.com'\n"),
        format!("{good}url = 'http://h:{{port}}'\n"),
        "name = 'n'\nrole = 'client'\nurl = 'http://h:1'\n".to_owned(),
        format!("{good}dialect = 'l402'\nurl = 'http://h:1'\n"),
        format!("{started}[start.env]\n'Ä' = 'é' # a comment\n'Ö' = 80\n"),
        format!("{started}[install]\ndir = '.'\n"),
        format!("{started}[install]\ncommand = ['npm']\ntimeout_seconds = 0\n"),
        format!("{started}[ready]\npath = 'supported'\n"),
        format!("{started}[ready]\ntimeout_seconds = -1\n"),
        format!("{started}[ready]\ntimeout = 1\n"),
        format!("{started}[claims]\nversions = [2, 3]\n"),
    ];
    let shown: Vec<String> = texts
        .iter()
        .map(|text| {
            let error = parse(text).expect_err(text);
            let caret = error.span().map_or_else(String::new, |span| format!("\n  at: {:?}", &text[span]));
            let help = error.help().map_or_else(String::new, |help| format!("\n  help: {help}"));
            format!("{error}{caret}{help}")
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn unknown_placeholders_are_refused_where_they_stand() {
    let text = WHOLE.replace("{rpc_url}", "{rcp_url}");
    let error = parse(&text).unwrap().check_placeholders(["rpc_url", "chain_id", "network"]).unwrap_err();
    insta::assert_snapshot!(format!("{error}\n{}", error.help().unwrap()));
    assert_eq!(&text[error.span().unwrap()], "\"--rpc={rcp_url}\"");
    assert_eq!(error.source_text(), text);
    let error = parse(WHOLE).unwrap().fill(&values(&[("rpc_url", "x"), ("port", "1")])).unwrap_err();
    assert_eq!(error.message(), "unknown placeholder `{chain_id}`");
}

#[test]
fn a_missing_file_is_named() {
    let error = Manifest::load(Path::new("no/such.toml")).unwrap_err();
    assert!(error.to_string().starts_with("no/such.toml: the manifest cannot be read: "), "{error}");
    assert_eq!(error.span(), None);
}
