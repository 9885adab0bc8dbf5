//! A browser and its driver, for tests that look at pages.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::packages;
use crate::run::{on_path, output, say, variable};

/// The driver's program, here and in the tests.
pub(crate) const DRIVER: &str = "SYNCBOT_TEST_CHROMEDRIVER";
/// Where macOS keeps Chrome, which is on no path.
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser that tests can drive: the driver finds it by itself.
pub(crate) struct Found {
    pub(crate) driver: PathBuf,
    /// The product and its version.
    pub(crate) title: String,
}

/// Finds it, or installs it. The error says what to do instead.
pub(crate) fn provide() -> Result<Found> {
    let found = find().or_else(|error| {
        say("browser", &format!("{error:#}"));
        packages::can_be_installed()?;
        packages::install(&["chromium", "chromium-driver"])?;
        find()
    });
    match found {
        Ok(found) => {
            say("browser", &format!("{} and its driver are used", found.title));
            Ok(found)
        }
        Err(error) => {
            say("browser", &format!("{error:#}"));
            bail!("install Chromium and put its `chromedriver` on the path, or set {DRIVER} to it")
        }
    }
}

fn find() -> Result<Found> {
    let browser = on_path(&["chromium", "chromium-browser", "google-chrome"])
        .or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.exists()))
        .context("neither Chromium nor Chrome is on the path")?;
    let driver = variable(DRIVER).map(PathBuf::from).or_else(|| on_path(&["chromedriver"]));
    let driver = driver.context("`chromedriver` is not on the path")?;
    // Both really start, and fit: a driver refuses browsers of another major version.
    let title = product(&output(Command::new(&browser).arg("--version"))?);
    let other = product(&output(Command::new(&driver).arg("--version"))?);
    ensure!(major(&title) == major(&other), "{title} cannot be driven by {other}");
    Ok(Found { driver, title })
}

/// `Chromium 131.0.6778.85` of `Chromium 131.0.6778.85 built on Debian …`.
fn product(version: &str) -> String {
    let is_number = |word: &&str| word.starts_with(|char: char| char.is_ascii_digit());
    let words: Vec<_> = version.split_whitespace().collect();
    let end = words.iter().position(is_number).map_or(words.len(), |at| at + 1);
    words[..end].join(" ")
}

fn major(product: &str) -> Option<&str> {
    product.rsplit_once(' ')?.1.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_and_major_version_are_read() {
        let chromium = product("Chromium 131.0.6778.85 built on Debian GNU/Linux 12 (bookworm)");
        assert_eq!(chromium, "Chromium 131.0.6778.85");
        let driver =
            product("ChromeDriver 131.0.6778.85 (3d81e41b6f3ac8bcae63b32e8145c9eb0cd60a2d)");
        assert_eq!(major(&chromium), major(&driver));
        let chrome = product("Google Chrome 130.0.6723.58 ");
        assert_eq!((chrome.as_str(), major(&chrome)), ("Google Chrome 130.0.6723.58", Some("130")));
        assert_eq!(major(&product("what")), None);
    }
}
