//! The dialects that come with Gauntlet.

use super::Dialect;

macro_rules! dialects {
    ($($name:literal),* $(,)?) => {
        /// Names and texts of the dialects that come with Gauntlet.
        pub const DIALECTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../fixtures/dialects/", $name, ".toml")))),*];
    };
}

dialects!["b402-partner", "b402-web3", "aeon", "cdp", "pieverse", "circle-gateway"];

/// One of them by its name.
#[must_use]
pub fn built_in(name: &str) -> Option<Dialect> {
    let (_, text) = DIALECTS.iter().find(|(known, _)| *known == name)?;
    Dialect::parse(text).ok()
}
