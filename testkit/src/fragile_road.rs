//! A road to a database server whose connections fall silent without a word, or whose traveller dies on the
//! way: what a NAT gateway does to connections, and `kill -9` to a process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections.
#[derive(Debug)]
pub struct FragileRoad {
    address: SocketAddr,
    road: Road,
}

#[derive(Debug, Clone)]
struct Road {
    /// Rises when the connections that are there fall silent.
    silences: Arc<watch::Sender<u64>>,
    /// Requests that the traveller still sends.
    requests_left: Arc<AtomicI64>,
    dead: Arc<watch::Sender<bool>>,
}

impl FragileRoad {
    /// Begins to forward to `server`, such as `127.0.0.1:5432`.
    pub async fn to(server: String) -> Self {
        Self::that_dies_after(i64::MAX, server).await
    }

    /// Lets so many requests through. The server gets the last one, nobody hears its answer, and every
    /// connection is cut.
    pub async fn that_dies_after(requests: i64, server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let road = Road {
            silences: Arc::default(),
            requests_left: Arc::new(AtomicI64::new(requests)),
            dead: Arc::default(),
        };
        let forwarding = road.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server.clone(), forwarding.clone()));
            }
        });
        Self { address, road }
    }

    /// Where clients connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on nothing passes over the connections that are there, and nobody is told. New ones work.
    pub fn silence(&self) {
        self.road.silences.send_modify(|silences| *silences += 1);
    }
}

async fn forward(client: TcpStream, server: String, road: Road) {
    let (mut silences, mut dead) = (road.silences.subscribe(), road.dead.subscribe());
    silences.mark_unchanged();
    if *dead.borrow_and_update() {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let size = from_client.read(&mut buffer).await?;
            let left = road.requests_left.fetch_sub(1, Ordering::SeqCst);
            if size == 0 || left <= 0 {
                return std::io::Result::Ok(());
            }
            if left == 1 {
                road.dead.send_replace(true);
            }
            to_server.write_all(&buffer[..size]).await?;
        }
    };
    let silent = tokio::select! {
        biased;
        _ = silences.changed() => true,
        // Whatever else ends it, both sides are closed.
        _ = requests => false,
        _ = dead.wait_for(|dead| *dead) => false,
        _ = tokio::io::copy(&mut from_server, &mut to_client) => false,
    };
    if silent {
        // Both sides stay as they are until the test ends: a peer that is gone says nothing.
        std::future::pending::<()>().await;
    }
}
