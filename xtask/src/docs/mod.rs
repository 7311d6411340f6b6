//! The generated chapters of the book, from the library's own data: every check, every requirement, every mutant, the
//! language of scenarios, and the fields of records and reports. Everything else in `docs` is written by hand.

mod checks;
mod families;
mod fields;
mod language;
mod markdown;
mod mutants;
mod requirements;
mod source;
mod summary;

use anyhow::{Context as _, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Folders of `docs/src` in which every file is generated.
const FOLDERS: &[&str] = &["checks", "requirements", "mutants", "language", "fields"];
const SUMMARY: &str = "SUMMARY.md";

/// Path below `docs/src` → text.
type Chapters = BTreeMap<String, String>;

/// Writes the generated chapters, or compares them with the committed ones.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let home = root.join("docs/src");
    let wanted = chapters(root)?;
    let stale = stale(&home, &wanted)?;
    if check {
        ensure!(stale.is_empty(), "stale: {}; run `cargo run -p xtask -- docs`", stale.join(", "));
        return Ok(());
    }
    for name in &stale {
        let path = home.join(name);
        let Some(text) = wanted.get(name) else {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            continue;
        };
        fs::create_dir_all(path.parent().unwrap_or(&home))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Everything that is generated, and the table of contents, whose head is not.
fn chapters(root: &Path) -> anyhow::Result<Chapters> {
    let mut all = checks::chapters();
    all.extend(requirements::chapters());
    all.extend(mutants::chapters());
    all.extend(language::chapters());
    all.extend(fields::chapters(root)?);
    let path = root.join("docs/src").join(SUMMARY);
    let written = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = summary::text(&written, &all)?;
    all.insert(SUMMARY.to_owned(), text);
    Ok(all)
}

/// Names of files that differ from what is wanted, are missing, or should not be there.
fn stale(home: &Path, wanted: &Chapters) -> anyhow::Result<Vec<String>> {
    let differs =
        |(name, text): &(&String, &String)| fs::read_to_string(home.join(name)).unwrap_or_default() != **text;
    let mut stale: Vec<String> = wanted.iter().filter(differs).map(|(name, _)| name.clone()).collect();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(home.join(folder)) else { continue };
        for entry in entries {
            let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !wanted.contains_key(&name) {
                stale.push(name);
            }
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn generated_chapters_are_up_to_date() {
        run(&root(), true).unwrap();
    }

    /// Somebody has to be able to read them.
    #[test]
    fn no_chapter_is_endless() {
        for (name, text) in chapters(&root()).unwrap() {
            assert!(text.lines().count() <= 1500, "{name} has {} lines", text.lines().count());
            assert!(text.ends_with('\n') && !text.contains("\n\n\n"), "{name}");
            assert!(text.starts_with("# "), "{name} has a title");
        }
    }

    #[test]
    fn every_check_requirement_and_mutant_has_its_entry() {
        let all = chapters(&root()).unwrap();
        let has = |folder: &str, entry: &str| {
            all.iter()
                .any(|(name, text)| name.starts_with(folder) && text.lines().any(|line| line.contains(entry)))
        };
        for check in gauntlet_engine::all_checks() {
            assert!(has("checks/", &format!("`{}`", check.id)), "{}", check.id);
        }
        for requirement in gauntlet_engine::Catalogue::get().all() {
            assert!(has("requirements/", &format!("### {}", requirement.id)), "{}", requirement.id);
        }
        for word in gauntlet_engine::scenario::explain::words() {
            assert!(has("language/", word), "{word}");
        }
        for mutant in gauntlet_engine::selftest::all_mutants() {
            assert!(has("mutants/", &format!("| `{}` |", mutant.mutant().unwrap())), "{}", mutant.spec());
        }
    }

    #[test]
    fn what_is_stale_is_named() {
        let folder = root().join("target/xtask/docs-test");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("checks")).unwrap();
        for (name, text) in [("same.md", "a"), ("other.md", "b"), ("checks/old.md", "c")] {
            fs::write(folder.join(name), text).unwrap();
        }
        let text = |text: &str| text.to_owned();
        let wanted = Chapters::from([
            (text("same.md"), text("a")),
            (text("other.md"), text("x")),
            (text("new.md"), text("d")),
        ]);
        assert_eq!(stale(&folder, &wanted).unwrap(), ["new.md", "other.md", "checks/old.md"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
