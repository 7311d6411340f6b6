//! A server that does the same to every connection.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// What is done to a connection. It ends with an error when the other side hangs up, which is what most of these want.
pub(super) type Manner = fn(&mut TcpStream) -> io::Result<()>;

/// Serves a manner, as long as the test binary lives.
pub(super) fn server(manner: Manner) -> String {
    counted(manner).0
}

/// Serves anything, and counts who came.
pub(super) fn counted(
    manner: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (manner, came) = (Arc::new(manner), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&came);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let manner = Arc::clone(&manner);
            thread::spawn(move || manner(&mut stream));
        }
    });
    (url, came)
}

/// Reads a request, as far as it comes at once: enough for a server that does not care.
pub(super) fn heard(stream: &mut TcpStream) -> io::Result<()> {
    let count = stream.read(&mut [0; 65_536])?;
    if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// The same bytes until the other side has enough.
pub(super) fn for_ever(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let many = bytes.repeat((256 * 1024 / bytes.len()).max(1));
    loop {
        stream.write_all(&many)?;
    }
}

/// One byte now and then, until the other side has enough.
pub(super) fn slowly(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    for byte in bytes.iter().cycle() {
        stream.write_all(&[*byte])?;
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

/// A head with these lines.
pub(super) fn head(status: &str, lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{lines}\r\n").into_bytes()
}

/// A whole answer.
pub(super) fn whole(stream: &mut TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    let length = format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    stream.write_all(&[head(status, &length), body.to_vec()].concat())
}
