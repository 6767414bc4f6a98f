//! What the documents show is what happens.

use std::fs;
use std::path::{Path, PathBuf};

use callpop_tests::{Sandbox, program, workspace};

use crate::house::is_made;

fn document(name: &str) -> String {
    fs::read_to_string(workspace().join(name)).unwrap()
}

/// The documents of the project: all Markdown files outside of build folders, and of the templates
/// of documents.
fn documents() -> Vec<PathBuf> {
    fn walk(folder: &Path, documents: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !is_made(&name) && name != "template" {
                walk(&path, documents);
            } else if name.ends_with(".md") {
                documents.push(path);
            }
        }
    }
    let mut documents = Vec::new();
    walk(workspace(), &mut documents);
    documents
}

/// The code blocks in this language.
fn blocks<'text>(text: &'text str, language: &str) -> Vec<&'text str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str())
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

/// Runs the program as the transcripts of a document do, one after the other, with this sandbox's
/// home and plugins folder, and compares what it says.
fn transcripts(sandbox: &Sandbox) -> trycmd::TestCases {
    let transcripts = trycmd::TestCases::new();
    transcripts
        .register_bin("callpop", program("callpop").to_owned())
        .env("CALLPOP_HOME", sandbox.home().to_str().unwrap())
        .env("CALLPOP_PLUGINS", sandbox.plugins().to_str().unwrap())
        // A browser that is content with everything.
        .env("BROWSER", "/bin/true");
    transcripts
}

#[test]
fn the_readmes_transcripts_are_what_the_program_says() {
    let sandbox = Sandbox::with(&callpop_tests::adapters());
    transcripts(&sandbox)
        .case(workspace().join("README.md"))
        .run();
}

#[test]
fn the_guides_show_what_the_program_says() {
    for guide in ["agents", "calls", "dialers", "plugins-folder"] {
        let sandbox = Sandbox::with(&["pipedrive"]);
        if guide != "agents" {
            let connected = sandbox.run(["connect", "pipedrive", "acme.pipedrive.com"]);
            assert_eq!(connected.code, 0, "{connected:?}");
        }
        transcripts(&sandbox)
            .case(workspace().join(format!("docs/{guide}.md")))
            .run();
    }
}

/// Those in its tables and sentences, besides its transcripts.
#[test]
fn the_commands_for_agents_work() {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk"]);
    for (adapter, host) in [
        ("pipedrive", "acme.pipedrive.com"),
        ("freshdesk", "acme.freshdesk.com"),
    ] {
        assert_eq!(sandbox.run(["connect", adapter, host]).code, 0);
    }
    let guide = document("docs/agents.md");
    let commands: Vec<&str> = guide
        .split('`')
        .filter_map(|text| text.strip_prefix("callpop "))
        .filter(|command| !command.contains("NUMBER"))
        .collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        let ran = sandbox.run(command.split_whitespace());
        assert_eq!(ran.code, 0, "{command}: {ran:?}");
    }
}

#[test]
fn the_guide_to_templates_shows_what_the_program_says() {
    let guide = document("docs/url-templates.md");
    let sandbox = Sandbox::new();
    sandbox.write("acme.adapter.json", blocks(&guide, "json")[0]);
    transcripts(&sandbox)
        .case(workspace().join("docs/url-templates.md"))
        .run();
}

/// The table of places, row by row.
#[test]
fn the_guide_to_templates_encodes_as_it_says() {
    let guide = document("docs/url-templates.md");
    let rows: Vec<Vec<&str>> = guide
        .lines()
        .skip_while(|line| !line.contains("becomes"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            line.split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect()
        })
        .collect();
    assert_eq!(rows.len(), 7);
    let mut before = String::new();
    for row in rows {
        let (example, becomes) = (row[2], row[3]);
        if becomes.starts_with("encoded") {
            continue;
        }
        let becomes = match becomes {
            "the same" => before.clone(),
            other => other.to_owned(),
        };
        let template = format!("https://{{hostname}}{example}");
        let url = callpop_adapter::PageTemplate::parse(&template)
            .unwrap()
            .fill(|token| {
                let value = if token == "hostname" {
                    "h.example.com"
                } else {
                    "a b/c&d"
                };
                Some(value.to_owned())
            })
            .unwrap();
        let expected = example
            .replace("{contactId}", &becomes)
            .replace("{contactType}", &becomes);
        assert_eq!(url, format!("https://h.example.com{expected}"), "{example}");
        before = becomes;
    }
}

