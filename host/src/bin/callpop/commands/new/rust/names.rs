//! Names in Rust, from those of adapters and settings.

/// Names that mean something else in a callback, or in Rust.
const TAKEN: &[&str] = &[
    "context",
    "contact",
    "log",
    "contact_id",
    "contact_type",
    "as",
    "async",
    "await",
    "break",
    "const",
    "continue",
    "crate",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "type",
    "unsafe",
    "use",
    "where",
    "while",
    "abstract",
    "become",
    "box",
    "do",
    "final",
    "macro",
    "override",
    "priv",
    "try",
    "typeof",
    "unsized",
    "virtual",
    "yield",
];

/// Types that the crate's code names besides, or the prelude does.
const TAKEN_BY_TYPES: &[&str] = &[
    "Account",
    "Actions",
    "Adapter",
    "CallLog",
    "CallbackResult",
    "Contact",
    "Context",
    "Default",
    "ErrorCode",
    "PageTemplate",
    "Self",
    "Box",
    "Clone",
    "Copy",
    "Drop",
    "Err",
    "Fn",
    "None",
    "Ok",
    "Option",
    "Result",
    "Send",
    "Some",
    "String",
    "Sync",
    "Vec",
];

/// `portalId` as a variable: `portal_id`.
pub(super) fn variable(setting: &str) -> String {
    let name = in_snake_case(setting);
    if TAKEN.contains(&name.as_str()) {
        format!("{name}_setting")
    } else {
        name
    }
}

/// `portalId` as people read it: Portal id.
pub(in crate::commands::new) fn words(setting: &str) -> String {
    let words = in_snake_case(setting).replace('_', " ");
    let (first, rest) = words.split_at(words.len().min(1));
    first.to_ascii_uppercase() + rest
}

fn in_snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut was_small = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && was_small {
            snake.push('_');
        }
        was_small = character.is_ascii_lowercase() || character.is_ascii_digit();
        snake.push(match character {
            '-' => '_',
            other => other.to_ascii_lowercase(),
        });
    }
    snake
}

/// The struct's name: `acme-crm` is `AcmeCrm`.
pub(in crate::commands::new) fn type_name(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    let name: String = words.collect();
    if name.starts_with(|it: char| it.is_ascii_digit()) {
        return format!("Crm{name}");
    }
    if TAKEN_BY_TYPES.contains(&name.as_str()) {
        return format!("{name}Crm");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::type_name;

    #[test]
    fn an_id_becomes_the_name_of_a_type() {
        for (id, name) in [
            ("acme", "Acme"),
            ("acme-crm-2", "AcmeCrm2"),
            ("3cx", "Crm3cx"),
            ("contact", "ContactCrm"),
            ("self", "SelfCrm"),
        ] {
            assert_eq!(type_name(id), name);
        }
    }
}
