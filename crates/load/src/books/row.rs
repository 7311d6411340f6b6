//! One payment in the books: less than 100 bytes, so that a million fit anywhere.

use super::class::Class;
use crate::job::Answer;
use crate::measure::{Lot, Mark};
use crate::phase::Phase;
use gauntlet_wire::B256;

/// What is known of a payment. A row that nothing was written into belongs to a payment that was never presented.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    /// The transaction that the first good answer named; zero for none.
    named: B256,
    /// The transaction that took the money first; zero for none.
    pub(super) taken_in: B256,
    /// When the last answer came, ms since the begin.
    pub(super) answered_ms: u32,
    /// When the money was first seen to have moved, ms since the begin.
    pub(super) taken_ms: u32,
    presented: u16,
    good: u16,
    taken: u8,
    is_wrong: bool,
    is_silent: bool,
    is_pending: bool,
    /// Two good answers named two transactions.
    names_differ: bool,
}

impl Row {
    pub(super) fn answer(&mut self, answer: &Answer) {
        self.presented = self.presented.saturating_add(1);
        self.is_wrong |= answer.lot == Lot::Wrong;
        self.answered_ms = self.answered_ms.max(u32::try_from(answer.done_us / 1000).unwrap_or(u32::MAX));
        match answer.mark {
            Mark::Good => {
                self.good = self.good.saturating_add(1);
                self.name(answer);
            }
            Mark::Pending => self.is_pending = true,
            Mark::TimedOut | Mark::Broken => self.is_silent = true,
            Mark::Refused | Mark::Unclear | Mark::Failed => {}
        }
    }

    /// A verdict of `/verify` names nothing.
    fn name(&mut self, answer: &Answer) {
        let Some(named) = answer.transaction.filter(|_| answer.phase != Phase::Verify) else { return };
        if self.named.is_zero() {
            self.named = named;
        } else {
            self.names_differ |= self.named != named;
        }
    }

    /// The whole money moved so many times in a transaction.
    pub(super) fn take(&mut self, transaction: B256, times: usize, at_ms: u64) {
        if self.taken == 0 && times > 0 {
            self.taken_in = transaction;
            self.taken_ms = u32::try_from(at_ms).unwrap_or(u32::MAX);
        }
        self.taken = self.taken.saturating_add(u8::try_from(times).unwrap_or(u8::MAX));
    }

    /// Whether it was presented to the target at all.
    pub(super) fn is_presented(&self) -> bool {
        self.presented > 0
    }

    /// Whether the money moved.
    pub(super) fn is_taken(&self) -> bool {
        self.taken > 0
    }

    /// Whether nobody can know yet: it may still be taken although there is no good answer, or a good answer runs ahead
    /// of its transaction.
    pub(super) fn is_open(&self) -> bool {
        let waits = self.good > 0 || self.is_silent || self.is_pending;
        self.is_presented() && !self.is_taken() && waits && !self.is_wrong
    }

    /// The transaction that a good answer named and that did not take the money.
    pub(super) fn doubtful(&self) -> Option<B256> {
        (self.good > 0 && !self.named.is_zero() && self.named != self.taken_in).then_some(self.named)
    }

