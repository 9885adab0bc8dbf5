//! What tests may need of a machine, and which tests need what: their names say it.

use anyhow::{Result, anyhow};
use clap::ValueEnum;

/// Something that not every machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Need {
    /// Built in, and so always there.
    Sqlite,
    Postgres,
    Mysql,
    /// Chromium and its driver.
    Browser,
}

impl Need {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Browser => "browser",
        }
    }

    /// As in "tests that need …".
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Mysql => "MySQL or MariaDB",
            Self::Browser => "a browser",
            other => other.name(),
        }
    }

    /// Tests that cannot run without it, as nextest selects them.
    fn tests(self) -> &'static str {
        match self {
            Self::Sqlite => "test(/(^|::)sqlite$/)",
            Self::Postgres => "test(/(^|::)postgres$/)",
            Self::Mysql => "test(/(^|::)mysql$/)",
            Self::Browser => "test(/(^|::)browser::/)",
        }
    }

    /// Whether the test cannot run without it.
    pub(crate) fn is_needed_by(self, test: &str) -> bool {
        let (path, last) = test.rsplit_once("::").unwrap_or(("", test));
        match self {
            Self::Sqlite => last == "sqlite",
            Self::Postgres => last == "postgres",
            Self::Mysql => last == "mysql",
            Self::Browser => path.split("::").any(|segment| segment == "browser"),
        }
    }

    /// What a test is counted under: a browser test on some database is a browser test.
    pub(crate) fn of(test: &str) -> Option<Self> {
        let kinds = [Self::Browser, Self::Sqlite, Self::Postgres, Self::Mysql];
        kinds.into_iter().find(|kind| kind.is_needed_by(test))
    }
}

/// The nextest expression for tests that need any of these; none if there are none.
pub(crate) fn tests_that_need(needs: &[Need]) -> Option<String> {
    let tests: Vec<_> = needs.iter().map(|need| need.tests()).collect();
    (!tests.is_empty()).then(|| tests.join(" | "))
}

/// Arguments of nextest that select no test of `without`, whatever else they select.
pub(crate) fn arguments_without(without: Option<&str>, arguments: &[String]) -> Vec<String> {
    let Some(without) = without else { return arguments.to_vec() };
    let mut narrowed = Vec::new();
    let mut has_expression = false;
    let mut given = arguments.iter();
    while let Some(argument) = given.next() {
        let expression = match argument.as_str() {
            "-E" | "--filterset" => given.next().map(String::as_str),
            other => other.strip_prefix("--filterset="),
        };
        match expression {
            Some(expression) => {
                has_expression = true;
                narrowed.extend(["-E".to_owned(), format!("({expression}) - ({without})")]);
            }
            None => narrowed.push(argument.clone()),
        }
    }
    // Several expressions are added up, so one of them alone would let everything through.
    if !has_expression {
        narrowed.splice(0..0, ["-E".to_owned(), format!("all() - ({without})")]);
    }
    narrowed
}

/// A comma-separated list, as `--require` and its environment variable take it.
pub(crate) fn parse(list: &str) -> Result<Vec<Need>> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            Need::from_str(name, true)
                .map_err(|_| anyhow!("`{name}` is none of sqlite, postgres, mysql, browser"))
        })
        .collect()
}

/// The inverse of [`parse`].
pub(crate) fn list(needs: &[Need]) -> String {
    let values = needs.iter().filter_map(Need::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_needs_what_its_name_says() {
        for (test, need) in [
            ("queue::a_dead_job_leaves::sqlite", Some(Need::Sqlite)),
            ("queue::a_dead_job_leaves::postgres", Some(Need::Postgres)),
            ("mysql", Some(Need::Mysql)),
            ("mysql::a_name_is_quoted", None),
            ("connect::postgres_is_found", None),
            ("browser::the_page_opens", Some(Need::Browser)),
            ("stories::browser::the_page_opens::mysql", Some(Need::Browser)),
            ("another_browser::opens", None),
            ("opens_in_a::browser", None),
        ] {
            assert_eq!(Need::of(test), need, "{test}");
        }
    }

    #[test]
    fn tests_of_what_is_missing_are_named_in_one_expression() {
        assert_eq!(tests_that_need(&[]), None);
        let expression = "test(/(^|::)postgres$/) | test(/(^|::)browser::/)";
        assert_eq!(tests_that_need(&[Need::Postgres, Need::Browser]).as_deref(), Some(expression));
    }

    #[test]
    fn arguments_never_select_what_is_missing() {
        let arguments =
            |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let without = Some("test(/mysql$/)");
        for (given, narrowed) in [
            (&[][..], &["-E", "all() - (test(/mysql$/))"][..]),
            (
                &["queue", "--no-capture"],
                &["-E", "all() - (test(/mysql$/))", "queue", "--no-capture"],
            ),
            (&["-E", "test(a)"], &["-E", "(test(a)) - (test(/mysql$/))"]),
            (&["--filterset=a() | b()", "x"], &["-E", "(a() | b()) - (test(/mysql$/))", "x"]),
        ] {
            assert_eq!(arguments_without(without, &arguments(given)), arguments(narrowed));
            assert_eq!(arguments_without(None, &arguments(given)), arguments(given));
        }
    }

    #[test]
    fn a_list_is_read_and_a_wrong_word_named() {
        let needs = parse("sqlite, Postgres,,browser").expect("right words");
        assert_eq!(needs, [Need::Sqlite, Need::Postgres, Need::Browser]);
        assert_eq!(list(&needs), "sqlite,postgres,browser");
        let error = parse("sqlite,oracle").expect_err("a wrong word");
        assert!(error.to_string().starts_with("`oracle`"), "{error}");
    }
}
