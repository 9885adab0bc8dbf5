//! Where in a database something is mentioned, in whatever table and column there is.

use shared::db::{Db, Engine, Statement};
use shared::sql;

/// Every column of every table of the product, as `table.column`, whose values contain `what`.
pub async fn mentions(db: &Db, what: &str) -> Vec<String> {
    let columns: Vec<(String, String)> = db
        .read(sql!(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY 1, 2",
            mysql: "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2",
            sqlite: "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
             WHERE t.type = 'table' ORDER BY 1, 2"
        ))
        .fetch_all()
        .await
        .expect("columns");
    assert!(columns.len() > 100, "only {} columns were found", columns.len());
    let text = if db.engine() == Engine::MySql { "CHAR" } else { "TEXT" };
    let mut found = Vec::new();
    for (table, column) in columns {
        if table.starts_with("_sqlx") || table.starts_with("sqlite_") {
            continue;
        }
        let count = format!("SELECT COUNT(*) FROM {table} WHERE CAST({column} AS {text}) LIKE $1");
        let statement: &'static Statement = Box::leak(Box::new(Statement::new(count.leak())));
        let rows: (i64,) =
            db.read(statement).bind(format!("%{what}%")).fetch_one().await.expect("counted");
        if rows.0 > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}
