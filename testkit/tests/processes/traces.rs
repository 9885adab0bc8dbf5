//! Traces: from the request that brought an event, through the queue, to the call that delivered it.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use testkit::{Engine, PATIENCE, Process, TestDatabase, Town};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// All spans so far, each with its process.
type Spans = Arc<watch::Sender<Vec<(String, Span)>>>;

/// Receives spans over OTLP/HTTP (opentelemetry.io/docs/specs/otlp), each with its process's name.
struct Collector {
    url: String,
    spans: Spans,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let spans = Arc::new(watch::Sender::new(Vec::new()));
        let router =
            Router::new().route("/v1/traces", post(receive)).with_state(Arc::clone(&spans));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, spans }
    }

    /// Waits for the spans of one name.
    async fn spans_named(&self, name: &str, count: usize) -> Vec<(String, Span)> {
        let named = |spans: &Vec<(String, Span)>| -> Vec<(String, Span)> {
            spans.iter().filter(|(_, span)| span.name == name).cloned().collect()
        };
        let mut arriving = self.spans.subscribe();
        let found = async {
            let spans = arriving.wait_for(|spans| named(spans).len() >= count).await;
            named(&spans.expect("it collects"))
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .unwrap_or_else(|_| panic!("{count} spans `{name}` were expected"))
    }
}

async fn receive(State(spans): State<Spans>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("a valid request");
    for resource in request.resource_spans {
        let service = format!("{:?}", resource.resource.expect("spans have a process").attributes);
        let new = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.send_modify(|spans| spans.extend(new.map(|span| (service.clone(), span))));
    }
}

#[tokio::test]
async fn a_job_links_to_the_request_that_enqueued_it_and_holds_the_call_that_it_made() {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 1).await;
    let collector = Collector::start().await;
    let mut variables = town.variables();
    variables.push(("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url));
    let mut ingress = Process::start("syncbot-ingress", &[], variables.clone());
    town.listen_at(&ingress.line_with("listening").await).await;
    let worker = Process::start("syncbot-worker", &[], variables);
    town.says(0, "a text that no trace may hold");
    town.slack
        .wait_until(|_| !town.texts_in_target(0).is_empty(), PATIENCE)
        .await
        .expect("it arrives");
    // What is left is sent at the end.
    for process in [worker, ingress] {
        let (status, output) = process.stop().await;
        assert!(status.success(), "{output}");
    }

    let requests = collector.spans_named("http.request", 1).await;
    let jobs = collector.spans_named("job.run", 2).await;
    let posts = collector.spans_named("slack.chat.postMessage", 1).await;
    let linked = |job: &Span, to: &Span| {
        job.links.iter().any(|link| link.trace_id == to.trace_id && link.span_id == to.span_id)
    };
    let (_, route) = jobs
        .iter()
        .find(|(_, job)| requests.iter().any(|(_, request)| linked(job, request)))
        .expect("a job of a request");
    let (service, deliver) =
        jobs.iter().find(|(_, job)| linked(job, route)).expect("a job of that job");
    assert!(
        posts.iter().any(|(_, call)| call.parent_span_id == deliver.span_id),
        "the call belongs to the job that made it"
    );
    assert!(
        service.contains("syncbot-worker") && requests[0].0.contains("syncbot-ingress"),
        "{service}"
    );
    let everything = format!("{:?}", collector.spans.borrow());
    for hidden in ["no trace may hold", "xoxb", "hidden", "Ada"] {
        assert!(!everything.contains(hidden), "`{hidden}` is in a trace");
    }
}
