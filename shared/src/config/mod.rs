//! Typed configuration, read once at start and nowhere else.
//!
//! Production reads environment variables alone; local development reads a `.env` file too.
//! `default.toml` lists every variable with its default and its documentation. Each process
//! has a struct of its own that holds what it needs and nothing more: ingress has no field
//! for the client secret or the token key. Missing and invalid variables are reported
//! together, by name, and secrets never print.

mod address;
mod database;
mod dotenv;
mod http;
mod policy;
mod problems;
mod reader;
mod reference;
mod slack;
mod source;
mod telemetry;
mod variables;
mod worker;

pub use database::{DatabaseConfig, DatabaseTarget, Engine, Tls};
pub use http::HttpConfig;
pub use policy::PolicyConfig;
pub use problems::{ConfigError, Problem};
pub use reference::render as render_reference;
pub use slack::{RotationConfig, SealingConfig, SigningConfig, SlackAppConfig, SlackClientConfig};
pub use source::Source;
pub use telemetry::{LogLevel, TelemetryConfig};
pub use variables::{Ignored, Process, REFERENCE, Reference, Variable};
pub use worker::WorkerConfig;

use reader::Reader;

/// A configuration, and what an operator should be told about it.
#[derive(Debug, Clone)]
pub struct Loaded<C> {
    /// The configuration.
    pub config: C,
    /// One sentence each, to be logged at start.
    pub warnings: Vec<String>,
}

/// What ingress needs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each section says what it is")]
pub struct IngressConfig {
    pub database: DatabaseConfig,
    pub signing: SigningConfig,
    pub app: SlackAppConfig,
    pub policy: PolicyConfig,
    pub http: HttpConfig,
    pub telemetry: TelemetryConfig,
}

/// What a worker needs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each section says what it is")]
pub struct WorkerProcessConfig {
    pub database: DatabaseConfig,
    pub app: SlackAppConfig,
    pub client: SlackClientConfig,
    pub sealing: SealingConfig,
    pub policy: PolicyConfig,
    pub worker: WorkerConfig,
    pub telemetry: TelemetryConfig,
}

/// What `syncbot run` needs: both halves, one database.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each half says what it is")]
pub struct RunConfig {
    pub ingress: IngressConfig,
    pub worker: WorkerProcessConfig,
}

/// What `syncbot migrate` needs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each section says what it is")]
pub struct MigrateConfig {
    pub database: DatabaseConfig,
    pub telemetry: TelemetryConfig,
}

/// What `syncbot queue`, `channel` and `audit` need.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the section says what it is")]
pub struct QueueConfig {
    pub database: DatabaseConfig,
}

/// What `syncbot sweep` needs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the section says what it is")]
pub struct SweepConfig {
    pub database: DatabaseConfig,
    /// Days until what an uninstalled workspace had is removed for good.
    pub retention_days: u32,
}

/// What `syncbot rotate-key` needs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the sections say what they are")]
pub struct RotateKeyConfig {
    pub database: DatabaseConfig,
    pub rotation: RotationConfig,
}

impl IngressConfig {
    /// Reads and checks everything that ingress needs.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::Ingress, source, Self::read)
    }

    fn read(reader: &mut Reader) -> Option<Self> {
        let database = DatabaseConfig::read(reader);
        let signing = SigningConfig::read(reader);
        let app = SlackAppConfig::read(reader);
        let policy = PolicyConfig::read(reader);
        let http = HttpConfig::read(reader);
        let telemetry = TelemetryConfig::read(reader);
        Some(Self {
            database: database?,
            signing,
            app: app?,
            policy,
            http: http?,
            telemetry: telemetry?,
        })
    }
}

impl WorkerProcessConfig {
    /// Reads and checks everything that a worker needs.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::Worker, source, Self::read)
    }

    fn read(reader: &mut Reader) -> Option<Self> {
        let database = DatabaseConfig::read(reader);
        let app = SlackAppConfig::read(reader);
        let client = SlackClientConfig::read(reader);
        let sealing = SealingConfig::read(reader);
        let policy = PolicyConfig::read(reader);
        let worker = WorkerConfig::read(reader);
        let telemetry = TelemetryConfig::read(reader);
        Some(Self {
            database: database?,
            app: app?,
            client: client?,
            sealing: sealing?,
            policy,
            worker: worker?,
            telemetry: telemetry?,
        })
    }
}

impl RunConfig {
    /// Reads and checks everything that `syncbot run` needs.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::Run, source, |reader| {
            let (ingress, worker) =
                (IngressConfig::read(reader), WorkerProcessConfig::read(reader));
            Some(Self { ingress: ingress?, worker: worker? })
        })
    }
}

