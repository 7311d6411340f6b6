//! The shape of the JUnit report, checked against what the schema `junit-10.xsd` of Jenkins' xUnit plugin admits, in our
//! words: no published package carries the file, and no maintained crate validates XML schemas.
//!
//! Two things are more than it admits, and are read or passed over by Jenkins, GitLab, GitHub's actions and Surefire's own
//! tools: `properties` of a case, and the number of `skipped` cases of the whole file.

use crate::fixture::{passes, run};
use crate::hostile::{full, with};
use gauntlet_pages::EVIL;
use gauntlet_report::Record;
use gauntlet_report::render::junit;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// An element with what it may hold and carry.
struct Shape {
    name: &'static str,
    children: &'static [&'static str],
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

const SHAPES: [Shape; 9] = [
    Shape {
        name: "testsuites",
        children: &["testsuite"],
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors", "skipped"],
    },
    Shape {
        name: "testsuite",
        children: &["properties", "testcase", "system-out", "system-err"],
        required: &["name", "tests", "failures", "errors"],
        optional: &[
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
            "group",
        ],
    },
    Shape {
        name: "testcase",
        children: &["properties", "skipped", "error", "failure", "system-out", "system-err"],
        required: &["name"],
        optional: &["time", "classname", "group"],
    },
    Shape { name: "properties", children: &["property"], required: &[], optional: &[] },
    Shape { name: "property", children: &[], required: &["name", "value"], optional: &[] },
    Shape { name: "failure", children: &[], required: &[], optional: &["type", "message"] },
    Shape { name: "error", children: &[], required: &[], optional: &["type", "message"] },
    Shape { name: "skipped", children: &[], required: &[], optional: &["type", "message"] },
    Shape { name: "system-out", children: &[], required: &[], optional: &[] },
];

/// A suite's own numbers, and those of its cases.
#[derive(Default)]
struct Suite {
    told: BTreeMap<String, usize>,
    counted: BTreeMap<String, usize>,
}

fn shape(name: &str) -> &'static Shape {
    SHAPES.iter().find(|shape| shape.name == name).unwrap_or_else(|| panic!("nobody knows <{name}>"))
}

fn attributes(tag: &BytesStart<'_>) -> BTreeMap<String, String> {
    let pairs = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        (name, String::from_utf8(attribute.value.to_vec()).unwrap())
    });
    pairs.collect()
}

/// Reads a file and asserts its shape.
fn read(record: &Record) {
    let xml = junit(record).unwrap();
    let mut reader = Reader::from_str(&xml);
    let mut open: Vec<String> = Vec::new();
    let mut suite = Suite::default();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(enter(&tag, &open, &mut suite)),
            Event::Empty(tag) => {
                let name = enter(&tag, &open, &mut suite);
                leave(&name, &mut suite);
            }
            Event::End(_) => leave(&open.pop().unwrap(), &mut suite),
            Event::Eof => break,
            Event::Text(text)
                if !matches!(
                    open.last().map(String::as_str),
                    Some("failure" | "error" | "skipped" | "system-out")
                ) =>
            {
                assert!(text.iter().all(u8::is_ascii_whitespace), "text in {open:?}");
            }
            _ => {}
        }
    }
    assert!(open.is_empty());
}

fn enter(tag: &BytesStart<'_>, open: &[String], suite: &mut Suite) -> String {
    let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
    match open.last() {
        Some(parent) => assert!(shape(parent).children.contains(&name.as_str()), "<{name}> in <{parent}>"),
        None => assert_eq!(name, "testsuites"),
    }
    let (shape, attributes) = (shape(&name), attributes(tag));
    for required in shape.required {
        assert!(attributes.contains_key(*required), "<{name}> without {required}");
    }
    for (key, value) in &attributes {
        assert!(
            shape.required.contains(&key.as_str()) || shape.optional.contains(&key.as_str()),
            "<{name}> with {key}"
        );
        if key == "time" {
            let (whole, part) = value.split_once('.').unwrap();
            assert!(whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()), "{value}");
        }
    }
    let counts = match name.as_str() {
        "testsuite" => {
            let numbers = ["tests", "failures", "errors", "skipped"];
            suite.told =
                numbers.map(|number| (number.to_owned(), attributes[number].parse().unwrap())).into();
            suite.counted = numbers.map(|number| (number.to_owned(), 0)).into();
            return name;
        }
        "testcase" => "tests",
        "failure" => "failures",
        "error" => "errors",
        "skipped" => "skipped",
        _ => return name,
    };
    *suite.counted.get_mut(counts).unwrap() += 1;
    name
}

fn leave(name: &str, suite: &mut Suite) {
    if name == "testsuite" {
        assert_eq!(suite.told, suite.counted);
    }
}

#[test]
fn the_file_has_the_shape_that_jenkins_reads() {
    read(&full());
    read(&with(&full(), EVIL));
    read(&run(Vec::new(), 4));
    read(&Record { finished: None, ..run(passes(&["a.a.a"]), 0) });
}
