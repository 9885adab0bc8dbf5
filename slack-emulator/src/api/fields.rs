//! What methods answer.

use serde_json::{Map, Value};

/// What a method adds to `ok: true`.
pub(super) type Fields = Map<String, Value>;