impl MigrateConfig {
    /// Reads and checks everything that `syncbot migrate` needs.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::Migrate, source, |reader| {
            let (database, telemetry) =
                (DatabaseConfig::read(reader), TelemetryConfig::read(reader));
            Some(Self { database: database?, telemetry: telemetry? })
        })
    }
}

impl QueueConfig {
    /// Reads and checks everything that `syncbot queue` needs.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::Queue, source, |reader| {
            Some(Self { database: DatabaseConfig::read(reader)? })
        })
    }
}

impl SweepConfig {
    /// Reads and checks the database and how long workspaces may come back.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::Sweep, source, |reader| {
            let (database, retention_days) =
                (DatabaseConfig::read(reader), reader.retention_days());
            Some(Self { database: database?, retention_days: retention_days? })
        })
    }
}

impl RotateKeyConfig {
    /// Reads and checks the database and both passphrases.
    pub fn load(source: Source) -> Result<Loaded<Self>, ConfigError> {
        load(Process::RotateKey, source, |reader| {
            let (database, rotation) = (DatabaseConfig::read(reader), RotationConfig::read(reader));
            Some(Self { database: database?, rotation: rotation? })
        })
    }
}

fn load<C>(
    process: Process,
    source: Source,
    read: impl FnOnce(&mut Reader) -> Option<C>,
) -> Result<Loaded<C>, ConfigError> {
    let mut reader = Reader::new(process, source);
    let config = read(&mut reader);
    let mut warnings = reader.finish()?;
    // `syncbot run` reads some sections twice, once for each half.
    let mut said = std::collections::BTreeSet::new();
    warnings.retain(|warning| said.insert(warning.clone()));
    let config = config.expect("a section is absent only when a problem was reported");
    Ok(Loaded { config, warnings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    /// Everything that production wants.
    pub(super) const PRODUCTION: [(&str, &str); 9] = [
        ("DATABASE_URL", "sqlite:///x.sqlite3"),
        ("SLACK_SIGNING_SECRET", "signing secret of the test"),
        ("SLACK_CLIENT_ID", "1.2"),
        ("SLACK_CLIENT_SECRET", "client secret of the test"),
        ("SLACK_BOT_SCOPES", "chat:write"),
        ("SLACK_USER_SCOPES", "chat:write"),
        ("TOKEN_ENCRYPTION_KEY", "token key of the test"),
        ("TOKEN_ENCRYPTION_KEY_PREVIOUS", "token key before the test"),
        ("SYNCBOT_PUBLIC_URL", "https://sync.example.org/"),
    ];

    fn with(changes: &[(&str, &str)]) -> Source {
        let mut values: Vec<(&str, &str)> = PRODUCTION.to_vec();
        for (name, value) in changes {
            values.retain(|(known, _)| known != name);
            values.push((name, value));
        }
        Source::fixed(values)
    }

    fn subjects(error: &ConfigError) -> Vec<&str> {
        error.problems.iter().map(Problem::subject).collect()
    }

    #[test]
    fn every_missing_variable_is_named_at_once_in_the_order_of_the_documentation() {
        let error = RunConfig::load(Source::default()).expect_err("nothing is set");
        let wanted = [
            "DATABASE_HOST",
            "DATABASE_USER",
            "DATABASE_PASSWORD",
            "DATABASE_SCHEMA",
            "SLACK_SIGNING_SECRET",
            "SLACK_CLIENT_ID",
            "SLACK_CLIENT_SECRET",
            "SLACK_BOT_SCOPES",
            "SLACK_USER_SCOPES",
            "TOKEN_ENCRYPTION_KEY",
            "SYNCBOT_PUBLIC_URL",
        ];
        assert_eq!(subjects(&error), wanted);
    }

    #[test]
    fn a_process_refuses_to_start_without_what_it_requires_and_with_nothing_else_missing() {
        let load = |process, source| match process {
            Process::Ingress => IngressConfig::load(source).err(),
            Process::Worker => WorkerProcessConfig::load(source).err(),
            Process::Run => RunConfig::load(source).err(),
            Process::Migrate => MigrateConfig::load(source).err(),
            Process::Queue => QueueConfig::load(source).err(),
            Process::Sweep => SweepConfig::load(source).err(),
            Process::RotateKey => RotateKeyConfig::load(source).err(),
        };
        for process in Process::ALL {
            assert_eq!(load(process, with(&[])), None, "{process}");
            for variable in REFERENCE.variable.iter().filter(|variable| variable.required) {
                let error = load(process, with(&[(&variable.name, " ")]));
                let named: Vec<&str> = error.as_ref().map(subjects).unwrap_or_default();
                let wanted: &[&str] =
                    if variable.used_by.contains(&process) { &[&variable.name] } else { &[] };
                assert_eq!(named, wanted, "{process} without {}", variable.name);
            }
        }
    }

    #[test]
    fn invalid_values_are_refused_by_name_and_never_quoted() {
        for (name, bad) in [
            ("TOKEN_ENCRYPTION_KEY", "hunter2"),
            ("TOKEN_ENCRYPTION_KEY", "changeme"),
            ("SLACK_BOT_SCOPES", "chat:write,,x y"),
            ("SLACK_API_URL", "http://hunter2.example"),
            ("SYNCBOT_PUBLIC_URL", "https://user:hunter2@h/"),
            ("SYNCBOT_PUBLIC_URL", "http://h"),
            ("SYNCBOT_PUBLIC_URL", "https://h/path"),
            ("PRIMARY_WORKSPACE", "hunter2"),
            ("SOFT_DELETE_RETENTION_DAYS", "30 days"),
            ("SOFT_DELETE_RETENTION_DAYS", "0"),
            ("SYNCBOT_INSTANCE_ID", "a b"),
            ("FEDERATION_HTTP_MAX_MB", "-1"),
            ("LOG_LEVEL", "loud"),
            ("SYNCBOT_BIND_ADDRESS", "everywhere"),
            ("SYNCBOT_WORKER_CONCURRENCY", "1"),
            ("SYNCBOT_WORKER_LEASE_SECONDS", "1"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
            ("SYNCBOT_FEDERATION_ENABLED", "true"),
        ] {
            let error = RunConfig::load(with(&[(name, bad)])).expect_err(name);
            assert_eq!(subjects(&error), [name], "{bad}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn local_development_turns_missing_secrets_into_warnings_and_nothing_else() {
        let local = [("LOCAL_DEVELOPMENT", "true"), ("DATABASE_URL", "sqlite:///x.sqlite3")];
        let Loaded { config, warnings } =
            RunConfig::load(Source::fixed(local)).expect("enough for a developer");
        for name in REFERENCE
            .variable
            .iter()
            .filter(|variable| variable.required)
            .map(|variable| &variable.name)
        {
            assert!(
                warnings.iter().any(|warning| warning.contains(name.as_str())),
                "{name}: {warnings:?}"
            );
        }
        assert!(config.ingress.http.bind.ip().is_loopback());
        assert!(config.ingress.signing.secrets.is_empty());
        assert!(config.ingress.telemetry.readable);
        let error = RunConfig::load(Source::fixed([("LOCAL_DEVELOPMENT", "true")]))
            .expect_err("no database");
        assert_eq!(
            subjects(&error),
            ["DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_SCHEMA"]
        );
        let bound = with(&[("LOCAL_DEVELOPMENT", "true"), ("SYNCBOT_BIND_ADDRESS", "192.0.2.1")]);
        assert_eq!(
            RunConfig::load(bound).expect("valid").config.ingress.http.bind.to_string(),
            "192.0.2.1:3000"
        );
    }

    #[test]
    fn defaults_and_oddities_are_those_of_the_contract() {
        let config = RunConfig::load(with(&[])).expect("valid").config;
        assert_eq!(config.ingress.http.bind.to_string(), "0.0.0.0:3000");
        assert_eq!(config.ingress.http.slack_body_limit, 1024 * 1024);
        assert!(config.worker.policy.require_admin);
        assert_eq!(config.worker.policy.retention_days, Some(30));
        assert_eq!(config.ingress.policy.retention_days, Some(30));
        assert_eq!(config.worker.policy.primary_workspace, None);
        assert!(!config.worker.policy.database_reset);
        assert_eq!(config.worker.client.api_url.as_str(), "https://slack.com/api/");
        assert!(config.worker.client.single_workspace_token.is_none());
        assert_eq!(config.worker.telemetry.log_level, LogLevel::Info);

        let odd = with(&[
            ("PORT", "http"),
            ("REQUIRE_ADMIN", "no"),
            ("ENABLE_DB_RESET", "YES"),
            ("LOG_LEVEL", "critical"),
        ]);
        let Loaded { config, warnings } = RunConfig::load(odd).expect("valid");
        assert_eq!(config.ingress.http.bind.port(), 3000);
        assert!(!config.worker.policy.require_admin && config.worker.policy.database_reset);
        assert!(warnings.iter().any(|warning| warning.starts_with("PORT")), "{warnings:?}");
        assert!(
            warnings.iter().any(|warning| warning.starts_with("REQUIRE_ADMIN")),
            "{warnings:?}"
        );
    }

    /// The deployment contract, row by row. `None`: it has no default, or one that depends on others.
    const CONTRACT: [(&str, Option<&str>); 26] = [
        ("DATABASE_BACKEND", Some("mysql")),
        ("DATABASE_URL", None),
        ("DATABASE_HOST", None),
        ("DATABASE_USER", None),
        ("DATABASE_PASSWORD", None),
        ("DATABASE_SCHEMA", None),
        ("DATABASE_PORT", None),
        ("DATABASE_TLS_ENABLED", Some("true")),
        ("DATABASE_SSL_CA_PATH", None),
        ("SLACK_SIGNING_SECRET", None),
        ("SLACK_CLIENT_ID", None),
        ("SLACK_CLIENT_SECRET", None),
        ("SLACK_BOT_SCOPES", None),
        ("SLACK_USER_SCOPES", None),
        ("TOKEN_ENCRYPTION_KEY", None),
        ("SLACK_BOT_TOKEN", None),
        ("REQUIRE_ADMIN", Some("true")),
        ("PRIMARY_WORKSPACE", None),
        ("ENABLE_DB_RESET", Some("false")),
        ("LOCAL_DEVELOPMENT", Some("false")),
        ("LOG_LEVEL", Some("INFO")),
        ("PORT", Some("3000")),
        ("SOFT_DELETE_RETENTION_DAYS", Some("30")),
        ("SYNCBOT_FEDERATION_ENABLED", Some("false")),
        ("SYNCBOT_PUBLIC_URL", None),
        ("FEDERATION_HTTP_MAX_MB", Some("0")),
    ];

    #[test]
    fn the_reference_has_every_row_of_the_contract_and_is_written_down() {
        for (name, default) in CONTRACT {
            assert_eq!(REFERENCE.of(name).default.as_deref(), default, "{name}");
        }
        assert_eq!(REFERENCE.of("SYNCBOT_INSTANCE_ID").default, None);
        let written = include_str!("../../../docs/CONFIG.md");
        assert!(
            written == render_reference(),
            "docs/CONFIG.md is stale: `cargo xtask docs` writes it anew"
        );
        for variable in &REFERENCE.variable {
            assert!(written.contains(&format!("| `{}` |", variable.name)), "{}", variable.name);
        }
    }

    #[test]
    fn a_bot_token_counts_in_local_development_alone_and_only_when_it_is_real() {
        let token = |local, token| {
            let source = with(&[("LOCAL_DEVELOPMENT", local), ("SLACK_BOT_TOKEN", token)]);
            RunConfig::load(source).expect("valid").config.worker.client.single_workspace_token
        };
        let real = token("true", "xoxb-1-2").expect("a real one");
        assert_eq!(real.expose_secret(), "xoxb-1-2");
        assert!(token("true", "xoxb-0-0").is_none());
        assert!(token("true", "placeholder").is_none());
        assert!(token("false", "xoxb-1-2").is_none());
    }

    #[test]
    fn ingress_is_told_to_go_without_secrets_that_it_has_no_use_for() {
        let Loaded { config, warnings } = IngressConfig::load(with(&[])).expect("valid");
        let named = |name: &str| warnings.iter().any(|warning| warning.contains(name));
        assert!(named("SLACK_CLIENT_SECRET") && named("TOKEN_ENCRYPTION_KEY"), "{warnings:?}");
        assert!(!format!("{config:?}").contains("of the test"), "a secret shows");
    }

    #[test]
    fn two_signing_secrets_are_accepted_the_current_one_first() {
        let source = with(&[("SLACK_SIGNING_SECRET_PREVIOUS", "older")]);
        let secrets = IngressConfig::load(source).expect("valid").config.signing.secrets;
        let secrets: Vec<&str> = secrets.iter().map(secrecy::SecretString::expose_secret).collect();
        assert_eq!(secrets, ["signing secret of the test", "older"]);
    }

    #[test]
    fn no_secret_has_a_default_and_secrets_never_show_in_debug_output() {
        for variable in &REFERENCE.variable {
            assert!(!variable.secret || variable.default.is_none(), "{}", variable.name);
        }
        let shown = format!("{:?}", RunConfig::load(with(&[])).expect("valid"));
        assert!(!shown.contains("of the test"), "{shown}");
    }

    #[test]
    fn variables_of_other_releases_are_ignored_with_a_warning() {
        let warnings = RunConfig::load(with(&[("FILE_CHUNK_MB", "4")])).expect("valid").warnings;
        assert!(
            warnings.iter().any(|warning| warning.starts_with("FILE_CHUNK_MB is ignored")),
            "{warnings:?}"
        );
    }
}
