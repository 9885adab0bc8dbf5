//! `emoji.list`: the emoji that a workspace has made for itself.
//! <https://docs.slack.dev/reference/methods/emoji.list>

use serde_json::{Value, json};

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::object;
use crate::time::now_seconds;
use crate::world::standard_emoji;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let with_categories = call.flag("include_categories")?;
    let mut fields = object(json!({
        "emoji": call.workspace().emoji,
        "cache_ts": format!("{}.000000", now_seconds()),
    }));
    if with_categories {
        let categories = standard_emoji().into_iter();
        let categories: Value =
            categories.map(|(name, names)| json!({ "name": name, "emoji_names": names })).collect();
        fields.insert("categories_version".to_owned(), json!("5"));
        fields.insert("categories".to_owned(), categories);
    }
    Ok(fields)
}
