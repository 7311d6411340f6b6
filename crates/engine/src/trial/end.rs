//! The end of a target that nobody has asked for.

/// How a target ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// As half a sentence.
    pub how: String,
    /// What it printed last, in one line; empty for a double of this process.
    pub last_lines: String,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.last_lines.as_str() {
            "" => f.write_str(&self.how),
            lines => write!(f, "{}; its last lines: {lines}", self.how),
        }
    }
}
