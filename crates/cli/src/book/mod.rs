//! Tests of the book in `docs`: what it names exists, and what it shows is free of faults. Its commands are run by
//! `tests/cli/book.rs`.

mod blocks;
mod commands;
mod files;
mod links;
mod tables;

use std::path::{Path, PathBuf};

/// A file of the book, or the README.
struct Chapter {
    path: PathBuf,
    text: String,
}

impl Chapter {
    fn read(path: PathBuf) -> Self {
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    /// For messages.
    fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.strip_prefix(root()).unwrap_or(&self.path).display())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A chapter by its name below `docs/src`.
fn chapter(name: &str) -> Chapter {
    Chapter::read(root().join("docs/src").join(name))
}

/// Every file of the book.
fn chapters() -> Vec<Chapter> {
    let mut paths = Vec::new();
    let mut folders = vec![root().join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    assert!(paths.len() > 20, "the book has chapters");
    paths.into_iter().map(Chapter::read).collect()
}
