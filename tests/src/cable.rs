//! The cable between the service and its database, which a test cuts and mends.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use crate::wire::copy;

/// A cable. It lies there as long as the test's process runs.
pub struct Cable {
    /// The address of the database over the cable.
    pub url: String,
    ends: Arc<Mutex<Ends>>,
}

/// Whether it is whole, and everything that goes through it.
#[derive(Default)]
struct Ends {
    cut: bool,
    streams: Vec<TcpStream>,
}

impl Cable {
    /// Lays one to the database at `url` (`postgres://user@127.0.0.1:PORT/name`).
    pub fn to(url: &str) -> anyhow::Result<Self> {
        let (before, rest) =
            url.split_once("127.0.0.1:").context("databases of tests are on this machine")?;
        let (port, name) = rest.split_once('/').context("a database has a name")?;
        let port: u16 = port.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("{before}{}/{name}", listener.local_addr()?);
        let ends = Arc::new(Mutex::new(Ends::default()));
        let shared = ends.clone();
        std::thread::spawn(move || {
            for here in listener.incoming().map_while(Result::ok) {
                join(here, port, &mut shared.lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
        Ok(Self { url, ends })
    }

    /// Cuts it: whatever is under way is torn off, and nobody gets through.
    pub fn cut(&self) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.cut = true;
        for stream in ends.streams.drain(..) {
            // The other side may have hung up before.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Mends it.
    pub fn mend(&self) {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).cut = false;
    }
}

/// Joins a caller with the database, unless the cable is cut.
fn join(here: TcpStream, port: u16, ends: &mut Ends) {
    if ends.cut {
        return;
    }
    let Ok(there) = TcpStream::connect(("127.0.0.1", port)) else { return };
    for (from, to) in [(&here, &there), (&there, &here)] {
        let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { return };
        std::thread::spawn(move || copy(from, to, |_| ()));
    }
    ends.streams.extend([here, there]);
}
