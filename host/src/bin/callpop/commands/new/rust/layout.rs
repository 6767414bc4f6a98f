//! Code laid out as `rustfmt` does it.

use std::collections::BTreeSet;

/// How wide a line may be.
const MAX: usize = 100;

/// How wide a chain of calls, the arguments of a call or an array may be in one line.
const WIDTH: usize = 60;

/// A call in a chain.
#[derive(Debug)]
pub(in crate::commands::new) struct Call {
    name: &'static str,
    arguments: Vec<Argument>,
}

/// What is given to a call.
#[derive(Debug, Clone)]
pub(in crate::commands::new) enum Argument {
    Value(String),
    Array(Vec<String>),
}

/// A call with these arguments.
pub(in crate::commands::new) fn call(
    name: &'static str,
    arguments: impl IntoIterator<Item = Argument>,
) -> Call {
    Call {
        name,
        arguments: arguments.into_iter().collect(),
    }
}

/// `receiver.call(...)…` as `rustfmt` writes it at this indentation.
pub(in crate::commands::new) fn chain(
    receiver: &str,
    calls: &[Call],
    indent: usize,
) -> Vec<String> {
    let pad = " ".repeat(indent);
    let in_one_line: String = calls.iter().map(in_one_line).collect();
    let in_one_line = format!("{receiver}{in_one_line}");
    // A single call may be as wide as the line.
    let width = if calls.len() == 1 {
        MAX - indent
    } else {
        WIDTH
    };
    if in_one_line.len() <= width {
        return vec![format!("{pad}{in_one_line}")];
    }
    let mut lines = vec![format!("{pad}{receiver}")];
    for call in calls {
        lines.extend(in_lines(call, indent + 4));
    }
    lines
}

fn in_one_line(call: &Call) -> String {
    format!(".{}({})", call.name, arguments(call))
}

fn arguments(call: &Call) -> String {
    let arguments: Vec<_> = call.arguments.iter().map(Argument::in_one_line).collect();
    arguments.join(", ")
}

fn in_lines(call: &Call, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let is_short = |argument: &Argument| match argument {
        Argument::Array(_) => argument.in_one_line().len() <= WIDTH + 2,
        Argument::Value(_) => true,
    };
    // What stands in an array does not count where the array is all there is.
    let fits = call.arguments.len() == 1 || arguments(call).len() <= WIDTH;
    if fits && call.arguments.iter().all(is_short) {
        return vec![format!("{pad}{}", in_one_line(call))];
    }
    let mut lines = Vec::new();
    if let [Argument::Array(items)] = call.arguments.as_slice() {
        lines.push(format!("{pad}.{}([", call.name));
        lines.extend(items.iter().map(|item| format!("{pad}    {item},")));
        lines.push(format!("{pad}])"));
        return lines;
    }
    lines.push(format!("{pad}.{}(", call.name));
    for argument in &call.arguments {
        match argument {
            Argument::Array(items) if !is_short(argument) => {
                lines.push(format!("{pad}    ["));
                lines.extend(items.iter().map(|item| format!("{pad}        {item},")));
                lines.push(format!("{pad}    ],"));
            }
            argument => lines.push(format!("{pad}    {},", argument.in_one_line())),
        }
    }
    lines.push(format!("{pad})"));
    lines
}

impl Argument {
    fn in_one_line(&self) -> String {
        match self {
            Self::Value(value) => value.clone(),
            Self::Array(items) => format!("[{}]", items.join(", ")),
        }
    }
}

/// A constant text.
pub(in crate::commands::new) fn constant(name: &str, text: &str) -> String {
    let start = format!("const {name}: &str =");
    let in_one_line = format!("{start} {text:?};");
    let in_two = format!("{start}\n    {text:?};");
    match in_one_line.len() {
        ..=MAX => in_one_line,
        // Where nothing helps, it stays as it is.
        _ if text.len() + 7 > MAX => in_one_line,
        _ => in_two,
    }
}

/// A call of `open` and the assertion that it opens this page.
pub(in crate::commands::new) fn opens(open: &str, url: &str) -> String {
    let assertion = format!(".assert_opens({url:?});");
    if assertion.len() + 8 > MAX && url.len() + 11 <= MAX {
        return format!("    account().{open}.assert_opens(\n        {url:?},\n    );");
    }
    format!("    account()\n        .{open}\n        {assertion}")
}

/// The line that brings these names of the crate in.
pub(in crate::commands::new) fn import(path: &str, names: &BTreeSet<&'static str>) -> String {
    let names: Vec<_> = names.iter().copied().collect();
    match names.as_slice() {
        [name] => format!("use {path}::{name};"),
        names => format!("use {path}::{{{}}};", names.join(", ")),
    }
}
