//! Sends events to ingress over connections that are kept alive, and notes how long each took.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::events::Events;
use crate::http::Connection;
use crate::statistics::{Times, per_second};

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) events: Arc<Events>,
}

/// An event that was answered with 200.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acknowledged {
    pub(crate) number: u64,
    /// When it was to be sent.
    pub(crate) due: Instant,
    /// From then to its answer.
    pub(crate) took: Duration,
}

/// What became of a load.
#[derive(Debug, Default)]
pub(crate) struct Load {
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Numbers of events whose answer never came.
    pub(crate) unanswered: Vec<u64>,
    /// Numbers of events that were answered with another status, by it.
    pub(crate) refused: BTreeMap<u16, Vec<u64>>,
    pub(crate) took: Duration,
}

impl Load {
    pub(crate) fn rate(&self) -> f64 {
        per_second(self.acknowledged.len(), self.took)
    }

    pub(crate) fn times(&self) -> Times {
        self.acknowledged.iter().map(|event| event.took).collect()
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.acknowledged.iter().map(|event| event.number)
    }

    /// What is wrong with it: every request of a healthy run is answered with 200.
    pub(crate) fn problems(&self) -> Vec<String> {
        let refused = self.refused.iter();
        let mut problems: Vec<_> = refused
            .map(|(status, events)| {
                format!("{} requests were answered with {status}", events.len())
            })
            .collect();
        if !self.unanswered.is_empty() {
            problems.push(format!("{} requests were not answered", self.unanswered.len()));
        }
        problems
    }

    fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.unanswered.extend(other.unanswered);
        for (status, events) in other.refused {
            self.refused.entry(status).or_default().extend(events);
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Acknowledged,
    Refused,
    /// The connection has ended.
    Unanswered,
}

/// A connection that was refused does nothing for so long. Slack waits, too, and what is refused is kept.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// One connection, and what it sent.
struct Sender {
    connection: Connection,
    events: Arc<Events>,
    request: Vec<u8>,
    load: Load,
}

impl Sender {
    async fn connect(target: &Target) -> Result<Self> {
        let connection =
            Connection::open(target.address).await.context("ingress cannot be reached")?;
        Ok(Self {
            connection,
            events: target.events.clone(),
            request: Vec::new(),
            load: Load::default(),
        })
    }

    /// Sends an event that was due at `due`.
    async fn send(&mut self, number: u64, due: Instant) -> Sent {
        self.events.request(number, &mut self.request);
        match self.connection.send(&self.request).await {
            Ok(200) => {
                let took = due.elapsed();
                self.load.acknowledged.push(Acknowledged { number, due, took });
                Sent::Acknowledged
            }
            Ok(status) => {
                self.load.refused.entry(status).or_default().push(number);
                Sent::Refused
            }
            Err(_) => {
                self.load.unanswered.push(number);
                Sent::Unanswered
            }
        }
    }
}

/// Each connection sends its next event when the last one was answered, until the time is over or the
/// connection ends.
pub(crate) async fn closed_loop(
    target: &Target,
    connections: usize,
    time: Duration,
) -> Result<Load> {
    let senders = connect(target, connections).await?;
    let began = Instant::now();
    let mut running = JoinSet::new();
    for mut sender in senders {
        running.spawn(async move {
            while began.elapsed() < time {
                let number = sender.events.next();
                // The time begins before the event is made and signed: it costs microseconds.
                match sender.send(number, Instant::now()).await {
                    Sent::Acknowledged => {}
                    Sent::Refused => tokio::time::sleep(REFUSED_PAUSE).await,
                    Sent::Unanswered => break,
                }
            }
            sender.load
        });
    }
    joined(running, began).await
}

/// Events come at a fixed rate whether or not earlier ones were answered, as they do from Slack; each is
/// measured from when it was due, so that a server that stalls is not excused from what came meanwhile.
pub(crate) async fn open_loop(
    target: &Target,
    connections: usize,
    rate: f64,
    time: Duration,
) -> Result<Load> {
    let mut running = JoinSet::new();
    let mut queues = Vec::new();
    for mut sender in connect(target, connections).await? {
        let (due, mut dues) = mpsc::unbounded_channel();
        queues.push(due);
        running.spawn(async move {
            while let Some(due) = dues.recv().await {
                let number = sender.events.next();
                if sender.send(number, due).await == Sent::Unanswered {
                    break;
                }
            }
            sender.load
        });
    }
    let began = Instant::now();
    // A thread of its own: the timer of the runtime knows milliseconds only.
    let pacing = std::thread::spawn(move || pace(&queues, rate, began, time));
    let load = joined(running, began).await;
    let _ = pacing.join();
    load
}

/// Hands the times at which events are due to the connections, one after the other.
fn pace(queues: &[mpsc::UnboundedSender<Instant>], rate: f64, began: Instant, time: Duration) {
    let interval = Duration::from_secs_f64(1.0 / rate);
    let mut due = began;
    for queue in queues.iter().cycle() {
        if due.duration_since(began) >= time {
            return;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        // A connection that ended takes no more.
        let _ = queue.send(due);
        due += interval;
    }
}

/// Sends these events, which were not acknowledged before, over one connection.
pub(crate) async fn send_again(target: &Target, numbers: &[u64]) -> Result<Load> {
    let began = Instant::now();
    let mut sender = Sender::connect(target).await?;
    for number in numbers {
        if sender.send(*number, Instant::now()).await == Sent::Unanswered {
            break;
        }
    }
    Ok(Load { took: began.elapsed(), ..sender.load })
}

async fn connect(target: &Target, connections: usize) -> Result<Vec<Sender>> {
    let mut senders = Vec::with_capacity(connections);
    for _ in 0..connections {
        senders.push(Sender::connect(target).await?);
    }
    Ok(senders)
}

async fn joined(mut running: JoinSet<Load>, began: Instant) -> Result<Load> {
    let mut all = Load::default();
    while let Some(load) = running.join_next().await {
        all.add(load?);
    }
    all.took = began.elapsed();
    Ok(all)
}
