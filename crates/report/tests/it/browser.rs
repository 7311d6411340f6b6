//! The page in a real browser, where there is one: it shows something, and does not scroll sideways.

use crate::fixture::passes;
use crate::hostile::{EVIL, evil_rules, full, rules, with};
use gauntlet_report::render::html;
use gauntlet_report::{CheckReport, Record};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Chromium of this machine.
fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("GAUNTLET_CHROMIUM") {
        return Some(path.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// Runs the browser without a window, and returns what it prints.
fn browse(chromium: &Path, home: &Path, args: &[&str], page: &Path) -> String {
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
        .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", home.display()))
        .args(args)
        .arg(format!("file://{}", page.display()))
        .env("HOME", home)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A run with many checks in a few topics, and everything that can go wrong.
fn big() -> Record {
    let mut record = full();
    let many = (0..150).map(|n| format!("facilitator.settle.a-check-with-a-long-name-{n:03}"));
    let ids: Vec<String> = many.collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    record.checks.extend(passes(&ids).into_iter().map(|check| CheckReport { took_ms: 12_345, ..check }));
    record
}

/// A page that shows other pages in frames of these widths, opens what can be opened, and writes down how wide they are.
fn measuring(pages: &[String], widths: &[u32]) -> String {
    let frames: String = pages
        .iter()
        .flat_map(|page| widths.iter().map(move |width| (page, width)))
        .map(|(page, width)| {
            let quoted = page.replace('&', "&amp;").replace('"', "&quot;");
            format!("<iframe style=\"border:0;width:{width}px;height:900px\" srcdoc=\"{quoted}\"></iframe>\n")
        })
        .collect();
    format!(
        "<!DOCTYPE html><meta charset=utf-8><p id=said>nothing</p>{frames}<script>onload = () => {{\
         const said = [...document.querySelectorAll('iframe')].map(frame => {{\
           const page = frame.contentDocument;\
           page.querySelectorAll('details').forEach(details => details.open = true);\
           const root = page.documentElement;\
           return root.clientWidth + ' ' + root.scrollWidth + ' ' + page.querySelectorAll('h1').length;\
         }});\
         document.getElementById('said').textContent = said.join(', ');\
         }};</script>"
    )
}

#[test]
fn the_page_fits_narrow_and_wide_screens() {
    const WIDTHS: [u32; 2] = [360, 1280];
    let Some(chromium) = chromium() else {
        // Straight to stderr, since what a test prints is shown only when it fails.
        let remark =
            "skipped: the_page_fits_narrow_and_wide_screens: no Chromium in PATH, no GAUNTLET_CHROMIUM";
        writeln!(std::io::stderr(), "{remark}").unwrap();
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let home = dir.path().join("home");
    let sound = html(&big(), &rules()).unwrap();
    let hostile = html(&with(&full(), EVIL), &evil_rules(EVIL)).unwrap();
    let long = html(&with(&full(), &"x".repeat(3000)), &evil_rules(&"y".repeat(3000))).unwrap();

    let pages = [sound.clone(), hostile, long];
    let measured = write("measuring.html", &measuring(&pages, &WIDTHS));
    let dom = browse(&chromium, &home, &["--dump-dom", "--virtual-time-budget=20000"], &measured);
    let said = dom.split_once("<p id=\"said\">").unwrap().1.split_once("</p>").unwrap().0;
    let expected: Vec<String> =
        pages.iter().flat_map(|_| WIDTHS.map(|width| format!("{width} {width} 1"))).collect();
    assert_eq!(said, expected.join(", "), "client width, scroll width and headings of each page and width");

    let page = write("report.html", &sound);
    let blank = write("blank.html", "<!DOCTYPE html><title>blank</title>");
    for width in WIDTHS {
        let shot = |name: &str, page: &Path| {
            let path = dir.path().join(name);
            let file = format!("--screenshot={}", path.display());
            browse(&chromium, &home, &[&file, &format!("--window-size={width},1600")], page);
            std::fs::read(path).unwrap().len()
        };
        let (shown, empty) = (shot("report.png", &page), shot("blank.png", &blank));
        assert!(shown > 5 * empty, "a page of {shown} bytes, a blank one of {empty}, at {width} px");
    }
}
