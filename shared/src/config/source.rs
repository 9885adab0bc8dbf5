//! Where values come from: the environment; a `.env` file too, in local development; then the defaults.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::dotenv;
use super::problems::Problem;
use super::variables::REFERENCE;

/// Raw texts by variable name, before anything is believed of them.
#[derive(Debug, Clone, Default)]
pub struct Source {
    environment: BTreeMap<String, String>,
    dotenv: BTreeMap<String, String>,
    /// What is wrong with the `.env` file, which is no matter where it is not read.
    dotenv_problems: Vec<Problem>,
    problems: Vec<Problem>,
}

impl Source {
    /// The process's environment and the `.env` file of its working directory.
    pub fn of_process() -> Self {
        let mut source = Self::default();
        for name in known_names() {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the environment"
            )]
            let value = std::env::var_os(name);
            match value.map(std::ffi::OsString::into_string) {
                None => {}
                Some(Ok(text)) => _ = source.environment.insert(name.to_owned(), text),
                Some(Err(_)) => {
                    source.problems.push(Problem::invalid(name, "it is not UTF-8 text"));
                }
            }
        }
        source.read_dotenv(Path::new(".env"));
        source
    }

    /// These values and no others, as tests and the demo want it.
    pub fn fixed<N: Into<String>, V: Into<String>>(
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let environment = values.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { environment: environment.collect(), ..Self::default() }
    }

    fn read_dotenv(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => {
                let why = match error.kind() {
                    ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
                    kind => format!("it cannot be read ({kind})"),
                };
                self.dotenv_problems.push(Problem::file(path, &why));
                return;
            }
        };
        let entries = dotenv::parse(&text);
        self.dotenv.extend(entries.values);
        for line in entries.bad_lines {
            // Never the line itself, which may hold a secret.
            let why = format!("line {line} is not `NAME=value`");
            self.dotenv_problems.push(Problem::file(path, &why));
        }
    }

    /// Puts the sources on top of each other: environment over `.env` over defaults.
    pub(super) fn resolve(self) -> Resolved {
        let Self { environment, dotenv, dotenv_problems, mut problems } = self;
        let local_text = spoken(&environment, LOCAL).or_else(|| spoken(&dotenv, LOCAL));
        let local_development = local_text.is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let mut warnings = Vec::new();
        if local_development {
            problems.extend(dotenv_problems);
        } else if !dotenv.is_empty() || !dotenv_problems.is_empty() {
            warnings.push(format!(
                "the file .env is ignored, because {LOCAL} is not `true`: production reads the environment alone"
            ));
        }

        let defaults = REFERENCE.variable.iter().filter_map(|variable| {
            Some((variable.name.clone(), variable.default_for(local_development)?.to_owned()))
        });
        let mut figment =
            Figment::from(Texts { origin: "the default", values: defaults.collect() });
        if local_development {
            figment = figment.merge(Texts { origin: ".env", values: without_blanks(dotenv) });
        }
        let environment = without_blanks(environment);
        for ignored in &REFERENCE.ignored {
            if environment.contains_key(&ignored.name) {
                warnings.push(format!("{} is ignored: {}", ignored.name, ignored.about));
            }
        }
        figment = figment.merge(Texts { origin: ENVIRONMENT, values: environment });
        let values = figment.extract().expect("texts under plain names always merge into texts");
        Resolved { figment, values, local_development, warnings, problems }
    }
}

/// One value for each variable that has one.
pub(super) struct Resolved {
    figment: Figment,
    values: BTreeMap<String, String>,
    pub(super) local_development: bool,
    pub(super) warnings: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

impl Resolved {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether somebody set it, rather than the default.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.figment.find_metadata(name).is_some_and(|metadata| metadata.name != "the default")
    }

    /// "`.env`" or nothing: the environment is what everyone expects.
    pub(super) fn origin(&self, name: &str) -> Option<String> {
        let metadata = self.figment.find_metadata(name)?;
        (metadata.name != ENVIRONMENT).then(|| metadata.name.to_string())
    }
}

pub(super) const LOCAL: &str = "LOCAL_DEVELOPMENT";
const ENVIRONMENT: &str = "the environment";

fn known_names() -> impl Iterator<Item = &'static str> {
    let read = REFERENCE.variable.iter().map(|variable| variable.name.as_str());
    read.chain(REFERENCE.ignored.iter().map(|ignored| ignored.name.as_str()))
}

fn spoken<'v>(values: &'v BTreeMap<String, String>, name: &str) -> Option<&'v str> {
    values.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A blank value is what templates leave behind; it means "not set".
fn without_blanks(mut values: BTreeMap<String, String>) -> BTreeMap<String, String> {
    values.retain(|_, value| !value.trim().is_empty());
    values
}

/// A figment provider that keeps texts as texts: figment's own would turn a password `0123` into a number.
struct Texts {
    origin: &'static str,
    values: BTreeMap<String, String>,
}

impl Provider for Texts {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin)
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let dict = self.values.iter().map(|(name, text)| (name.clone(), Value::from(text.clone())));
        Ok(Profile::Default.collect(dict.collect()))
    }
}
