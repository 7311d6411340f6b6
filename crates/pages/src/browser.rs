//! Pages in a real browser, where there is one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The widths at which pages are looked at, in CSS pixels: a telephone and a screen.
const WIDTHS: [u32; 2] = [360, 1280];

/// A Chromium of this machine, which runs without a window.
#[derive(Debug)]
pub struct Browser {
    program: PathBuf,
    /// Its profile, and the pages unless they are to be kept.
    home: TempDir,
    /// Where pages and pictures are written: `GAUNTLET_SHOTS`, which stays, or else a folder that does not.
    folder: PathBuf,
}

/// A page, and how it is looked at.
#[derive(Debug)]
pub struct Look<'a> {
    /// A word for the names of files.
    pub name: &'a str,
    /// The whole page.
    pub page: &'a str,
    /// Whether a picture is made of it too.
    pub picture: bool,
}

impl Browser {
    /// The one that `GAUNTLET_CHROMIUM` names, or the first in `PATH`. Without one, says that this test is skipped: straight
    /// to stderr, since what a test prints is shown only when it fails.
    #[must_use]
    pub fn find(test: &str) -> Option<Self> {
        let Some(program) = program() else {
            let mut stderr = std::io::stderr();
            writeln!(stderr, "skipped: {test}: no Chromium in PATH, no GAUNTLET_CHROMIUM").unwrap();
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let folder = std::env::var_os("GAUNTLET_SHOTS").map_or_else(|| home.path().to_owned(), PathBuf::from);
        Some(Self { program, home, folder })
    }

    /// Looks at pages at both widths, with all that can be opened open: none scrolls sideways, each has one heading of the
    /// first order, pictures in it are not squeezed, and a picture of the page shows more than a blank one.
    ///
    /// # Panics
    /// When something of that does not hold.
    pub fn look(&self, looks: &[Look<'_>]) {
        let measured = self.write("measuring.html", &measuring(looks));
        let dom = self.browse(&["--dump-dom", "--virtual-time-budget=20000"], &measured);
        let said = dom.split_once("<p id=\"said\">").unwrap().1.split_once("</p>").unwrap().0;
        let expected: Vec<String> = looks
            .iter()
            .flat_map(|look| WIDTHS.map(|width| format!("{} {width} {width} 1 0", look.name)))
            .collect();
        assert_eq!(
            said,
            expected.join(", "),
            "client width, scroll width, headings and low pictures of each"
        );
        let blank = self.write("blank.html", "<!DOCTYPE html><title>blank</title>");
        for look in looks.iter().filter(|look| look.picture) {
            let page = self.write(&format!("{}.html", look.name), look.page);
            for width in WIDTHS {
                let (shown, empty) = (self.shot(look.name, &page, width), self.shot("blank", &blank, width));
                assert!(
                    shown > 5 * empty,
                    "{}: {shown} bytes, a blank page {empty}, at {width} px",
                    look.name
                );
            }
        }
    }

    /// The size of a picture of a page, in bytes.
    fn shot(&self, name: &str, page: &Path, width: u32) -> usize {
        let path = self.folder.join(format!("{name}-{width}.png"));
        let file = format!("--screenshot={}", path.display());
        self.browse(&[&file, &format!("--window-size={width},2600")], page);
        std::fs::read(path).unwrap().len()
    }

    /// Runs the browser, and returns what it prints.
    fn browse(&self, args: &[&str], page: &Path) -> String {
        let profile = self.home.path().join("profile");
        let output = Command::new(&self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-sync"])
            .args(["--disable-background-networking", "--disable-component-update"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(args)
            .arg(format!("file://{}", page.display()))
            .env("HOME", &profile)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("GAUNTLET_CHROMIUM") {
        return Some(path.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// A page that shows others in frames, opens what can be opened, and writes down how wide they are.
fn measuring(looks: &[Look<'_>]) -> String {
    let frame = |look: &Look<'_>, width: u32| {
        let quoted = look.page.replace('&', "&amp;").replace('"', "&quot;");
        let name = look.name;
        format!(
            "<iframe name={name} style=\"border:0;width:{width}px;height:900px\" srcdoc=\"{quoted}\"></iframe>\n"
        )
    };
    let frames: String = looks.iter().flat_map(|look| WIDTHS.map(|width| frame(look, width))).collect();
    format!(
        "<!DOCTYPE html><meta charset=utf-8><p id=said>nothing</p>{frames}<script>onload = () => {{\
         const said = [...document.querySelectorAll('iframe')].map(frame => {{\
           const page = frame.contentDocument;\
           page.querySelectorAll('details').forEach(details => details.open = true);\
           const root = page.documentElement;\
           const low = [...page.querySelectorAll('svg')].filter(it => it.getBoundingClientRect().height < 100);\
           const headings = page.querySelectorAll('h1').length;\
           return [frame.name, root.clientWidth, root.scrollWidth, headings, low.length].join(' ');\
         }});\
         document.getElementById('said').textContent = said.join(', ');\
         }};</script>"
    )
}
