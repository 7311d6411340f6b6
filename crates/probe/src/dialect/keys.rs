//! Keys of a caller: from the environment or from files, never from a command line, never into a record.

use super::Dialect;
use gauntlet_report::file;
use std::collections::BTreeMap;

/// The keys that a dialect's requests need, by name.
#[derive(Clone, Default)]
pub struct Keys(BTreeMap<String, String>);

/// Keys show their names only.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A key that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Neither the variable nor the file is named.
    #[error("the dialect {dialect} needs a key: set {name}, or {name}_FILE to the path of a file with it")]
    Missing {
        /// The dialect.
        dialect: String,
        /// The key.
        name: String,
    },
    /// The file cannot be read.
    #[error("{name}_FILE names {path}, which cannot be read: {why}")]
    File {
        /// The key.
        name: String,
        /// The file.
        path: String,
        /// What the system says.
        why: String,
    },
}

impl Keys {
    /// The keys of a dialect: each from the variable of its name, or from the file that the variable of its name and
    /// `_FILE` names. Blanks and line ends around a key are not part of it.
    ///
    /// # Errors
    /// [`KeysError`] names the first key that is not there.
    pub fn of(dialect: &Dialect, variable: impl Fn(&str) -> Option<String>) -> Result<Self, KeysError> {
        let named = dialect.key_names().into_iter().map(|name| {
            let key = match (variable(name), variable(&format!("{name}_FILE"))) {
                (Some(key), _) => key,
                (None, Some(path)) => file::written(path.as_ref()).map_err(|error| KeysError::File {
                    name: name.to_owned(),
                    path,
                    why: error.to_string(),
                })?,
                (None, None) => {
                    return Err(KeysError::Missing { dialect: dialect.name.clone(), name: name.to_owned() });
                }
            };
            Ok((name.to_owned(), key.trim().to_owned()))
        });
        named.collect::<Result<_, _>>().map(Self)
    }

    /// Keys that somebody made.
    #[must_use]
    pub fn made(keys: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// A key by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Names and keys, for whoever may have them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, key)| (name.as_str(), key.as_str()))
    }

    /// A text without any of the keys.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        self.0
            .iter()
            .filter(|(_, key)| !key.is_empty())
            .fold(text.to_owned(), |text, (name, key)| text.replace(key.as_str(), &format!("[{name}]")))
    }
}
