//! Sequences as proptest-state-machine draws and shrinks them, for whoever plays them by himself.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest_state_machine::ReferenceStateMachine;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering;

/// A state to begin with, and what is done from there.
pub(super) type Sequence<M> =
    (<M as ReferenceStateMachine>::State, Vec<<M as ReferenceStateMachine>::Transition>);

/// Sequences of a model.
pub(super) struct Drawn<M> {
    length: RangeInclusive<usize>,
    model: std::marker::PhantomData<fn() -> M>,
}

/// Sequences of a model, of this length before they are shrunk.
pub(super) fn drawn<M: ReferenceStateMachine>(length: RangeInclusive<usize>) -> Drawn<M> {
    Drawn { length, model: std::marker::PhantomData }
}

impl<M> fmt::Debug for Drawn<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawn").field("length", &self.length).finish_non_exhaustive()
    }
}

impl<M: ReferenceStateMachine> Strategy for Drawn<M> {
    type Tree = Box<dyn ValueTree<Value = Sequence<M>>>;
    type Value = Sequence<M>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let tree = M::sequential_strategy(self.length.clone()).new_tree(runner)?;
        let (state, transitions, seen) = tree.current();
        // The crate's own runner counts the transitions that it came to, and what it did not come to is dropped at
        // once. Ours replays a tree without its runner, so that all count as seen; until the first step the tree may
        // then not be asked for its value any more.
        if let Some(seen) = seen {
            seen.store(transitions.len(), Ordering::SeqCst);
        }
        Ok(Box::new(Awake { first: Some((state, transitions)), tree }))
    }
}

struct Awake<T, V> {
    first: Option<V>,
    tree: T,
}

impl<S, O, C, T> ValueTree for Awake<T, (S, Vec<O>)>
where
    S: Clone + fmt::Debug,
    O: Clone + fmt::Debug,
    T: ValueTree<Value = (S, Vec<O>, C)>,
    C: fmt::Debug,
{
    type Value = (S, Vec<O>);

    fn current(&self) -> Self::Value {
        self.first.clone().unwrap_or_else(|| {
            let (state, transitions, _) = self.tree.current();
            (state, transitions)
        })
    }

    fn simplify(&mut self) -> bool {
        self.first = None;
        self.tree.simplify()
    }

    fn complicate(&mut self) -> bool {
        self.first = None;
        self.tree.complicate()
    }
}
