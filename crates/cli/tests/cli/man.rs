//! `gauntlet man`: pages that a reader of roff takes, one for each subcommand.

use crate::gauntlet::{Gauntlet, finish};
use std::fs;

#[test]
fn the_page_on_stdout_names_every_subcommand() {
    let gauntlet = Gauntlet::without_anvil();
    let page = gauntlet.run(&["man"]).exits(0).stdout;
    assert!(page.lines().any(|line| line.starts_with(".TH gauntlet 1")), "{page}");
    let help = gauntlet.run(&["--help"]).exits(0).stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    // A line that goes on stands further to the right.
    let name = |line: &str| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')).map(str::to_owned);
    let lines = commands.lines().take_while(|line| !line.is_empty()).filter_map(name);
    let names: Vec<String> =
        lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(names.iter().any(|name| name == "man"), "{names:?}");
    for name in names.iter().filter(|name| *name != "help") {
        assert!(page.contains(&format!("gauntlet\\-{}(1)", name.replace('-', "\\-"))), "{name}");
    }
}

#[test]
fn every_subcommand_has_a_page_of_its_own() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.run(&["man", "--out", "man/1"]).exits(0).prints("pages in man/1");
    let mut pages: Vec<String> = fs::read_dir(gauntlet.dir().join("man/1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    for page in
        ["gauntlet.1", "gauntlet-run.1", "gauntlet-chain-up.1", "gauntlet-man.1", "gauntlet-vectors-export.1"]
    {
        assert!(pages.iter().any(|there| there == page), "{page} in {pages:?}");
    }
    assert!(!pages.iter().any(|page| page.contains("load-worker")), "{pages:?}");
    // groff is on most machines with man pages; without it the head of each page is all that can be looked at.
    let has_groff =
        std::process::Command::new("groff").arg("--version").output().is_ok_and(|out| out.status.success());
    for page in &pages {
        let path = format!("man/1/{page}");
        assert!(gauntlet.read(&path).contains(".TH gauntlet"), "{page}");
        if has_groff {
            let mut groff = gauntlet.program("groff");
            groff.args(["-man", "-Kutf8", "-Tutf8", "-ww", "-z", &path]);
            let said = finish(groff, &format!("groff {page}")).exits(0);
            assert!(!said.stderr.contains("error") && !said.stderr.contains("warning"), "{said}");
        }
    }
}
