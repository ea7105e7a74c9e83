//! Who may know whom, and what every crate says of itself.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::code::words_of;
use super::{TextFile, nobody_complains, text_files};

/// A crate and what it may rest on.
struct Place {
    name: &'static str,
    /// Crates of ours.
    knows: &'static [&'static str],
    /// Crates of ours that its tests may use besides.
    tests_know: &'static [&'static str],
}

/// The diagram of ARCHITECTURE.md.
const DIAGRAM: &[Place] = &[
    Place { name: "domain", knows: &[], tests_know: &[] },
    Place { name: "store", knows: &["domain"], tests_know: &[] },
    Place { name: "bitrix", knows: &["domain"], tests_know: &[] },
    Place { name: "engine", knows: &["domain", "store", "bitrix"], tests_know: &["emulator"] },
    Place {
        name: "alerts",
        knows: &["domain", "store", "engine"],
        // A client of the portal is what an engine is made of.
        tests_know: &["bitrix", "emulator"],
    },
    Place { name: "onec", knows: &["domain"], tests_know: &[] },
    // Shares no wire types with the clients: what both sides misread alike no test would find.
    Place { name: "emulator", knows: &["domain"], tests_know: &[] },
    Place {
        name: "console",
        knows: &["domain", "store", "engine", "alerts"],
        tests_know: &["bitrix", "emulator"],
    },
    // Its idea of 1C is its own: what the contract means, only the adapter and Parom say.
    Place { name: "bsl", knows: &[], tests_know: &[] },
    Place {
        name: "parom",
        knows: &["domain", "store", "bitrix", "engine", "alerts", "onec", "console", "emulator"],
        tests_know: &["bsl"],
    },
];

/// Crates of others that only these crates of ours may use, tests included.
const RESERVED: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("reqwest", &["bitrix", "alerts", "emulator", "parom"]),
    ("lettre", &["alerts"]),
    ("prometheus-client", &["parom"]),
    ("axum", &["onec", "console", "emulator", "parom", "bitrix"]),
    ("tokio", &["store", "bitrix", "engine", "alerts", "onec", "console", "emulator", "parom"]),
    ("clap", &["parom"]),
    ("ureq", &["bsl"]),
];

fn manifest(text: &str) -> Table {
    text.parse().expect("a manifest that cargo has read is TOML")
}

fn table<'t>(manifest: &'t Table, name: &str) -> impl Iterator<Item = (&'t str, &'t Value)> {
    manifest
        .get(name)
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}

/// What is wrong with the dependencies of one crate.
fn against_the_diagram(name: &str, manifest: &Table) -> Vec<String> {
    let Some(place) = DIAGRAM.iter().find(|place| place.name == name) else {
        return vec![format!("crates/{name}: give it a place in DIAGRAM and in ARCHITECTURE.md")];
    };
    let ours = |name: &str| DIAGRAM.iter().any(|place| place.name == name);
    let mut complaints = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (dependency, value) in table(manifest, section) {
            let in_tests = section == "dev-dependencies" && place.tests_know.contains(&dependency);
            if ours(dependency) && !place.knows.contains(&dependency) && !in_tests {
                complaints.push(format!("crates/{name}: may not know `{dependency}` ([{section}])"));
            }
            if let Some((_, holders)) = RESERVED.iter().find(|(reserved, _)| *reserved == dependency)
                && !holders.contains(&name)
            {
                complaints.push(format!("crates/{name}: `{dependency}` belongs to {}", holders.join(", ")));
            }
            if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                complaints
                    .push(format!("crates/{name}: write `{dependency}.workspace = true` ([{section}])"));
            }
        }
    }
    complaints
}

/// What every crate takes from the workspace.
fn inherits(name: &str, manifest: &Table) -> Vec<String> {
    let is_inherited = |value: Option<&Value>| {
        value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
    };
    let package = manifest.get("package").and_then(Value::as_table);
    let mut complaints = Vec::new();
    if !is_inherited(manifest.get("lints")) {
        complaints.push(format!("crates/{name}: `[lints] workspace = true` is missing"));
    }
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        if !is_inherited(package.and_then(|package| package.get(key))) {
            complaints.push(format!("crates/{name}: `{key}.workspace = true` is missing"));
        }
    }
    if package.and_then(|package| package.get("description")).is_none() {
        complaints.push(format!("crates/{name}: say in `description` what it is for"));
    }
    complaints
}

/// Dependencies of a crate that no word of its `src` names.
fn unused(name: &str, manifest: &Table, words: &BTreeSet<String>) -> Vec<String> {
    table(manifest, "dependencies")
        .filter(|(dependency, _)| !words.contains(&dependency.replace('-', "_")))
        .map(|(dependency, _)| format!("crates/{name}: nobody uses `{dependency}`"))
        .collect()
}

