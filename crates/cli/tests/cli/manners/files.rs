//! Files that mean harm, or are none: a clear error and exit code 2, at once.

use super::looks;
use crate::gauntlet::Gauntlet;
use std::fs;
use std::process::Command;

/// Something that takes a file, and how.
const READERS: [(&str, &[&str]); 12] = [
    ("a scenario", &["lint"]),
    ("a manifest", &["run", "--dry-run", "--target"]),
    ("known issues", &["run", "--dry-run", "--target", "double:facilitator", "--known"]),
    ("a dialect", &["run", "--dry-run", "--target", "double:facilitator", "--dialect"]),
    ("a plan", &["load", "--target", "double:facilitator"]),
    ("a baseline", &["load", "smoke", "--target", "double:facilitator", "--baseline"]),
    ("a record", &["report"]),
    ("a record to judge again", &["recheck"]),
    ("the first of two records", &["report", "--format", "json"]),
    ("a part of a load run", &["merge"]),
    ("a case", &["replay"]),
    ("a scenario to run", &["run", "--target", "double:facilitator"]),
];

/// Gives a file to all of them. What comes of it is an error of whoever wrote the file: exit code 2, in few words.
fn refused(gauntlet: &Gauntlet, path: &str) {
    for (what, args) in READERS {
        let said = gauntlet.run(&[args, &[path]].concat());
        // What is named beside a target and is no file is a pattern, which no check may have.
        let is_pattern = what == "a scenario to run" && !gauntlet.dir().join(path).exists();
        assert_eq!(said.code, if is_pattern { 4 } else { 2 }, "{what} {path}: {said}");
        assert!(said.stdout.len() + said.stderr.len() < 8_000, "{what} {path}: {said}");
        looks::quiet(path, &said.stdout);
        looks::quiet(path, &said.stderr);
    }
}

#[test]
fn what_is_no_file() {
    let gauntlet = Gauntlet::new();
    assert!(Command::new("mkfifo").arg(gauntlet.dir().join("pipe.toml")).status().unwrap().success());
    // A folder holds no run, no case and no scenario.
    fs::create_dir(gauntlet.dir().join("folder.toml")).unwrap();
    for path in ["pipe.toml", "/dev/zero", "/dev/full", "none.toml", "pipe.toml/x.toml"] {
        refused(&gauntlet, path);
    }
    for args in
        [&["report", "folder.toml"][..], &["run", "--target", "folder.toml"], &["merge", "folder.toml"]]
    {
        gauntlet.run(args).exits(2);
    }
}

#[test]
fn what_holds_no_text() {
    let gauntlet = Gauntlet::new();
    let bytes: [(&str, Vec<u8>); 5] = [
        ("latin.toml", b"title = \"caf\xe9\"\n[[stages]]\n".to_vec()),
        ("nul.toml", b"title = \"\0\"\n\0\0[[stages]]\n".to_vec()),
        ("zeros.toml", vec![0; 100_000]),
        ("escapes.toml", "title = \"\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\"\n[[stages]]\n".into()),
        ("keys.toml", b"\"\\u001b]0;owned\\u0007\\u202e\" = 1\n[[stages]]\nid = 1\n".to_vec()),
    ];
    for (name, bytes) in bytes {
        fs::write(gauntlet.dir().join(name), bytes).unwrap();
        refused(&gauntlet, name);
    }
}

#[test]
fn what_has_no_bottom() {
    let gauntlet = Gauntlet::new();
    // Deep enough to overflow any stack that follows it, short enough for a build without optimisation.
    let deep = 200_000;
    for (name, text) in [
        ("lists.toml", format!("[[stages]]\nx = {}", "[".repeat(deep))),
        ("tables.toml", format!("[[stages]]\nx = {}", "{a=".repeat(deep))),
        ("dots.toml", format!("[[stages]]\nx{} = 1", ".a".repeat(deep))),
        ("names.toml", format!("[x{}]\nid = 1", ".a".repeat(deep))),
        ("json.toml", "[".repeat(deep)),
        ("objects.toml", "{\"event\":".repeat(deep)),
    ] {
        gauntlet.write(name, &text);
        refused(&gauntlet, name);
    }
}

#[test]
fn what_is_too_long() {
    let gauntlet = Gauntlet::new();
    // A file with a hole: it takes no room on the disk.
    let file = fs::File::create(gauntlet.dir().join("long.toml")).unwrap();
    file.set_len(1 << 40).unwrap();
    for (what, args) in READERS
        .into_iter()
        .filter(|(what, _)| !what.contains("record") && !what.contains("load run") && *what != "a baseline")
    {
        let said = gauntlet.run(&[args, &["long.toml"]].concat());
        assert_eq!(said.code, 2, "{what}: {said}");
    }
}

#[test]
fn a_folder_that_leads_back_to_itself() {
    let gauntlet = Gauntlet::without_anvil();
    let folder = gauntlet.dir().join("round");
    fs::create_dir(&folder).unwrap();
    for name in ["one", "two"] {
        std::os::unix::fs::symlink(&folder, folder.join(name)).unwrap();
    }
    gauntlet.run(&["lint", "round"]).exits(4);
}
