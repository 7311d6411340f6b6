//! The operations of a sequence in several lanes at once. Nobody knows what comes first, so that no answer is judged by
//! the model: the invariants over all answers and the chain judge the whole.

use super::model::{Operation, State};
use super::player::{Player, mutation};
use crate::check::Stop;
use crate::payment::Payment;
use futures::future::try_join_all;

/// Plays the operations, spread over the lanes of the sequence.
pub(super) async fn play(player: &Player, state: &State, operations: &[Operation]) -> Result<(), Stop> {
    let lanes = state.lanes.max(1);
    let lane = |number: usize| async move {
        for operation in operations.iter().skip(number).step_by(lanes) {
            operate(player, state, operation).await?;
        }
        Ok::<(), Stop>(())
    };
    try_join_all((0..lanes).map(lane)).await?;
    Ok(())
}

async fn operate(player: &Player, state: &State, operation: &Operation) -> Result<(), Stop> {
    let payment = |number: &usize| player.payments[*number].clone();
    let settle = async |payments: Vec<Payment>| player.settle(&payments).await.map(drop);
    match operation {
        Operation::Verify(number) => player.cx.verify(&payment(number)).await.map(drop),
        Operation::Settle(number) => settle(vec![payment(number)]).await,
        Operation::Copied(number, copy) => settle(vec![payment(number).with(&mutation(*copy))]).await,
        Operation::Together(numbers) => settle(numbers.iter().map(payment).collect()).await,
        Operation::Slow(number) => player.settle_slowly(&payment(number)).await.map(drop),
        Operation::Burst => player.burst().await.map(drop),
        Operation::Cancel(_) | Operation::Fund(..) => player.arrange(state, operation).await,
        // Requests that are under way would break off, and say nothing of the target.
        Operation::Restart => Ok(()),
    }
}
