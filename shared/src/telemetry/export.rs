//! Sends spans to an OTLP collector over HTTP.

use std::time::Duration;

use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::runtime::Tokio;
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentelemetry_sdk::trace::span_processor_with_async_runtime::BatchSpanProcessor;
use url::Url;

use super::TelemetryError;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Spans go to `<endpoint>/v1/traces` (opentelemetry.io/docs/specs/otlp).
pub(super) fn provider(
    endpoint: &Url,
    service: &'static str,
) -> Result<SdkTracerProvider, TelemetryError> {
    let client = crate::http_client(TIMEOUT).map_err(TelemetryError::Client)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/')))
        .with_timeout(TIMEOUT)
        .build()
        .map_err(TelemetryError::Exporter)?;
    Ok(SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter, Tokio).build())
        .with_resource(Resource::builder_empty().with_service_name(service).build())
        .build())
}
