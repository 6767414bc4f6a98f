//! How things are said.

use std::time::{Duration, SystemTime};

use callpop_host::Direction;

/// The direction of a call.
pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "Incoming",
        Direction::Outbound => "Outgoing",
    }
}

/// How long ago, as a clock shows it: `1:05`.
pub(crate) fn clock_since(since: SystemTime) -> String {
    clock(since.elapsed().unwrap_or_default().as_secs())
}

/// So many seconds, as a clock shows them: `1:05`, `1:01:05`.
pub(crate) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// How long ago, in words.
pub(crate) fn ago(time: SystemTime) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let ago = time.elapsed().unwrap_or(Duration::ZERO).as_secs();
    let count = |unit: u64, name: &str| match ago / unit {
        1 => format!("1 {name} ago"),
        count => format!("{count} {name}s ago"),
    };
    match ago {
        0..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", ago / MINUTE),
        HOUR..DAY => count(HOUR, "hour"),
        _ => count(DAY, "day"),
    }
}

/// With a capital letter at its beginning and a full stop at its end.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    let mut sentence = first.unwrap_or_default() + letters.as_str();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// What people call a value of a call-pop setting.
pub(crate) fn value(value: &str) -> String {
    match value {
        "disabled" => "Never",
        "first-ring" => "On the first ring",
        "answer" => "On answer",
        "open-all" => "All of them",
        "prompt" => "The one that I select",
        "true" => "Yes",
        "false" => "No",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let before = |seconds| ago(SystemTime::now() - Duration::from_secs(seconds));
        assert_eq!(before(5), "just now");
        assert_eq!(before(150), "2 min ago");
        assert_eq!(before(3700), "1 hour ago");
        assert_eq!(before(200_000), "2 days ago");
        assert_eq!(clock(65), "1:05");
        assert_eq!(clock(3665), "1:01:05");
    }
}