#[test]
fn the_guide_to_validating_shows_what_the_program_says() {
    let sandbox = Sandbox::new();
    let adapter = r#"{
        "id": "acme", "name": "Acme", "version": "1.0.0", "vendor": "Acme Inc.",
        "hosts": ["*.acme.example"], "contactPageUrl": "https://{hostname}/people/{contactId}"
    }"#;
    sandbox.write("acme.adapter.json", adapter);
    // Run elsewhere than in the folder with the file.
    let file = sandbox.plugins().join("acme.adapter.json");
    let file = file.display();
    let guide = document("docs/validation.md")
        .replace("1000 acme.adapter.json", &format!("1000 '{file}'"))
        .replace("1.0.0 acme.adapter.json", &format!("1.0.0 {file}"));
    let tested = sandbox.plugins().join("validation.md");
    fs::write(&tested, guide).unwrap();
    transcripts(&sandbox).case(tested).run();
}

#[test]
fn the_guide_to_packages_shows_what_the_program_says() {
    let sandbox = Sandbox::new();
    let folder = sandbox.plugins().with_file_name("work");
    fs::create_dir(&folder).unwrap();
    let template = r#"{ "id": "acme", "name": "Acme", "version": "1.0.0", "vendor": "Acme",
        "contactPageUrl": "https://{hostname}/{contactId}" }"#;
    fs::write(folder.join("acme.adapter.json"), template).unwrap();
    // Run elsewhere than in that folder.
    let at = |name: &str| format!(" '{}'", folder.join(name).display());
    let guide = document("docs/packages.md");
    let lines = guide
        .lines()
        .map(|line| match line.strip_prefix("$ callpop") {
            Some(typed) => {
                let typed = typed
                    .replace(" acme.adapter.json", &at("acme.adapter.json"))
                    .replace(" acme-1.0.0.callpop", &at("acme-1.0.0.callpop"));
                let typed = typed
                    .strip_suffix(" .")
                    .map(|it| it.to_owned() + &at(""))
                    .unwrap_or(typed);
                format!("$ callpop{typed}\n")
            }
            None => format!("{line}\n"),
        });
    let tested = folder.join("packages.md");
    fs::write(&tested, lines.collect::<String>()).unwrap();
    transcripts(&sandbox).case(tested).run();
    assert!(folder.join("acme-1.0.0.callpop").exists(), "it ran there");
}

#[test]
fn the_administrators_guide_is_what_the_program_says() {
    let mut adapters = callpop_tests::adapters();
    adapters.push("asks_for_network".to_owned());
    let sandbox = Sandbox::with(&adapters);
    let guide = document("docs/administrators.md");
    // Its policy, but for the sandbox: that of this machine may not be whole.
    let policy = blocks(&guide, "toml")[0].replace("requireSandbox = true", "");
    let folder = sandbox.plugins();
    let written = folder.join("policy.toml");
    fs::write(&written, policy).unwrap();
    let tested = folder.join("administrators.md");
    // The variables below say where these are.
    let clio = format!("'{}'", folder.join("clio.so").display());
    let guide = guide
        .replace("plugins/clio.so", &clio)
        .replace(" --policy policy.toml", "");
    fs::write(&tested, guide).unwrap();
    transcripts(&sandbox)
        .env("CALLPOP_POLICY", written.to_str().unwrap())
        .case(tested)
        .run();
}

/// Its second policy, and what may run by it.
#[test]
fn the_administrators_rules_can_be_followed() {
    let sandbox = Sandbox::new();
    let guide = document("docs/administrators.md");
    let policy = sandbox.plugins().with_file_name("policy.toml");
    fs::write(&policy, blocks(&guide, "toml")[1]).unwrap();
    let host = sandbox.builder().policy_file(policy).build().unwrap();
    let keys = host.trusted_keys().unwrap();
    assert_eq!(keys.iter().count(), 1);
    let requirements = host.requirements().unwrap();
    assert!(requirements.contains(&callpop_host::Requirement::Signed));
    assert_eq!(
        host.catalog().folders[0].path,
        Path::new("/opt/callpop/plugins")
    );
}

