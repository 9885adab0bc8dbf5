//! What an ingress says of itself.

use std::time::{Duration, Instant};

use testkit::{PATIENCE, Process, get, url_in};

/// Status and body of `/ready`.
async fn ready(ingress: &mut Process) -> (u16, String) {
    let url = url_in(&ingress.line_with("listening").await);
    get(&format!("{url}/ready")).await
}

/// Waits until it says that it is ready, or that it is not.
pub(crate) async fn until_ready(ingress: &mut Process, wanted: bool) {
    let began = Instant::now();
    loop {
        let (status, body) = ready(ingress).await;
        if (status == 200) == wanted {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "ready: {status} {body}\n{}", ingress.output());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
