//! `gauntlet doctor`: what is installed and what is missing.

use crate::args::DoctorArgs;
use crate::failure::Failure;
use crate::{output, settings};
use gauntlet_chain::{Environment, anvil};
use gauntlet_report::ExitCode;
use std::process::Command;

pub(crate) async fn run(args: DoctorArgs) -> Result<ExitCode, Failure> {
    let mut lines = vec![
        format!("gauntlet  {}", env!("CARGO_PKG_VERSION")),
        format!("cache     {}", settings::cache()?.display()),
        format!(
            "npm       {}",
            version_of("npm").unwrap_or_else(|| "not found; needed to install Anvil and npm targets".into())
        ),
        format!(
            "node      {}",
            version_of("node").unwrap_or_else(|| "not found; needed by npm targets".into())
        ),
    ];
    let found = if args.install {
        settings::anvil(args.anvil.as_deref(), false).await
    } else {
        anvil::find(args.anvil.as_deref(), &Environment::of_process()).map_err(Failure::from)
    };
    let code = match &found {
        Ok(binary) => {
            lines.push(format!(
                "anvil     {} at {} ({})",
                binary.version,
                binary.path.display(),
                binary.source
            ));
            ExitCode::Success
        }
        Err(error) => {
            lines.push(format!("anvil     {}", error.message));
            ExitCode::Harness
        }
    };
    if found.is_err() && !args.install && version_of("npm").is_some() {
        lines.push(
            "          `gauntlet doctor --install` installs it, and so does every command that needs it"
                .into(),
        );
    }
    output::result(&lines.join("\n"));
    Ok(code)
}

/// The first line that a program prints of its version.
fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
