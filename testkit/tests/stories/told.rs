//! When something cannot be delivered, a person is told: once, and somebody who can do something about it.

use shared::jobs::daily_digest;
use shared::queue::Scope;
use shared::sql;
use slack_emulator::{Fault, FaultRule, FileSetup, User, UserPost};
use testkit::{ACME, BIRCH, PATIENCE, Side, TestApp, on_each_database};

const POST: &str = "chat.postMessage";
const ROOT: &str = "U0ROOT";

/// Each workspace has somebody who manages it, among those who do not, or no longer.
fn managed(app: TestApp) -> TestApp {
    for side in [ACME, BIRCH] {
        let workspace = app.slack.workspace(side.team);
        workspace.add_user(User::new(ROOT, "Ruth").admin());
        workspace.add_user(User { deleted: true, ..User::new("U0GONE", "Gone").admin() });
        workspace.add_user(User::new("U0ROBOT", "Robot").admin().bot());
    }
    app
}

fn told(app: &TestApp, side: Side) -> Vec<String> {
    for other in [side.person, "U0GONE", "U0ROBOT"] {
        assert_eq!(app.slack.told(side.team, other), [""; 0], "{other} manages nothing");
    }
    app.slack.told(side.team, ROOT)
}

async fn until_told(app: &TestApp, side: Side, count: usize) -> Vec<String> {
    let reached = app.slack.wait_until(|_| told(app, side).len() >= count, PATIENCE).await;
    assert!(reached.is_ok(), "{}: {:?}", side.name, told(app, side));
    told(app, side)
}

/// As time would; what is held is tried again.
async fn release(app: &TestApp, scope: &str) {
    let scope: Scope = scope.parse().expect("a scope");
    let mut tx = app.db.begin().await.expect("begun");
    app.queue().release_hold(&mut tx, &scope).await.expect("released");
    tx.commit().await.expect("committed");
    app.queue().wakes().signal();
}

/// The digest that every worker brings when it starts is over.
async fn until_first_digest(app: &TestApp) {
    let done = sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'daily_digest' AND state = 'done'");
    let is_over = async {
        while app.db.read(done).fetch_one::<(i64,)>().await.expect("counted").0 == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, is_over).await.expect("it comes");
}

/// The digest of a day, from as many workers as there are.
async fn digest(app: &TestApp) {
    let mut tx = app.db.begin().await.expect("begun");
    let job = daily_digest::job(app.queue().time().now());
    app.queue().enqueue(&mut tx, vec![job]).await.expect("stored");
    tx.commit().await.expect("committed");
    app.queue().wakes().signal();
}

