//! A page of Markdown that does not grow beyond a limit.

/// A text that does not grow beyond a limit: what does not fit is left out, section by section, and that is said.
pub(super) struct Page {
    text: String,
    limit: usize,
    is_cut: bool,
}

impl Page {
    /// Room for the sentence that says what is missing.
    const REMARK: usize = 400;

    /// An empty page of at most so many bytes.
    pub(super) const fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, is_cut: false }
    }

    /// Adds a section, whether it fits or not.
    pub(super) fn always(&mut self, section: &str) {
        if !section.is_empty() {
            self.text.push_str(section.trim_end());
            self.text.push_str("\n\n");
        }
    }

    /// Adds a section whole or not at all.
    pub(super) fn add(&mut self, section: &str) -> bool {
        let fits = self.text.len() + section.len() + Self::REMARK <= self.limit;
        if fits {
            self.always(section);
        } else {
            self.is_cut = true;
        }
        fits
    }

    /// The page. `rest` says where everything is that did not fit.
    pub(super) fn finish(mut self, rest: &str) -> String {
        if self.is_cut {
            let limit = self.limit;
            let remark =
                format!("**This page is cut:** whole it would be longer than {limit} bytes. {rest}\n");
            self.text.push_str(&remark);
        }
        self.text.truncate(self.text.trim_end().len());
        self.text + "\n"
    }
}