/// Dependencies of the workspace that no crate takes.
fn unused_by_all(workspace: &Table, crates: &[&Table]) -> Vec<String> {
    let dependencies = workspace.get("workspace").and_then(Value::as_table).expect("the root is a workspace");
    table(dependencies, "dependencies")
        .filter(|(dependency, _)| {
            !crates.iter().any(|manifest| {
                ["dependencies", "dev-dependencies", "build-dependencies"]
                    .iter()
                    .any(|section| table(manifest, section).any(|(taken, _)| taken == *dependency))
            })
        })
        .map(|(dependency, _)| format!("Cargo.toml: no crate takes `{dependency}`"))
        .collect()
}

/// The crates by name, with their manifests.
fn crates(files: &[TextFile]) -> Vec<(&str, Table)> {
    files
        .iter()
        .filter_map(|file| {
            let name = file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            Some((name, manifest(&file.text)))
        })
        .collect()
}

#[test]
fn crates_know_only_those_below_them() {
    let files = text_files();
    let crates = crates(&files);

    let complaints: Vec<String> =
        crates.iter().flat_map(|(name, manifest)| against_the_diagram(name, manifest)).collect();

    nobody_complains(&complaints);
    assert_eq!(crates.len(), DIAGRAM.len(), "the diagram names a crate that is not there");
}

#[test]
fn every_crate_keeps_the_lints_and_the_version_of_the_workspace() {
    let files = text_files();
    let complaints: Vec<String> =
        crates(&files).iter().flat_map(|(name, manifest)| inherits(name, manifest)).collect();

    nobody_complains(&complaints);
}

#[test]
fn every_dependency_is_used_by_somebody() {
    let files = text_files();
    let crates = crates(&files);
    let root = files.iter().find(|file| file.path == "Cargo.toml").expect("the root has a manifest");

    let mut complaints = unused_by_all(
        &manifest(&root.text),
        &crates.iter().map(|(_, manifest)| manifest).collect::<Vec<_>>(),
    );
    for (name, manifest) in &crates {
        let code = format!("crates/{name}/src/");
        let words = files
            .iter()
            .filter(|file| file.path.starts_with(&code) && file.has_extension("rs"))
            .flat_map(|file| words_of(&file.text))
            .collect();
        complaints.extend(unused(name, manifest, &words));
    }

    nobody_complains(&complaints);
}

#[test]
fn every_crate_has_one_binary_of_integration_tests() {
    let complaints: Vec<String> = text_files()
        .iter()
        .filter_map(|file| {
            let (name, test) = file.path.strip_prefix("crates/")?.split_once("/tests/")?;
            (!test.starts_with("it/")).then(|| format!("crates/{name}: tests/{test} belongs below tests/it"))
        })
        .collect();

    nobody_complains(&complaints);
}

#[test]
fn the_diagram_can_be_broken() {
    let check = |name: &str, text: &str, expected: &str| {
        let complaints = against_the_diagram(name, &manifest(text));
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].contains(expected), "{complaints:?}");
    };

    check("domain", "[dependencies]\nstore.workspace = true\n", "may not know `store`");
    check("emulator", "[dev-dependencies]\nbitrix.workspace = true\n", "may not know `bitrix`");
    check("engine", "[dependencies]\nemulator.workspace = true\n", "may not know `emulator`");
    check("engine", "[dependencies]\nsqlx.workspace = true\n", "`sqlx` belongs to store");
    check("domain", "[build-dependencies]\ntokio.workspace = true\n", "`tokio` belongs to");
    check("bitrix", "[dependencies]\nurl = \"2\"\n", "write `url.workspace = true`");
    check("newcomer", "", "give it a place");
    let in_tests = manifest("[dev-dependencies]\nemulator.workspace = true\n");
    assert!(against_the_diagram("engine", &in_tests).is_empty(), "tests of the engine may use the emulator");
}

#[test]
fn a_crate_of_its_own_mind_and_a_dependency_of_nobody_are_told() {
    let own_mind =
        manifest("[package]\nname = \"x\"\nedition = \"2021\"\n[lints.rust]\nwarnings = \"allow\"\n");
    assert_eq!(inherits("x", &own_mind).len(), 7);

    let taken = manifest("[dependencies]\nquick-xml.workspace = true\ninsta.workspace = true\n");
    let words = words_of("// quick_xml\nfn a() { insta::assert_snapshot!(1); }").into_iter().collect();
    assert_eq!(unused("x", &taken, &words), ["crates/x: nobody uses `quick-xml`"]);

    let workspace = manifest("[workspace.dependencies]\ninsta = \"1\"\nutoipa = \"6\"\n");
    assert_eq!(unused_by_all(&workspace, &[&taken]), ["Cargo.toml: no crate takes `utoipa`"]);
}