on_each_database! {
    async fn a_channel_where_nothing_can_be_posted_is_told_of_once_and_once_when_it_works_again(database: TestDatabase) {
        let app = managed(TestApp::start(database).await);
        app.slack.archive_channel(BIRCH.team, BIRCH.channel, BIRCH.person);
        for number in 0..3 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        let first = until_told(&app, BIRCH, 1).await;
        assert!(first[0].starts_with("I cannot post in <#C0TOWN>: it is archived. Bring it back"), "{first:?}");
        let tried = app.slack.calls_of(POST).len();
        release(&app, "channel:T0BIRCH:C0TOWN").await;
        app.slack.wait_until(|slack| slack.calls_of(POST).len() > tried, PATIENCE).await.expect("it is tried again");
        app.until_lanes_rest().await;
        assert_eq!(told(&app, BIRCH), first, "it is the same trouble");
        app.slack.unarchive_channel(BIRCH.team, BIRCH.channel, BIRCH.person);
        let both = until_told(&app, BIRCH, 2).await;
        assert_eq!(both[1], "I can post in <#C0TOWN> again. What was waiting for it arrives now.");
        app.until_idle().await;
        assert_eq!(told(&app, BIRCH).len(), 2);
        assert_eq!(told(&app, ACME), [""; 0], "what becomes of a channel there is nobody's business here");
        // Directories are read a page at a time; who manages a workspace, in one large one.
        let lists = app.slack.calls_of("users.list");
        let asked = lists.iter().filter(|call| call.arguments.values().any(|value| value.to_string().contains("1000"))).count();
        assert_eq!(asked, 1, "who manages a workspace is remembered");
        app.stop_everything().await;
    }

    async fn five_are_told_and_whoever_owns_the_workspace_first(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let workspace = app.slack.workspace(BIRCH.team);
        for number in 0..6 {
            workspace.add_user(User::new(&format!("U0ADMIN{number}"), "An admin").admin());
        }
        workspace.add_user(User::new("U0ZOE", "Zoe").owner());
        app.slack.archive_channel(BIRCH.team, BIRCH.channel, BIRCH.person);
        ACME.says(&app.slack, "is anybody there?");
        let told = |user: &str| app.slack.told(BIRCH.team, user).len();
        app.slack.wait_until(|_| told("U0ZOE") == 1 && told("U0ADMIN3") == 1, PATIENCE).await.expect("they are told");
        app.until_lanes_rest().await;
        let admins: Vec<usize> = (0..6).map(|number| told(&format!("U0ADMIN{number}"))).collect();
        assert_eq!(admins, [1, 1, 1, 1, 0, 0]);
        app.stop_everything().await;
    }

    async fn an_edit_that_slack_does_not_take_is_told_of_as_well(database: TestDatabase) {
        let app = managed(TestApp::start(database).await);
        until_first_digest(&app).await;
        let ts = ACME.says(&app.slack, "helo");
        app.until_both_have(1).await;
        app.slack.add_fault(FaultRule::once(Fault::error("edit_window_closed")).on_method("chat.update"));
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "hello");
        app.until_settled().await;
        digest(&app).await;
        app.until_idle().await;
        let target = told(&app, BIRCH);
        assert!(target[0].contains("• 1 message from *Acme* to <#C0TOWN>: it can no longer be changed there"), "{target:?}");
        app.stop_everything().await;
    }

    async fn a_workspace_that_lets_nobody_in_is_told_of_in_the_others(database: TestDatabase) {
        let app = managed(TestApp::start(database).await);
        app.slack.add_fault(FaultRule::once(Fault::error("token_revoked")).on_method(POST).in_team(BIRCH.team));
        ACME.says(&app.slack, "first");
        ACME.says(&app.slack, "second");
        let first = until_told(&app, ACME, 1).await;
        assert!(first[0].starts_with("I cannot post in the workspace *Birch*: Slack no longer lets me in there."), "{first:?}");
        release(&app, "team:T0BIRCH").await;
        app.until_both_have(2).await;
        let both = until_told(&app, ACME, 2).await;
        assert!(both[1].starts_with("I can post in the workspace *Birch* again."), "{both:?}");
        app.until_idle().await;
        assert_eq!((told(&app, ACME).len(), told(&app, BIRCH).len()), (2, 0));
        app.finish().await;
    }

    async fn what_is_given_up_is_told_of_once_a_day_on_both_sides(database: TestDatabase) {
        let mut app = managed(TestApp::start(database).await);
        app.start_worker();
        until_first_digest(&app).await;
        digest(&app).await;
        app.until_idle().await;
        assert_eq!((told(&app, ACME).len(), told(&app, BIRCH).len()), (0, 0), "nothing is no news");
        app.slack.add_fault(FaultRule::times(2, Fault::error("msg_too_long")).on_method(POST).in_team(BIRCH.team));
        for number in 0..3 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["message 2"]);
        digest(&app).await;
        digest(&app).await;
        app.until_idle().await;
        let (source, target) = (told(&app, ACME), told(&app, BIRCH));
        assert_eq!((source.len(), target.len()), (1, 1), "{source:?} {target:?}");
        assert!(source[0].contains("\n• 2 messages from <#C0GENERAL> to *Birch*: ") && source[0].contains("it is too long for Slack"), "{source:?}");
        assert!(target[0].contains("\n• 2 messages from *Acme* to <#C0TOWN>: "), "{target:?}");
        assert_eq!(app.dead_jobs().await.len(), 2);
        app.stop_everything().await;
    }

    async fn a_deletion_that_is_refused_and_what_nobody_understands_are_told_of(database: TestDatabase) {
        let app = managed(TestApp::start(database).await);
        until_first_digest(&app).await;
        let ts = ACME.says(&app.slack, "for ever");
        app.until_both_have(1).await;
        for method in ["chat.delete", "chat.update"] {
            app.slack.add_fault(FaultRule::once(Fault::error("cant_delete_message")).on_method(method).in_team(BIRCH.team));
        }
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        let strange = serde_json::json!({"ts": "1999999999.000100", "event_ts": "1999999999.000100", "user": ACME.person, "text": ["no", "text"]});
        app.hears(ACME, &strange).await;
        app.until_settled().await;
        for _ in 0..2 {
            digest(&app).await;
            app.until_idle().await;
        }
        let (source, target) = (told(&app, ACME), told(&app, BIRCH));
        assert_eq!((source.len(), target.len()), (1, 1), "once: {source:?} {target:?}");
        assert!(source[0].contains("• 1 message or change in <#C0GENERAL> that I do not understand"), "{source:?}");
        assert!(source[0].contains("it cannot be deleted there") && target[0].contains("it cannot be deleted there"), "{target:?}");
        app.stop_everything().await;
    }

    async fn what_people_reacted_meanwhile_shows_when_a_message_is_replayed(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::error("msg_too_long")).on_method(POST).in_team(BIRCH.team));
        let ts = ACME.says(&app.slack, "again");
        app.until_settled().await;
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        app.until_settled().await;
        for dead in app.queue().dead_jobs(None, 10).await.expect("read") {
            app.replay(&dead.id).await.expect("replayed");
        }
        app.until_both_have(1).await;
        app.until_settled().await;
        assert_eq!(app.slack.messages(BIRCH.team, BIRCH.channel)[0].reactions[0].name, "tada");
        app.finish().await;
    }

    async fn what_is_replayed_before_the_digest_is_not_in_it(database: TestDatabase) {
        let app = managed(TestApp::start(database).await);
        until_first_digest(&app).await;
        app.slack.add_fault(FaultRule::once(Fault::error("msg_too_long")).on_method(POST).in_team(BIRCH.team));
        ACME.says(&app.slack, "again");
        app.until_settled().await;
        for dead in app.queue().dead_jobs(None, 10).await.expect("read") {
            app.replay(&dead.id).await.expect("replayed");
        }
        app.until_both_have(1).await;
        digest(&app).await;
        app.until_idle().await;
        assert_eq!((told(&app, ACME).len(), told(&app, BIRCH).len()), (0, 0));
        app.finish().await;
    }

    async fn whoever_shared_files_that_are_given_up_is_told(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::error("msg_too_long")).on_method(POST).in_team(BIRCH.team));
        let root = ACME.says(&app.slack, "never");
        let file = FileSetup::new("photo.png", "image/png", &b"not really a picture"[..]);
        let post = UserPost::new(ACME.person, "").in_thread(&root).with_file(file);
        app.slack.post(ACME.team, ACME.channel, post).expect("posted");
        app.until_settled().await;
        let told = app.slack.told(ACME.team, ACME.person);
        assert_eq!(told, ["SyncBot could not copy your file `photo.png` to another workspace: it was tried for long, and given up."]);
        app.stop_everything().await;
    }
}
