//! `[server]`: what a resource server sells.

use gauntlet_probe::{Manifest, ManifestError, Route, Shop};
use std::collections::BTreeMap;
use std::path::Path;

const HEAD: &str = "name = \"shop\"\nrole = \"server\"\nurl = \"http://127.0.0.1:1\"\n";

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(&format!("{HEAD}{text}"), Path::new("shop.toml"))
}

fn refused(text: &str) -> String {
    let error = parse(text).unwrap_err();
    format!("{} {}", error.message(), error.help().unwrap_or_default())
}

#[test]
fn routes_are_paths_or_tables() {
    let manifest = parse(
        "[server]\ncanary = \"{canary}\"\n[server.routes]\ncheap = \"/weather\"\n\
         create = { method = \"POST\", path = \"/orders\", body = \"{\\\"a\\\":1}\" }\n",
    )
    .unwrap();
    let values = BTreeMap::from([("canary".to_owned(), "secret-42".to_owned())]);
    let shop = manifest.fill(&values).unwrap().shop;
    assert_eq!(shop.canary.as_deref(), Some("secret-42"));
    assert_eq!(shop.routes["cheap"], Route::get("/weather"));
    let create = Route { method: "POST".into(), path: "/orders".into(), body: "{\"a\":1}".into() };
    assert_eq!(shop.routes["create"], create);
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    assert!(refused("").contains("[server.routes]"));
    assert!(refused("[server.routes]\ndear = \"/dear\"\n").contains("names no `cheap`"));
    assert!(refused("[server.routes]\ncheep = \"/a\"\n").contains("did you mean `cheap`"));
    assert!(refused("[server.routes]\ncheap = \"a\"\n").contains("begins with `/`"));
    assert!(refused("[server.routes]\ncheap = { method = \"GET\" }\n").contains("has no `path`"));
    assert!(refused("[server]\ncanary = \"abc\"\n[server.routes]\ncheap = \"/a\"\n").contains("too short"));
    let facilitator = "name = \"f\"\nrole = \"facilitator\"\nurl = \"http://127.0.0.1:1\"\n[server]\n";
    let error = Manifest::parse(facilitator, Path::new("f.toml")).unwrap_err();
    assert!(error.message().contains("does not fit a facilitator"), "{}", error.message());
}

#[test]
fn a_command_line_names_routes_too() {
    let shop = Shop::of_arguments(&["/weather".into(), "dear=/big?x=1".into()]).unwrap();
    assert_eq!(shop.routes["cheap"], Route::get("/weather"));
    assert_eq!(shop.routes["dear"], Route::get("/big?x=1"));
    assert!(Shop::of_arguments(&["deer=/x".into()]).unwrap_err().contains("did you mean `dear`"));
    assert!(Shop::of_arguments(&["weather".into()]).unwrap_err().contains("begins with `/`"));
}

#[test]
fn a_manifest_says_whether_it_wants_our_facilitator() {
    let routes = "[server.routes]\ncheap = \"/a\"\n";
    assert!(!parse(routes).unwrap().takes_a_facilitator());
    let start = "[start]\ncommand = [\"x\"]\n[start.env]\nFACILITATOR_URL = \"{facilitator_url}\"\n";
    assert!(parse(&format!("{routes}{start}")).unwrap().takes_a_facilitator());
}
