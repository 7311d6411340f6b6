//! `[server]`: what a resource server sells, and the token by which its content is known.

use crate::{Manifest, ManifestError, Role, section::Section};
use std::collections::BTreeMap;
use toml::Spanned;

/// The names of routes that the checks know, and what each must be. Only `cheap` is needed; a check that needs
/// another one is not applicable to a server that has none.
pub const ROUTES: &[(&str, &str)] = &[
    ("cheap", "a paid route; every server has one"),
    ("twin", "another paid route with the price and payee of cheap"),
    ("dear", "a paid route with a higher price than cheap and the same payee"),
    ("elsewhere", "a paid route with the price of cheap and another payee"),
    ("slow", "a paid route whose handler takes a while"),
    ("failing", "a paid route whose handler answers 500"),
    ("missing", "a paid route whose handler answers 404"),
    ("create", "a paid POST route"),
    ("item", "a paid route with a parameter in its path"),
    ("files", "a paid route that matches every path below a prefix"),
    ("upfront", "a paid route that is settled before its handler runs"),
    ("identified", "a paid route that takes payment identifiers"),
    ("required-id", "a paid route that asks for a payment identifier"),
    ("permit2", "a paid route that is paid over Permit2, scheme exact"),
    ("metered", "a paid route of scheme upto, whose handler uses less than the most that may be charged"),
    ("unused", "a paid route of scheme upto, whose handler uses nothing"),
    ("free", "a route that costs nothing"),
    ("runs", "a free route: a JSON object, route name to how often its handler has run"),
];

/// What a resource server sells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shop {
    /// A text that stands in everything that must be paid for and nowhere else; none: it is learnt from a paid answer.
    pub canary: Option<String>,
    /// Routes by name; see [`ROUTES`].
    pub routes: BTreeMap<String, Route>,
}

/// How a route is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Method.
    pub method: String,
    /// Path below the base URL, with its query.
    pub path: String,
    /// Request body; empty for none. Sent as `application/json`.
    pub body: String,
}

impl Route {
    /// A route that is asked for with GET.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET".into(), path: path.into(), body: String::new() }
    }
}

impl Shop {
    /// A shop of routes as a command line gives them: `/weather` for `cheap`, or `NAME=/path`.
    ///
    /// # Errors
    /// What is wrong with the first bad one.
    pub fn of_arguments(arguments: &[String]) -> Result<Self, String> {
        let mut routes = BTreeMap::new();
        for argument in arguments {
            let (name, path) = match argument.split_once('=') {
                Some((name, path)) if !name.starts_with('/') => (name, path),
                _ => ("cheap", argument.as_str()),
            };
            known(name)?;
            absolute(path)?;
            routes.insert(name.to_owned(), Route::get(path));
        }
        Ok(Self { canary: None, routes })
    }
}

fn known(name: &str) -> Result<(), String> {
    let names: Vec<&str> = ROUTES.iter().map(|(name, _)| *name).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let near = crate::section::did_you_mean(name, &names);
    Err(format!("no check knows a route called `{name}`{near}; known names: {}", names.join(", ")))
}

fn absolute(path: &str) -> Result<(), String> {
    if path.starts_with('/') && !path.contains([' ', '\r', '\n']) {
        Ok(())
    } else {
        Err(format!("`{path}` is no path: it begins with `/` and has no blanks"))
    }
}

pub(crate) fn read(
    root: &Section<'_>,
    role: Role,
    templates: &mut Vec<Spanned<String>>,
) -> Result<Shop, ManifestError> {
    let example = "[server.routes]\ncheap = \"/weather\"";
    let Some(server) = root.table("server", Some(&["canary", "routes"]))? else {
        return match role {
            Role::Server => Err(root
                .error(None, "a server's manifest says which route is paid, under [server.routes]")
                .with_help(format!("for example: {example}"))),
            Role::Facilitator | Role::Client => Ok(Shop::default()),
        };
    };
    if role != Role::Server {
        return Err(root.error(server.span.clone(), format!("[server] does not fit a {role}")));
    }
    let canary = server.text("canary")?;
    if let Some(canary) = &canary {
        if canary.get_ref().len() < 6 {
            let message = "`canary` is too short to be told from anything else: at least 6 characters";
            return Err(server.error(canary.span(), message));
        }
        templates.push(canary.clone());
    }
    let mut routes = BTreeMap::new();
    if let Some(section) = server.table("routes", None)? {
        for (name, at) in section.keys() {
            known(name).map_err(|message| section.error(at, message))?;
            routes.insert(name.to_owned(), route(&section, name)?);
        }
    }
    if !routes.contains_key("cheap") {
        return Err(root
            .error(
                server.span.clone(),
                "[server.routes] names no `cheap`, the paid route that every server has",
            )
            .with_help(format!("for example: {example}")));
    }
    Ok(Shop { canary: canary.map(Spanned::into_inner), routes })
}

fn route(section: &Section<'_>, name: &str) -> Result<Route, ManifestError> {
    let path = |section: &Section<'_>, key: &str| match section.text(key)? {
        None => Err(section.error(section.span.clone(), format!("the route `{name}` has no `{key}`"))),
        Some(path) => {
            absolute(path.get_ref()).map_err(|message| section.error(path.span(), message))?;
            Ok(path.into_inner())
        }
    };
    if !section.is_table(name) {
        return Ok(Route::get(path(section, name)?));
    }
    let keys = &["method", "path", "body"];
    let Some(table) = section.table(name, Some(keys))? else { return Ok(Route::get("/")) };
    Ok(Route {
        path: path(&table, "path")?,
        method: table.text("method")?.map_or_else(|| "GET".into(), Spanned::into_inner),
        body: table.text("body")?.map(Spanned::into_inner).unwrap_or_default(),
    })
}

impl Manifest {
    /// A manifest for a server that a command line or a URL names, with what it sells.
    #[must_use]
    pub fn selling(mut self, shop: Shop) -> Self {
        if let Some(cheap) = shop.routes.get("cheap") {
            // Unpaid it answers 402, which is an answer.
            self.ready.path = cheap.path.clone();
        }
        self.shop = shop;
        self
    }
}