    /// What became of it. `named_status` is what the chain says of a doubtful transaction: `None` when it has none;
    /// `is_over` says that the payment can not be taken any more; `is_sold` that a good answer hands over content.
    pub(super) fn class(&self, named_status: Option<bool>, is_over: bool, is_sold: bool) -> Class {
        if self.is_wrong {
            let accepted = self.good > 0 || self.is_taken();
            return if accepted { Class::WrongAccepted } else { Class::WrongRefused };
        }
        if self.taken > 1 {
            return Class::TakenTwice;
        }
        if is_sold && self.good > 1 {
            return Class::ServedTwice;
        }
        match (self.good > 0, self.is_taken()) {
            (true, true) if self.names_differ => Class::AnotherTransaction,
            (true, true) => match self.doubtful() {
                None => Class::Paid,
                Some(_) if named_status == Some(false) => Class::RevertedSuccess,
                Some(_) => Class::AnotherTransaction,
            },
            (true, false) => match (self.doubtful(), named_status) {
                (Some(_), Some(false)) => Class::RevertedSuccess,
                (Some(_), Some(true)) => Class::AnotherTransaction,
                _ => Class::ServedNotTaken,
            },
            (false, true) if self.is_pending => Class::Pending,
            (false, true) if self.is_silent => Class::Late,
            (false, true) => Class::TakenNotServed,
            (false, false) if (self.is_silent || self.is_pending) && !is_over => Class::Unresolved,
            (false, false) if self.is_silent || self.is_pending => Class::Lost,
            (false, false) => Class::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(mark: Mark, transaction: Option<u8>) -> Answer {
        Answer {
            number: 1,
            nonce: B256::ZERO,
            payer: 0,
            phase: Phase::Settle,
            lot: Lot::Right,
            change: None,
            mark,
            status: 200,
            transaction: transaction.map(B256::repeat_byte),
            sent_us: 1_000,
            done_us: 9_000,
            text: String::new(),
        }
    }

    fn row(answers: &[(Mark, Option<u8>)], taken: &[u8]) -> Row {
        let mut row = Row::default();
        answers.iter().for_each(|(mark, named)| row.answer(&answer(*mark, *named)));
        taken.iter().for_each(|transaction| row.take(B256::repeat_byte(*transaction), 1, 5));
        row
    }

    #[test]
    fn a_row_is_small() {
        assert!(size_of::<Row>() <= 100, "{} bytes", size_of::<Row>());
    }

    #[test]
    fn every_pair_of_answer_and_money_has_its_class() {
        use Mark::{Broken, Failed, Good, Pending, Refused, TimedOut};
        let over =
            |answers: &[(Mark, Option<u8>)], taken: &[u8]| row(answers, taken).class(None, true, false);
        assert_eq!(over(&[(Good, Some(7))], &[7]), Class::Paid);
        assert_eq!(over(&[(Good, None)], &[7]), Class::Paid, "a receipt need not be there");
        assert_eq!(over(&[(Good, Some(7)), (Good, Some(7)), (Refused, None)], &[7]), Class::Paid);
        assert_eq!(over(&[(Refused, None)], &[]), Class::Refused);
        assert_eq!(over(&[(Failed, None)], &[]), Class::Refused);
        assert_eq!(over(&[(Refused, None)], &[7]), Class::TakenNotServed);
        assert_eq!(over(&[(TimedOut, None)], &[7]), Class::Late);
        assert_eq!(over(&[(Broken, None)], &[7]), Class::Late);
        assert_eq!(over(&[(Pending, None)], &[7]), Class::Pending);
        assert_eq!(over(&[(Good, Some(7))], &[]), Class::ServedNotTaken);
        assert_eq!(over(&[(Good, Some(7))], &[7, 8]), Class::TakenTwice);
        assert_eq!(over(&[(Good, Some(6))], &[7]), Class::AnotherTransaction);
        assert_eq!(over(&[(Good, Some(7)), (Good, Some(6))], &[7]), Class::AnotherTransaction);
        assert_eq!(over(&[(TimedOut, None)], &[]), Class::Lost);
        let open = row(&[(TimedOut, None)], &[]);
        assert_eq!(open.class(None, false, false), Class::Unresolved);
        assert!(open.is_open());
        let named = row(&[(Good, Some(6))], &[]);
        assert_eq!(named.class(Some(false), true, false), Class::RevertedSuccess);
        assert_eq!(named.class(Some(true), true, false), Class::AnotherTransaction);
        let sold = row(&[(Good, None), (Good, None)], &[7]);
        assert_eq!(sold.class(None, true, true), Class::ServedTwice);
        assert_eq!(sold.class(None, true, false), Class::Paid, "a facilitator may say the same twice");
    }

    #[test]
    fn a_wrong_payment_must_neither_be_called_good_nor_taken() {
        let wrong = |mark, taken: &[u8]| {
            let mut row = Row::default();
            row.answer(&Answer { lot: Lot::Wrong, ..answer(mark, None) });
            taken.iter().for_each(|transaction| row.take(B256::repeat_byte(*transaction), 1, 5));
            row.class(None, true, false)
        };
        assert_eq!(wrong(Mark::Refused, &[]), Class::WrongRefused);
        assert_eq!(wrong(Mark::Good, &[]), Class::WrongAccepted);
        assert_eq!(wrong(Mark::Refused, &[7]), Class::WrongAccepted);
    }
}
