//! As little of an HTTP/1.1 client as a load needs: what the load spends, the server lacks.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No answer of ours is near that.
const LONGEST_ANSWER: usize = 64 << 10;

/// A connection that is kept alive.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer, as it was found at the beginning of what was received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Bytes of head and body.
    pub(crate) length: usize,
    /// The server ends the connection after it.
    pub(crate) is_last: bool,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(4 << 10) })
    }

    /// Sends one request, head and body; returns the status of its answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        loop {
            if let Some(answer) = parse(&self.received)? {
                self.received.drain(..answer.length);
                if answer.is_last {
                    bail!("the server ends the connection (status {})", answer.status);
                }
                return Ok(answer.status);
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                bail!("the connection ended before its answer");
            }
        }
    }
}

/// Reads the answer at the beginning of `bytes`; `None`: there is more to come.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Answer>> {
    let Some(head_length) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        if bytes.len() > LONGEST_ANSWER {
            bail!("the head of the answer does not end");
        }
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..head_length]).context("the head is not text")?;
    let mut lines = head.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let status = status_line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.with_context(|| format!("no answer of HTTP/1.1: {status_line:?}"))?;
    let (mut body_length, mut is_last) = (None, false);
    for line in lines {
        let (name, value) = line.split_once(':').with_context(|| format!("no header: {line:?}"))?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            body_length = Some(value.parse::<usize>().context("the length is no number")?);
        } else if name.eq_ignore_ascii_case("connection") {
            is_last = value.eq_ignore_ascii_case("close");
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("answers in pieces are not understood here");
        }
    }
    let length = head_length + 4 + body_length.context("the answer does not tell its length")?;
    if length > LONGEST_ANSWER {
        bail!("an answer of {length} bytes");
    }
    Ok((bytes.len() >= length).then_some(Answer { status, length, is_last }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\ndate: Sun, 22 Nov 2026 23:00:00 GMT\r\n\r\n";
    const REFUSED: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length:  5\r\nConnection: close\r\n\r\nsorry";

    #[test]
    fn an_answer_is_read_when_all_of_it_is_there_and_not_before() {
        for whole in [OK, REFUSED] {
            for length in 0..whole.len() {
                assert_eq!(parse(&whole[..length]).expect("no fault"), None, "{length}");
            }
        }
        let ok = Answer { status: 200, length: OK.len(), is_last: false };
        assert_eq!(parse(OK).expect("read"), Some(ok));
        let refused = Answer { status: 503, length: REFUSED.len(), is_last: true };
        assert_eq!(parse(REFUSED).expect("read"), Some(refused));
    }

    #[test]
    fn what_follows_belongs_to_the_next_answer() {
        let both = [OK, REFUSED].concat();
        let first = parse(&both).expect("read").expect("whole");
        assert_eq!((first.status, first.length), (200, OK.len()));
        let second = parse(&both[first.length..]).expect("read").expect("whole");
        assert_eq!(second.status, 503);
    }

    #[test]
    fn other_answers_are_refused() {
        for bytes in [
            &b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 2",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n",
            b"\xff\r\n\r\n",
        ] {
            let read = parse(bytes);
            let is_unfinished = !bytes.ends_with(b"\r\n\r\n");
            assert_eq!(matches!(read, Ok(None)), is_unfinished, "{read:?}");
            assert!(is_unfinished || read.is_err(), "{read:?}");
        }
    }
}
