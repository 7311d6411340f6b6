//! The look of text on a terminal.

use owo_colors::OwoColorize as _;

/// How text is laid out. Whether colours are wanted (`NO_COLOR`, no terminal) is for the caller to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours.
    pub color: bool,
    /// Width of a line in characters. Words, bodies and command lines are not broken, so a line can be longer.
    pub width: usize,
}

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// It went well.
    Good,
    /// It did not.
    Bad,
    /// It cannot be told.
    Doubt,
    /// It is to be known.
    Warning,
    /// It says what something is.
    Label,
    /// It is to be seen first.
    Strong,
}

impl Style {
    /// No colours and 100 characters a line: for files.
    pub const PLAIN: Self = Self { color: false, width: 110 };

    /// The text in the colour of what it is.
    #[must_use]
    pub fn paint(self, paint: Paint, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        match paint {
            Paint::Good => text.green().to_string(),
            Paint::Bad => text.red().bold().to_string(),
            Paint::Doubt => text.magenta().bold().to_string(),
            Paint::Warning => text.yellow().to_string(),
            Paint::Label => text.dimmed().to_string(),
            Paint::Strong => text.bold().to_string(),
        }
    }

    /// Lines longer than this are hard to read, however wide the terminal is; shorter ones leave no room.
    pub(crate) fn columns(self) -> usize {
        self.width.clamp(40, 110)
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::PLAIN
    }
}
