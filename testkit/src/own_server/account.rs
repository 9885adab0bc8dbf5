//! Whom a server runs as: PostgreSQL refuses to be root, and MariaDB had better not be.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;

use super::NoServer;

const ROOT: u32 = 0;

/// User and group of `account`, to whom the folder is given; `None`: this process is not root, and the server
/// runs as who it is.
pub(super) fn to_run_as(account: &str, folder: &Path) -> Result<Option<(u32, u32)>, NoServer> {
    // Who made a folder owns it.
    let made = std::fs::metadata(folder).expect("the folder was made");
    if made.uid() != ROOT {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let Some((user, group)) = ids(&users, account) else {
        return Err(NoServer(format!("root runs no server, and there is no user `{account}`")));
    };
    chown(folder, Some(user), Some(group)).expect("root may give a folder away");
    Ok(Some((user, group)))
}

fn ids(users: &str, account: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != account {
            return None;
        }
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\n\
                     postgres-old:x:1:2::/:/bin/false\n\
                     postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(ids(users, "postgres"), Some((101, 104)));
        assert_eq!(ids(users, "mysql"), None);
    }
}
