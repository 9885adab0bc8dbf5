//! A road to a database server on which things go wrong: it closes, connections are cut, also in the middle
//! of a transaction, and the server at its end no longer takes writes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections while the road is open.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    road: Arc<Road>,
}

#[derive(Debug)]
struct Road {
    open: watch::Sender<bool>,
    /// Rises when every connection is to be cut.
    cut: watch::Sender<u64>,
    hazards: Mutex<Hazards>,
}

#[derive(Debug, Default)]
struct Hazards {
    read_only: bool,
    every: u32,
    transactions: u32,
    cuts_left: u32,
}

/// Where in a transaction a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// After its first statement.
    BetweenStatements,
    /// The server never hears of the commit.
    BeforeCommit,
    /// The server commits, and nobody learns of it.
    AfterCommit,
}

/// What a connection of the product says of itself at first, and what the server hears instead when it is
/// to take no writes. A server that became a replica refuses writes with the same errors.
const READ_ONLY: [(&[u8], &[u8]); 2] = [
    (
        b"SET idle_in_transaction_session_timeout = '15s'",
        b"SET default_transaction_read_only = on         ",
    ),
    (
        b"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        b"SET SESSION TRANSACTION READ ONLY                     ",
    ),
];

impl Proxy {
    /// Begins to forward to `server`, such as `127.0.0.1:5432`.
    pub async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let road = Arc::new(Road {
            open: watch::Sender::new(true),
            cut: watch::Sender::new(0),
            hazards: Mutex::default(),
        });
        let forwarding = Arc::clone(&road);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server.clone(), Arc::clone(&forwarding)));
            }
        });
        Self { address, road }
    }

    /// Where clients connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Cuts every connection, and each new one at once.
    pub fn close(&self) {
        self.road.open.send_replace(false);
    }

    /// Lets connections through again.
    pub fn reopen(&self) {
        self.road.open.send_replace(true);
    }

    /// Cuts every connection once, as a server does that restarts.
    pub fn cut_all(&self) {
        self.road.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Cuts so many connections, one in every `every` transactions: between two statements, before the
    /// commit, and after the commit before its answer, in turn.
    pub fn cut_transactions(&self, every: u32, cuts: u32) {
        self.road.hazards(|hazards| (hazards.every, hazards.cuts_left) = (every, cuts));
    }

    /// How many cuts are still to come.
    pub fn cuts_left(&self) -> u32 {
        self.road.hazards(|hazards| hazards.cuts_left)
    }

    /// Whether connections that are made from now on may only read. A failover cuts the others, too.
    pub fn read_only(&self, read_only: bool) {
        self.road.hazards(|hazards| hazards.read_only = read_only);
    }
}

impl Road {
    fn hazards<T>(&self, look: impl FnOnce(&mut Hazards) -> T) -> T {
        look(&mut self.hazards.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What befalls a transaction that begins now.
    fn next_cut(&self) -> Option<Cut> {
        self.hazards(|hazards| {
            if hazards.cuts_left == 0 {
                return None;
            }
            hazards.transactions += 1;
            if hazards.transactions % hazards.every != 0 {
                return None;
            }
            let cuts = [Cut::BetweenStatements, Cut::BeforeCommit, Cut::AfterCommit];
            hazards.cuts_left -= 1;
            Some(cuts[hazards.cuts_left as usize % cuts.len()])
        })
    }
}

async fn forward(client: TcpStream, server: String, road: Arc<Road>) {
    let (mut open, mut cut) = (road.open.subscribe(), road.cut.subscribe());
    if !*open.borrow_and_update() {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        // Whatever ends it, both sides are closed.
        _ = carry(client.into_split(), server.into_split(), &road) => {}
        _ = open.wait_for(|open| !open) => {}
        _ = cut.changed() => {}
    }
}

type Halves = (OwnedReadHalf, OwnedWriteHalf);

/// Carries both ways until one side ends, or the connection is cut.
async fn carry(client: Halves, server: Halves, road: &Road) -> std::io::Result<()> {
    const BUFFER: usize = 64 * 1024;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client, server);
    let (mut up, mut down) = (vec![0; BUFFER], vec![0; BUFFER]);
    let mut transaction = Transaction::default();
    loop {
        tokio::select! {
            received = from_client.read(&mut up) => {
                let request = &mut up[..received?];
                if request.is_empty() || transaction.is_cut_at(request, road) {
                    return Ok(());
                }
                if road.hazards(|hazards| hazards.read_only) {
                    refuse_writes(request);
                }
                to_server.write_all(request).await?;
            }
            answered = from_server.read(&mut down) => {
                let answer = &down[..answered?];
                if answer.is_empty() || transaction.answer_is_lost {
                    return Ok(());
                }
                to_client.write_all(answer).await?;
            }
        }
    }
}

fn refuse_writes(request: &mut [u8]) {
    for (said, heard) in READ_ONLY {
        if let Some(at) = request.windows(said.len()).position(|window| window == said) {
            request[at..at + said.len()].copy_from_slice(heard);
        }
    }
}

/// What is known of a connection's transaction. The product begins and ends one by a text of its own.
#[derive(Debug, Default)]
struct Transaction {
    cut: Option<Cut>,
    requests: u32,
    answer_is_lost: bool,
}

impl Transaction {
    fn is_cut_at(&mut self, request: &[u8], road: &Road) -> bool {
        let text = request.strip_suffix(b"\0").unwrap_or(request);
        if text.ends_with(b"BEGIN") {
            *self = Self { cut: road.next_cut(), ..Self::default() };
            return false;
        }
        self.requests += 1;
        let commits = text.ends_with(b"COMMIT");
        self.answer_is_lost = commits && self.cut == Some(Cut::AfterCommit);
        match self.cut {
            // A transaction without a second statement is cut before its commit.
            Some(Cut::BetweenStatements) => self.requests > 1,
            Some(Cut::BeforeCommit) => commits,
            Some(Cut::AfterCommit) | None => false,
        }
    }
}
