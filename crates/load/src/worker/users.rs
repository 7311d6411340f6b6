//! Goose and its users.

use super::ask::{Errand, Want};
use super::desk::{Desk, Turn};
use super::notes::Notes;
use crate::job::Job;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionResult};
use goose::{GooseAttack, GooseError};
use reqwest::redirect::Policy;
use std::sync::Arc;
use std::time::Duration;

/// How long a user who has nothing to do sleeps until Goose tells it to go.
const REST: Duration = Duration::from_millis(20);

/// A user's own things.
#[derive(Debug, Clone)]
struct Own {
    number: usize,
    has_left: bool,
}

/// Lets Goose's users work until the plan ends.
///
/// # Errors
/// What Goose says.
pub(super) async fn work(job: Arc<Job>, desk: Arc<Desk>, notes: Arc<Notes>) -> Result<(), GooseError> {
    let client = client(&job);
    let errand = Arc::new(Errand { want: Want::of(&job), job: Arc::clone(&job), notes });
    let arrive = {
        let desk = Arc::clone(&desk);
        Transaction::new(Arc::new(move |user: &mut GooseUser| {
            let (desk, client) = (Arc::clone(&desk), client.clone());
            Box::pin(async move {
                if let Some(client) = client {
                    user.client = client;
                }
                user.set_session_data(Own { number: user.weighted_users_index, has_left: false });
                desk.arrive().await;
                Ok(())
            })
        }))
        .set_name("arrive")
        .set_on_start()
    };
    let pay = Transaction::new(Arc::new(move |user: &mut GooseUser| {
        let (desk, errand) = (Arc::clone(&desk), Arc::clone(&errand));
        Box::pin(async move { one(user, &desk, &errand).await })
    }))
    .set_name("pay");
    let scenario = Scenario::new("x402").register_transaction(arrive).register_transaction(pay);
    GooseAttack::initialize_with_config(configuration(&job))?.register_scenario(scenario).execute().await?;
    Ok(())
}

/// One payment of one user.
async fn one(user: &mut GooseUser, desk: &Desk, errand: &Errand) -> TransactionResult {
    let Some(number) = user.get_session_data::<Own>().map(|own| own.number) else {
        return Ok(());
    };
    match desk.next(number).await {
        Turn::Pay(visit) => errand.run(user, desk, visit).await,
        Turn::Done => {
            let own = user.get_session_data_unchecked_mut::<Own>();
            if !std::mem::replace(&mut own.has_left, true) && desk.leave() {
                goose::trigger_killswitch("the plan has ended");
            }
            tokio::time::sleep(REST).await;
        }
    }
    Ok(())
}

/// The client that the users share: it goes to the target and nowhere else, whatever the environment and the target say.
fn client(job: &Job) -> Option<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .redirect(Policy::none())
        .timeout(job.timeout)
        .pool_max_idle_per_host(job.users)
        .tcp_nodelay(true)
        .build()
        .ok()
}

fn configuration(job: &Job) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(job.base_url.clone());
    configuration.users = Some(job.users);
    // All of them within a second; they wait for the begin anyway.
    configuration.increase_rate = Some(job.users.to_string());
    configuration.no_metrics = true;
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.quiet = 3;
    configuration
}
