//! Workspaces to start with when all that is wanted is something to look at.

use super::{App, ChannelSetup, Issuing, User, Workspace};

struct Sample {
    stem: &'static str,
    name: &'static str,
    people: [(&'static str, &'static str); 3],
}

const SAMPLES: [Sample; 4] = [
    Sample {
        stem: "ACME",
        name: "Acme",
        people: [("ADA", "Ada Lovelace"), ("GRACE", "Grace Hopper"), ("ALAN", "Alan Turing")],
    },
    Sample {
        stem: "BIRCH",
        name: "Birch & Sons",
        people: [("NOOR", "Noor Inayat"), ("EMMY", "Emmy Noether"), ("LISE", "Lise Meitner")],
    },
    Sample {
        stem: "CEDAR",
        name: "Cedar Club",
        people: [
            ("MARY", "Mary Anning"),
            ("RADIA", "Radia Perlman"),
            ("KATHY", "Katherine Johnson"),
        ],
    },
    Sample {
        stem: "DELTA",
        name: "Delta Works",
        people: [("HEDY", "Hedy Lamarr"), ("JOAN", "Joan Clarke"), ("ROSA", "Rosalind Franklin")],
    },
];

/// The sample workspace of that number, from 0, with the app installed or not. After the fourth they
/// repeat under other ids.
pub(crate) fn sample(number: usize, app: &App, how: Option<Issuing>) -> Workspace {
    let sample = &SAMPLES[number % SAMPLES.len()];
    let round = number / SAMPLES.len();
    let (stem, name) = if round == 0 {
        (sample.stem.to_owned(), sample.name.to_owned())
    } else {
        (format!("{}{}", sample.stem, round + 1), format!("{} {}", sample.name, round + 1))
    };
    let mut workspace = Workspace::new(&format!("T0{stem}"), &name, app);
    if let Some(how) = how {
        workspace.install(app, app.scopes.iter().cloned(), how);
    }
    for (at, (id, real_name)) in sample.people.into_iter().enumerate() {
        let mut user = User::new(&format!("U0{stem}{id}"), real_name);
        user.is_admin = at == 0;
        workspace.users.insert(user.id.clone(), user);
    }
    workspace.add_channel(ChannelSetup::new(&format!("C0{stem}GENERAL"), "general"));
    workspace.add_channel(ChannelSetup::new(&format!("C0{stem}RANDOM"), "random"));
    workspace
}