#[test]
fn the_guide_to_signing_shows_what_the_program_says() {
    let sandbox = Sandbox::new();
    // Without a space in its name, so that it can stand in a command as it is.
    let folder = tempfile::tempdir().unwrap();
    let here = |name: &str| folder.path().join(name).display().to_string();
    fs::copy(callpop_tests::library("clio"), here("clio.so")).unwrap();
    let guide = document("docs/signing.md");
    let guide = guide
        .replace(" clio.so", &format!(" {}", here("clio.so")))
        .replace(" clio.key", &format!(" {}", here("clio.key")))
        .replace(" clio.pub", &format!(" {}", here("clio.pub")))
        // Where a line goes on after such a name, it is as far away as before.
        .replace(&format!("{} and", here("clio.so")), "clio.so and");
    let tested = folder.path().join("signing.md");
    fs::write(&tested, guide).unwrap();
    transcripts(&sandbox).case(tested).run();
}

#[test]
fn the_guide_to_the_history_shows_what_the_program_says() {
    let sandbox = Sandbox::with(&["pipedrive", "clio"]);
    transcripts(&sandbox)
        .case(workspace().join("docs/history-and-log.md"))
        .run();
}

#[test]
fn the_guide_to_the_contact_book_shows_what_the_program_says() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let file = workspace().join("docs/contacts.csv");
    let command = format!("import '{}'", file.display());
    let guide = document("docs/contact-book.md").replace("import contacts.csv", &command);
    let tested = sandbox.plugins().with_file_name("contact-book.md");
    fs::write(&tested, guide).unwrap();
    trycmd::TestCases::new()
        .register_bin("callpop", program("callpop").to_owned())
        .env("CALLPOP_HOME", sandbox.home().to_str().unwrap())
        .env("CALLPOP_PLUGINS", sandbox.plugins().to_str().unwrap())
        .env("BROWSER", "/bin/true")
        .case(tested)
        .run();
}

#[test]
fn the_demo_says_what_the_readme_shows() {
    let sandbox = Sandbox::with(&["test-crm"]);
    let readme = document("README.md");
    let shown = blocks(&readme, "text")[0];
    // Without a browser the last line is not reached, and the one before it is another.
    let ran = sandbox.run(["demo", "--dry-run"]);
    let said = without_port(&ran.stdout).replace("Would open", "Opened");
    assert!(without_port(shown).starts_with(&said), "{said}\n{shown}");
    assert!(said.contains("Opened http://127.0.0.1:PORT/?contactId="));
}

/// `127.0.0.1:40123` with `PORT` for the number.
fn without_port(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "127.0.0.1:PORT" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

#[test]
fn every_command_line_in_the_documents_is_run_by_ci() {
    // What CI runs of its own: its steps, and the scripts that they call.
    let ci = [".ci/run", ".ci/vendor-kit", ".ci/c-kit"]
        .map(document)
        .concat();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for line in blocks(&text, "sh").into_iter().flat_map(str::lines) {
            // The guide's own build is what `vendor.rs` does.
            let is_tested = path.ends_with("adapter-api/README.md");
            let is_run = ci.lines().any(|command| command.trim_end().ends_with(line));
            assert!(is_tested || is_run, "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_commands_of_the_readmes_table_are_the_programs() {
    let help = Sandbox::new().run(["--help"]).stdout;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert_eq!(commands.len(), 27);
    let readme = document("README.md");
    for command in commands {
        assert!(
            readme.contains(&format!("| `callpop {command}")),
            "{command}"
        );
    }
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let targets = text
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap());
        let references = text
            .lines()
            .filter(|line| line.starts_with('['))
            .filter_map(|line| line.split_once("]: ").map(|(_, target)| target));
        for target in targets
            .chain(references)
            .filter(|target| !target.contains("://"))
        {
            let file = path
                .parent()
                .unwrap()
                .join(target.split('#').next().unwrap());
            assert!(file.exists(), "{}: {target}", path.display());
        }
    }
}
