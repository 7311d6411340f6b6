//! Contract artifacts: Solidity in `fixtures/contracts`, compiled by the npm package `solc` that its lock file pins.

use alloy_primitives::keccak256;
use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Compiler settings. No metadata hash in the code: the same source gives the same bytes on every machine.
fn settings() -> Value {
    json!({
        "evmVersion": "prague",
        "optimizer": { "enabled": true, "runs": 10_000 },
        "metadata": { "bytecodeHash": "none", "appendCBOR": false },
    })
}

/// Compiles every contract; writes the artifacts or compares them with the committed ones.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let folder = root.join("fixtures/contracts");
    let sources = read_sources(&folder)?;
    let home = root.join("target/xtask/solc");
    install_compiler(&folder, &home)?;
    let output = compile(&home, &sources)?;
    let version = compiler_version(&home.join("node_modules/solc/package.json"))?;

    let mut stale = Vec::new();
    for file in sources.keys() {
        let name = file.trim_end_matches(".sol");
        // A contract without code is a part of others.
        let Some(artifact) = artifact(name, &version, &output, &sources)? else { continue };
        let path = folder.join("artifacts").join(format!("{name}.json"));
        let text = format!("{}\n", serde_json::to_string_pretty(&artifact)?);
        if check {
            if fs::read_to_string(&path).unwrap_or_default() != text {
                stale.push(name.to_owned());
            }
        } else {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    ensure!(stale.is_empty(), "stale artifacts: {}; run `cargo xtask contracts`", stale.join(", "));
    Ok(())
}

/// File name → source text, of every `.sol` file.
fn read_sources(folder: &Path) -> anyhow::Result<Map<String, Value>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sol") {
            files.push(path);
        }
    }
    files.sort();
    let mut sources = Map::new();
    for path in files {
        let name = path.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        sources.insert(name, Value::String(fs::read_to_string(&path)?));
    }
    Ok(sources)
}

/// Installs what the lock file says into `home`, which is not committed.
fn install_compiler(folder: &Path, home: &Path) -> anyhow::Result<()> {
    let lock = fs::read(folder.join("package-lock.json")).context("no package-lock.json")?;
    let stamp = home.join("installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    fs::create_dir_all(home)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(folder.join(file), home.join(file))?;
    }
    let status = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"])
        .current_dir(home)
        .status()
        .context("cannot start npm; install Node.js")?;
    ensure!(status.success(), "npm could not install the compiler ({status})");
    fs::write(stamp, lock)?;
    Ok(())
}

fn compiler_version(manifest: &Path) -> anyhow::Result<String> {
    let manifest: Value = serde_json::from_slice(&fs::read(manifest)?)?;
    Ok(manifest["version"].as_str().context("solc's package.json has no version")?.to_owned())
}

fn compile(home: &Path, sources: &Map<String, Value>) -> anyhow::Result<Value> {
    let mut settings = settings();
    settings["outputSelection"] = json!({
        "*": { "*": ["abi", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences", "storageLayout"] }
    });
    let sources: Map<String, Value> =
        sources.iter().map(|(file, text)| (file.clone(), json!({ "content": text }))).collect();
    let input = json!({ "language": "Solidity", "sources": sources, "settings": settings });

    // solcjs exits before a pipe has taken all of its answer, so both ends are files.
    let (request, answer) = (home.join("input.json"), home.join("output.json"));
    fs::write(&request, serde_json::to_vec(&input)?)?;
    let status = Command::new("node")
        .arg(home.join("node_modules/solc/solc.js"))
        .arg("--standard-json")
        .stdin(fs::File::open(&request)?)
        .stdout(fs::File::create(&answer)?)
        .status()
        .context("cannot start node; install Node.js")?;
    ensure!(status.success(), "the compiler failed ({status})");
    // solcjs writes a line about SMT solvers before the document.
    let text = fs::read_to_string(&answer)?;
    let start = text.find('{').context("the compiler answered no JSON")?;
    let output: Value = serde_json::from_str(&text[start..])?;
    let complaints: Vec<&str> = output["errors"]
        .as_array()
        .map(|errors| errors.iter().filter_map(|error| error["formattedMessage"].as_str()).collect())
        .unwrap_or_default();
    if !complaints.is_empty() {
        bail!("the compiler complains:\n{}", complaints.join("\n"));
    }
    Ok(output)
}

fn artifact(
    name: &str,
    version: &str,
    output: &Value,
    sources: &Map<String, Value>,
) -> anyhow::Result<Option<Value>> {
    let compiled = &output["contracts"][format!("{name}.sol")][name];
    let code = compiled["evm"]["deployedBytecode"]["object"]
        .as_str()
        .with_context(|| format!("{name}.sol has no contract {name}"))?;
    if code.is_empty() {
        return Ok(None);
    }
    ensure!(
        compiled["evm"]["deployedBytecode"]["immutableReferences"].as_object().is_none_or(Map::is_empty),
        "{name} has immutables; its runtime code cannot be put in place as it is"
    );
    let layout: Map<String, Value> = compiled["storageLayout"]["storage"]
        .as_array()
        .context("no storage layout")?
        .iter()
        .filter_map(|variable| {
            let place =
                json!({ "slot": variable["slot"], "offset": variable["offset"], "type": variable["type"] });
            Some((variable["label"].as_str()?.to_owned(), place))
        })
        .collect();
    Ok(Some(json!({
        "contract": name,
        "compiler": format!("solc {version}"),
        "settings": settings(),
        "sourceKeccak256": hashes(&format!("{name}.sol"), sources)?,
        "abi": compiled["abi"],
        "runtime": format!("0x{code}"),
        "storage": layout,
    })))
}

/// The hash of a source file and of every file that it imports.
fn hashes(file: &str, sources: &Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
    let mut hashes = Map::new();
    let mut pending = vec![file.to_owned()];
    while let Some(file) = pending.pop() {
        let text = sources
            .get(&file)
            .and_then(Value::as_str)
            .with_context(|| format!("{file} is imported and not there"))?;
        hashes.insert(file, Value::String(keccak256(text).to_string()));
        pending.extend(text.lines().filter_map(imported));
    }
    Ok(hashes)
}

fn imported(line: &str) -> Option<String> {
    let path = line.strip_prefix("import")?.split('"').nth(1)?;
    Some(path.trim_start_matches("./").to_owned())
}
