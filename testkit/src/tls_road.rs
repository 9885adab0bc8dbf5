//! An encrypted road to a server that offers none itself, with a certificate from an authority of our own:
//! what a client sees is a server with TLS.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use shared::db::Engine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Accepts TLS as PostgreSQL or MySQL does, and forwards in the clear.
#[derive(Debug)]
pub struct TlsRoad {
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl TlsRoad {
    /// An encrypted road to `server`, with a certificate for `name`.
    pub async fn to(engine: Engine, server: String, name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let acceptor = acceptor(name, &folder.path().join("ca.pem"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, server) = (acceptor.clone(), server.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(server).await?;
                    match engine {
                        Engine::Postgres => postgres(client, server, acceptor).await,
                        Engine::MySql => mysql(client, server, acceptor).await,
                        Engine::Sqlite => unreachable!("SQLite has no server"),
                    }
                });
            }
        });
        Self { address, folder }
    }

    /// Where clients connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The authority's certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

/// Makes an authority, and a certificate from it.
fn acceptor(name: &str, authority: &Path) -> TlsAcceptor {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
    std::fs::write(authority, issuer.pem()).expect("written");

    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, &issuer).expect("signed");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider supports them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("key and certificate belong together");
    TlsAcceptor::from(Arc::new(config))
}

/// A client asks for TLS first (postgresql.org/docs/current/protocol-message-formats.html, `SSLRequest`).
async fn postgres(
    mut client: TcpStream,
    mut server: TcpStream,
    acceptor: TlsAcceptor,
) -> std::io::Result<()> {
    let mut request = [0; 8];
    client.read_exact(&mut request).await?;
    assert_eq!(request, [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f], "an SSLRequest comes first");
    client.write_all(b"S").await?;
    let mut client = acceptor.accept(client).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// The server speaks first and tells that it has TLS; the client's answer to that is one packet, which the
/// real server never sees, so the numbers of packets differ by one until the client is let in
/// (dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html).
async fn mysql(
    mut client: TcpStream,
    mut server: TcpStream,
    acceptor: TlsAcceptor,
) -> std::io::Result<()> {
    const CLIENT_SSL: u8 = 0x08;
    let (number, mut greeting) = read_packet(&mut server).await?;
    let version_end = greeting.iter().position(|byte| *byte == 0).expect("the version ends");
    // Thread id, first part of the scramble, filler; then the lower flags, whose second byte has TLS.
    greeting[version_end + 1 + 4 + 8 + 1 + 1] |= CLIENT_SSL;
    write_packet(&mut client, number, &greeting).await?;
    read_packet(&mut client).await?;
    let mut client = acceptor.accept(client).await?;

    let (number, mut answer) = read_packet(&mut client).await?;
    answer[1] &= !CLIENT_SSL;
    write_packet(&mut server, number - 1, &answer).await?;
    loop {
        let (number, packet) = read_packet(&mut server).await?;
        write_packet(&mut client, number + 1, &packet).await?;
        if matches!(packet.first(), Some(0x00 | 0xff)) {
            return tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop);
        }
        let (number, packet) = read_packet(&mut client).await?;
        write_packet(&mut server, number - 1, &packet).await?;
    }
}

async fn read_packet<S: tokio::io::AsyncRead + Unpin>(
    stream: &mut S,
) -> std::io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let mut payload =
        vec![0; usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16];
    stream.read_exact(&mut payload).await?;
    Ok((head[3], payload))
}

async fn write_packet<S: tokio::io::AsyncWrite + Unpin>(
    stream: &mut S,
    number: u8,
    payload: &[u8],
) -> std::io::Result<()> {
    let [a, b, c, _] = u32::try_from(payload.len()).expect("a small packet").to_le_bytes();
    stream.write_all(&[&[a, b, c, number], payload].concat()).await?;
    stream.flush().await
}
