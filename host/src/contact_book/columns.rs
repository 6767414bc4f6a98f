//! What the columns of a CSV file mean, by the names that CRMs and address books give them.

use super::candidate::ImportError;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Name,
    /// A part of the name, by its place in it.
    NamePart(u8),
    Phone,
    Type,
    Adapter,
    Company,
    /// Anything else, under its own name.
    Extra(String),
    /// What a column beside it means, such as Google's `Phone 1 - Type`; or nothing.
    LeftOut,
}

const IDS: &[&str] = &[
    "id",
    "uid",
    "contact id",
    "contactid",
    "record id",
    "recordid",
    "crm id",
    "external id",
    "externalid",
    "person id",
    "lead id",
    "customer id",
    "account id",
    "internal id",
    "entity id",
    "person - id",
    "kontakt-id",
    "datensatz-id",
];
const NAMES: &[&str] = &[
    "name",
    "full name",
    "fullname",
    "display name",
    "displayname",
    "contact name",
    "formatted name",
    "person - name",
    "customer name",
    "nom complet",
    "nombre completo",
    "vollständiger name",
];
const NAME_PARTS: &[(&str, u8)] = &[
    ("title", 0),
    ("name prefix", 0),
    ("prefix", 0),
    ("first name", 1),
    ("firstname", 1),
    ("given name", 1),
    ("vorname", 1),
    ("prénom", 1),
    ("nombre", 1),
    ("middle name", 2),
    ("additional name", 2),
    ("last name", 3),
    ("lastname", 3),
    ("family name", 3),
    ("surname", 3),
    ("nachname", 3),
    ("familienname", 3),
    ("apellido", 3),
    ("suffix", 4),
    ("name suffix", 4),
];
const PHONE_WORDS: &[&str] = &[
    "phone",
    "telephone",
    "telefon",
    "tel",
    "mobile",
    "mobil",
    "cell",
    "handy",
    "téléphone",
    "teléfono",
    "móvil",
    "rufnummer",
    "telefonnummer",
    "callback",
    "isdn",
    "landline",
];
const COMPANIES: &[&str] = &[
    "company",
    "company name",
    "organization",
    "organisation",
    "organization name",
    "organization 1 - name",
    "firma",
    "account name",
    "société",
    "empresa",
];

/// What the columns with these names mean.
pub(super) fn columns(names: &[String], has_adapter: bool) -> Result<Vec<Column>, ImportError> {
    let mut columns: Vec<Column> = Vec::new();
    for name in names {
        let column = column(name);
        // Of two ids, types or adapters the first one counts, and the other is kept beside it.
        let is_single = matches!(
            column,
            Column::Id | Column::Type | Column::Adapter | Column::Name
        );
        if is_single && columns.contains(&column) {
            columns.push(Column::Extra(name.trim().to_owned()));
        } else {
            columns.push(column);
        }
    }
    let missing = if !columns.contains(&Column::Id) {
        Some("the id")
    } else if !columns.contains(&Column::Phone) {
        Some("a telephone number")
    } else {
        None
    };
    if let Some(missing) = missing {
        let found: Vec<String> = names
            .iter()
            .map(|it| crate::plain_line(it.trim(), 40))
            .collect();
        let found = crate::plain_line(&found.join(", "), 400);
        return Err(ImportError::Columns { missing, found });
    }
    if !has_adapter && !columns.contains(&Column::Adapter) {
        return Err(ImportError::NoAdapter);
    }
    Ok(columns)
}

fn column(name: &str) -> Column {
    let lower = name.trim().to_lowercase().replace('_', " ");
    let is = |names: &[&str]| names.contains(&lower.as_str());
    if let Some((_, place)) = NAME_PARTS.iter().find(|(part, _)| *part == lower) {
        return Column::NamePart(*place);
    }
    if is(IDS) {
        Column::Id
    } else if is(NAMES) {
        Column::Name
    } else if is(COMPANIES) {
        Column::Company
    } else if is(&["type", "contact type", "record type", "contacttype"]) {
        Column::Type
    } else if is(&["adapter", "crm"]) {
        Column::Adapter
    } else if lower.is_empty() || is_beside_a_number(&lower) {
        Column::LeftOut
    } else if is_phone(&lower) {
        Column::Phone
    } else {
        Column::Extra(name.trim().to_owned())
    }
}

fn is_phone(lower: &str) -> bool {
    // `phone2` and `Phone 2` alike.
    let mut words = lower.split(|c: char| !c.is_alphabetic());
    words.any(|word| PHONE_WORDS.contains(&word) || word.ends_with("phone"))
}

fn is_beside_a_number(lower: &str) -> bool {
    let last = lower
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    is_phone(lower) && ["type", "label", "country", "extension", "ext"].contains(&last)
}
