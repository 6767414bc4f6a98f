//! Clients that no one here wrote: Microsoft's `vscode-jsonrpc` in Node.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use callpop_tests::{Sandbox, needed_program, program, workspace};
use serde_json::{Value, json};

/// The guide's folder, with what it needs installed; Node, which is to run in it.
fn prepared(sandbox: &Sandbox) -> Option<(PathBuf, Command)> {
    let npm = needed_program(&["npm"])?;
    let node = needed_program(&["node", "nodejs"])?;
    let folder = sandbox.plugins().with_file_name("node");
    fs::create_dir(&folder).unwrap();
    let guide = workspace().join("docs/examples/node");
    let files = ["package.json", "package-lock.json", "dialer.mjs"];
    for file in files {
        fs::copy(guide.join(file), folder.join(file)).unwrap();
    }
    let hostile = workspace().join("tests/node/hostile.mjs");
    fs::copy(hostile, folder.join("hostile.mjs")).unwrap();
    let installed = Command::new(npm)
        .args(["ci", "--prefer-offline", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(installed.status.success(), "npm ci: {installed:?}");
    let mut command = Command::new(node);
    command
        .current_dir(&folder)
        .env("CALLPOP_HOME", sandbox.home())
        .env("CALLPOP_PLUGINS", sandbox.plugins())
        .env("CALLPOP", program("callpop"));
    Some((folder, command))
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_guides_dialer_makes_a_whole_call() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let Some((_, mut node)) = prepared(&sandbox) else {
        return;
    };
    let said = said(node.args(["dialer.mjs", "pipedrive", "acme.pipedrive.com"]));
    insta::assert_snapshot!(said, @"
    speaks to callpop
    connected to acme.pipedrive.com
    call call-1, pipedrive: ask
    asks: Jo Doe or Jon Doe?
    open https://acme.pipedrive.com/person/7 in a tab
    call call-1, pipedrive: opened
    call call-1, pipedrive: suppressed
    the menu offers: log-page
    open https://acme.pipedrive.com/activities/42 in a tab
    error 3, no-such-adapter
    logged out of acme.pipedrive.com
    ended with 0
    ");
    // The guide shows this very program, and what it prints.
    let guide = fs::read_to_string(workspace().join("docs/json-interface.md")).unwrap();
    let shown = fs::read_to_string(workspace().join("docs/examples/node/dialer.mjs")).unwrap();
    assert!(guide.contains(&format!("```js\n{shown}```")));
    assert!(guide.contains(&format!("```text\n{said}```")));
}

#[test]
fn nonsense_and_floods_are_answered() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let Some((_, mut node)) = prepared(&sandbox) else {
        return;
    };
    let program = program("callpop");
    let seen: Value = serde_json::from_str(&said(node.arg("hostile.mjs").arg(program))).unwrap();
    let malformed = "malformed-frame";
    assert_eq!(
        seen,
        json!({
            "nonsense": {
                "no header": malformed,
                "no length": malformed,
                "a length that is none": malformed,
                "a length below nothing": malformed,
                "a length beyond all": malformed,
                "two lengths": malformed,
                "no JSON": "parse-error",
                "no UTF-8": "parse-error",
                "no request": "invalid-request",
                "an empty batch": "invalid-request",
                "too long a frame": "frame-too-long",
            },
            "afterNonsense": 0,
            "afterRandomBytes": malformed,
            "endInRandomBytes": 2,
            "answered": 20_000,
            "someResults": true,
            "last": "log-page",
            "afterFlood": 0,
        })
    );
}
