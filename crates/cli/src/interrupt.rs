//! Ctrl-C: the first one stops the run and writes the reports, the second one ends the process at once.

use crate::output;
use gauntlet_report::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Turns true at the first Ctrl-C or SIGTERM.
pub(crate) fn watch() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    let first = next();
    tokio::spawn(async move {
        first.await;
        let _ = sender.send(true);
        output::remark("stopping; the reports are being written (once more to end at once)");
        next().await;
        std::process::exit(i32::from(ExitCode::Interrupted.number()));
    });
    receiver
}

/// Ends at the next Ctrl-C or SIGTERM from this call on, whenever it is waited for: whoever reads that something is up
/// may end it at once.
pub(crate) fn next() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        tokio::select! {
            () = arrival(interrupt) => {}
            () = arrival(terminate) => {}
        }
    }
}

async fn arrival(signal: std::io::Result<Signal>) {
    match signal {
        Ok(mut signal) => {
            signal.recv().await;
        }
        // Without signals there is nothing to wait for; the run ends by itself.
        Err(_) => std::future::pending().await,
    }
}
