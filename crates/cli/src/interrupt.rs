//! Ctrl-C: the first one stops the run and writes the reports, the second one ends the process at once.

use crate::output;
use gauntlet_report::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Turns true at the first Ctrl-C or SIGTERM.
pub(crate) fn watch() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        wait().await;
        let _ = sender.send(true);
        output::remark("stopping; the reports are being written (once more to end at once)");
        wait().await;
        std::process::exit(i32::from(ExitCode::Interrupted.number()));
    });
    receiver
}

/// Returns at the next Ctrl-C or SIGTERM.
pub(crate) async fn wait() {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    tokio::select! {
        () = arrival(interrupt) => {}
        () = arrival(terminate) => {}
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
