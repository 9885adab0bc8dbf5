//! A road to a server that can be closed: for databases that go away and come back.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections while the road is open. Closing it cuts those that are there.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    open: Arc<watch::Sender<bool>>,
}

impl Proxy {
    /// Begins to forward to `server`, such as `127.0.0.1:5432`.
    pub async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let open = Arc::new(watch::Sender::new(true));
        let road = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server.clone(), road.subscribe()));
            }
        });
        Self { address, open }
    }

    /// Where clients connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Cuts every connection, and each new one at once.
    pub fn close(&self) {
        self.open.send_replace(false);
    }

    /// Lets connections through again.
    pub fn reopen(&self) {
        self.open.send_replace(true);
    }
}

async fn forward(mut client: TcpStream, server: String, mut road: watch::Receiver<bool>) {
    if !*road.borrow_and_update() {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        // Whatever ends it, both sides are closed.
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = road.wait_for(|open| !open) => {}
    }
}
