//! Checks the address of a database server before anyone connects. What the driver would refuse later, when
//! it could no longer be told from what the server says, is refused here; no text of it is ever quoted.

use url::Url;

use super::Engine;

/// What an address says about the protection of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TlsInUrl {
    /// Whether the server's certificate is verified.
    pub(super) verifies: bool,
    /// Whether it names the authorities to trust.
    pub(super) names_authorities: bool,
}

/// Mode, and whether it verifies (postgresql.org/docs/current/libpq-ssl.html).
const POSTGRES_MODES: [(&str, bool); 6] = [
    ("disable", false),
    ("allow", false),
    ("prefer", false),
    ("require", false),
    ("verify-ca", true),
    ("verify-full", true),
];
/// dev.mysql.com/doc/refman/8.0/en/connection-options.html
const MYSQL_MODES: [(&str, bool); 5] = [
    ("disabled", false),
    ("preferred", false),
    ("required", false),
    ("verify_ca", true),
    ("verify_identity", true),
];

/// What the address says about TLS, if anything, or why it cannot be used.
pub(super) fn check(engine: Engine, url: &Url) -> Result<Option<TlsInUrl>, &'static str> {
    let database = url.path().trim_matches('/');
    let after_host = [database, url.query().unwrap_or_default()];
    if after_host.iter().any(|part| part.contains('@'))
        || database.contains('/')
        || url.fragment().is_some()
    {
        return Err(
            "its password seems to hold special characters; write each `@` in it as %40, `/` as %2F, `?` as %3F, `#` as %23",
        );
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host");
    }
    if database.is_empty() {
        return Err("it names no database after the host");
    }
    if ![url.username(), url.password().unwrap_or_default(), database].into_iter().all(is_text) {
        return Err("user, password or database is not UTF-8 once its % are decoded");
    }
    parameters(engine, url)
}

fn parameters(engine: Engine, url: &Url) -> Result<Option<TlsInUrl>, &'static str> {
    let modes: &[_] = if engine == Engine::Postgres { &POSTGRES_MODES } else { &MYSQL_MODES };
    let (mut verifies, mut names_authorities) = (None, false);
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" | "ssl-mode" => {
                let mode = modes.iter().find(|(mode, _)| value.eq_ignore_ascii_case(mode));
                verifies = Some(mode.ok_or("its `sslmode` is none that the database knows")?.1);
            }
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => names_authorities = true,
            "port" if value.parse::<u16>().is_err() => return Err("its `port` is no port number"),
            "hostaddr" if value.parse::<std::net::IpAddr>().is_err() => {
                return Err("its `hostaddr` is no IP address");
            }
            "statement-cache-capacity" if value.parse::<usize>().is_err() => {
                return Err("its `statement-cache-capacity` is no number");
            }
            _ => {}
        }
    }
    Ok(verifies.map(|verifies| TlsInUrl { verifies, names_authorities }))
}

/// Whether what the `%` stand for is UTF-8.
fn is_text(encoded: &str) -> bool {
    let (mut bytes, mut rest) = (Vec::new(), encoded.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).is_ok()
}
