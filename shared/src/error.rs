//! Errors in one line of a log.

use std::error::Error;

/// An error with everything that caused it. Drivers repeat their source in their own text: such is said once.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    #[test]
    fn what_a_layer_repeats_of_its_source_is_said_once() {
        let driver = Layer { text: "role `u` does not exist", source: None };
        let wrapped = Layer {
            text: "error returned from database: role `u` does not exist",
            source: Some(Box::new(driver)),
        };
        let outer = Layer { text: "not opened", source: Some(Box::new(wrapped)) };
        assert_eq!(
            chain(&outer),
            "not opened: error returned from database: role `u` does not exist"
        );
    }
}
