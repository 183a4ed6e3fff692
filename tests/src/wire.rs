//! What leaves a browser: a gate in front of a server that keeps every byte that passes through it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

/// A gate. It goes on as long as the test's process does.
pub struct Wire {
    /// Where the browser goes instead of to the server.
    pub base: String,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Wire {
    /// Opens a gate to the server at `base` (`http://127.0.0.1:PORT`).
    pub fn to(base: &str) -> anyhow::Result<Self> {
        Self::seen_from(Ipv4Addr::LOCALHOST, base)
    }

    /// The same; to the server, whoever passes comes from `address`, one of this machine.
    pub fn seen_from(address: Ipv4Addr, base: &str) -> anyhow::Result<Self> {
        let server: SocketAddr =
            base.strip_prefix("http://").context("servers of tests speak HTTP")?.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let kept = sent.clone();
        std::thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                if let Ok(server) = connect(address, server) {
                    pass(browser, server, kept.clone());
                }
            }
        });
        Ok(Self { base, sent })
    }

    /// Every byte that was sent to the server so far, on all connections, one after the other.
    pub fn sent(&self) -> Vec<u8> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The standard library's own sockets can't choose where they come from.
fn connect(from: Ipv4Addr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = socket.connect(to).await?.into_std()?;
        stream.set_nonblocking(false)?;
        Ok(stream)
    })
}

/// Passes bytes both ways until either side hangs up.
fn pass(browser: TcpStream, server: TcpStream, kept: Arc<Mutex<Vec<u8>>>) {
    let pairs = browser.try_clone().and_then(|other| Ok((other, server.try_clone()?)));
    let Ok((to_browser, from_server)) = pairs else { return };
    std::thread::spawn(move || {
        copy(browser, server, |bytes| {
            kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        });
    });
    std::thread::spawn(move || copy(from_server, to_browser, |_| ()));
}

/// Passes bytes on until either side hangs up, or is torn off.
pub(crate) fn copy(mut from: TcpStream, mut to: TcpStream, seen: impl Fn(&[u8])) {
    let mut buffer = [0; 1 << 14];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        seen(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // The other side may have hung up first.
    let _ = to.shutdown(Shutdown::Both);
}
