//! A real shared cache: nginx with `proxy_cache`, which keeps what the server's own headers allow and nothing else.

use crate::cx::Cx;
use gauntlet_probe::{Guard, Manifest, Role, RunningTarget, Target, free_port};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An nginx that stands before a server; killed when this is dropped.
pub(crate) struct Nginx {
    running: RunningTarget,
}

/// The nginx of this machine.
#[must_use]
pub fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("nginx")).find(|program| program.is_file())
}

impl Nginx {
    pub(super) async fn start(cx: &Cx, program: &Path, server: &str) -> Result<Self, String> {
        let folder = cx.world.folder.join(format!("{}.nginx", cx.check.id));
        Self::configured(folder, program, |port| configuration(port, server)).await
    }

    /// An nginx with a configuration of the caller's own for a port, in which [`READY`] must be answered by itself.
    pub(crate) async fn configured(
        folder: PathBuf,
        program: &Path,
        configuration: impl Fn(u16) -> String,
    ) -> Result<Self, String> {
        let told = |error: &dyn std::error::Error| error.to_string();
        std::fs::create_dir_all(&folder).map_err(|error| told(&error))?;
        let folder = std::path::absolute(folder).map_err(|error| told(&error))?;
        let port = free_port().map_err(|error| told(&error))?;
        let file = folder.join("nginx.conf");
        std::fs::write(&file, configuration(port)).map_err(|error| told(&error))?;
        let words = [
            program,
            Path::new("-p"),
            &folder,
            Path::new("-c"),
            &file,
            Path::new("-e"),
            Path::new("error.log"),
        ];
        let command = words.iter().map(|word| word.display().to_string()).collect();
        let mut manifest = Manifest::for_command(command, Role::Server);
        manifest.url = format!("http://127.0.0.1:{port}");
        // Answered by nginx itself: the server must not be asked before the scenario begins.
        manifest.ready.path = READY.into();
        manifest.ready.timeout = Duration::from_secs(10);
        let log = folder.join("nginx.log");
        let running = Target::start(&manifest, &BTreeMap::new(), &log, &Guard::start()).await;
        Ok(Self { running: running.map_err(|error| told(&error))? })
    }

    pub(crate) fn url(&self) -> String {
        self.running.base_url().to_owned()
    }
}

/// A path that nginx itself answers.
const READY: &str = "/.gauntlet-ready";

/// What is configured besides passing everything on: lines of `http`, of `server` and of the one `location`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Besides {
    http: &'static str,
    server: &'static str,
    location: &'static str,
}

/// A shared cache. No `proxy_cache_valid`: how long an answer is kept is for its own headers to say.
const CACHE: Besides = Besides {
    http: "
  proxy_cache_path cache keys_zone=shared:1m;",
    server: "
    large_client_header_buffers 8 64k;",
    location: "
      proxy_buffer_size 64k;
      proxy_buffers 8 64k;
      proxy_busy_buffers_size 128k;
      proxy_cache shared;
      proxy_cache_key $scheme$host$request_uri;
      add_header X-Cache-Status $upstream_cache_status always;",
};

fn configuration(port: u16, server: &str) -> String {
    passing_on(port, server, CACHE)
}

/// An nginx on `port` that passes everything on to `server` and is otherwise as whoever installs it has it.
pub(crate) fn passing_on(port: u16, server: &str, besides: Besides) -> String {
    let server = server.trim_end_matches('/');
    // The path of a base URL takes the place of the slash that the location is; without one, nothing is rewritten.
    let slash = if server.matches('/').count() > 2 { "/" } else { "" };
    let Besides { http, server: of_server, location } = besides;
    format!(
        "daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path body;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  proxy_temp_path proxy;{http}
  server {{
    listen 127.0.0.1:{port};{of_server}
    location = {READY} {{ return 204; }}
    location / {{
      proxy_pass {server}{slash};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection \"\";{location}
    }}
  }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_reach_the_server_as_they_came() {
        for (server, passed) in [
            ("http://127.0.0.1:4021", "proxy_pass http://127.0.0.1:4021;"),
            ("http://127.0.0.1:4021/", "proxy_pass http://127.0.0.1:4021;"),
            ("http://127.0.0.1:4021/shop/", "proxy_pass http://127.0.0.1:4021/shop/;"),
        ] {
            let file = configuration(8080, server);
            assert!(file.contains(passed), "{file}");
            assert!(!file.contains("proxy_cache_valid"), "how long is for the server to say");
        }
    }
    #[test]
    fn no_buffer_is_set_that_nobody_asked_for() {
        let file = passing_on(8080, "http://127.0.0.1:4021", Besides::default());
        assert!(file.contains("proxy_pass http://127.0.0.1:4021;"), "{file}");
        assert!(!file.contains("buffer"), "{file}");
    }
}
