//! Each callback with texts that want to be more than one value, in every part of a call that
//! somebody else than the vendor writes; and whether they stay in their place in the page's URL.

use super::codes::Code;
use super::inputs::{HOSTILE, LENGTHS, MARKERS, Part, context, spoken};
use super::places::Places;
use super::report::Check;
use super::{Examination, Mercy};
use crate::Callback;
use crate::runner::Request;

/// The checks of hostile input and of encoding, over these calls, which are answered.
pub(super) fn checks(
    examination: &mut Examination<'_>,
    requests: &[Request<'static>],
) -> (Check, Check) {
    let mut hostile = Check::new("hostile-input", "hostile input harms nothing");
    let mut encoding = Check::new("encoding", "values stay where they are put");
    for request in requests {
        let mut id_is_in_page = false;
        let mut opens_page = false;
        for part in Part::all_of(request) {
            let places = places(examination, request, &part);
            opens_page |= places.is_some();
            let places = places.unwrap_or_default();
            id_is_in_page |= !places.is_empty() && matches!(part, Part::Id | Part::LogId);
            for text in texts(&part) {
                let tried = Tried {
                    request,
                    part: &part,
                    text: &text,
                };
                tried.check(examination, &places, &mut hostile, &mut encoding);
            }
        }
        let callback = request.callback();
        if opens_page && !id_is_in_page && callback != Callback::OnUnauthorize {
            let found = format!("{} is the same whatever the id is", spoken(callback));
            encoding.find_with(Code::IdNotInPage, found, callback, MARKERS[0]);
        }
    }
    (hostile, encoding)
}

/// Where the part stands in the pages that the call opens; none if it opens none with a marker there.
fn places(
    examination: &mut Examination<'_>,
    request: &Request<'static>,
    part: &Part,
) -> Option<Vec<(usize, Places)>> {
    for marker in MARKERS {
        let with_marker = part.put(request, marker);
        if let Some(pages) = examination.pages(&with_marker)
            && !pages.is_empty()
        {
            // Pages that differ by themselves tell nothing of the value.
            if examination.pages(&with_marker).as_ref() != Some(&pages) {
                return None;
            }
            let places = pages.iter().enumerate();
            return Some(
                places
                    .filter_map(|(at, page)| Some((at, Places::of(page, marker)?)))
                    .collect(),
            );
        }
    }
    None
}

fn texts(part: &Part) -> Vec<String> {
    let long = LENGTHS.into_iter();
    let long = long
        // A host stores no more.
        .filter(|length| *length < 64 * 1024 || !matches!(part, Part::Stored(_) | Part::Setting(_)))
        .map(|length| "x".repeat(length));
    HOSTILE
        .iter()
        .map(|text| (*text).to_owned())
        .chain(long)
        .collect()
}

/// One text in one part of a call.
struct Tried<'validation> {
    request: &'validation Request<'static>,
    part: &'validation Part,
    text: &'validation str,
}

impl Tried<'_> {
    fn check(
        &self,
        examination: &mut Examination<'_>,
        places: &[(usize, Places)],
        hostile: &mut Check,
        encoding: &mut Check,
    ) {
        let request = self.part.put(self.request, self.text);
        let input = format!("{} {:?}", self.part, self.text);
        let pages = examination.judged(hostile, &request, &input, self.mercy());
        let Some(pages) = pages else {
            return;
        };
        // Nothing is no value: the adapter may open what it opens without one.
        if self.text.is_empty() {
            return;
        }
        for (at, places) in places {
            if let Some(page) = pages.get(*at)
                && let Some(fault) = places.fault(page, self.text, self.part.is_exact())
            {
                let callback = request.callback();
                let found = format!("in {}, {fault}", spoken(callback));
                encoding.find_with(Code::NotEncoded, found, callback, &input);
            }
        }
    }

    /// What a host refuses for a reason that is no fault of the adapter: pages of ids that are longer
    /// than any CRM's, and those on an address that the dialer has stored.
    fn mercy(&self) -> Mercy {
        let is_address = match self.part {
            Part::Stored(name) => {
                let stored = context(self.request).stored.get(name.as_str());
                stored.is_some_and(|text| text.contains("https://"))
            }
            Part::Setting(id) => {
                let setting = context(self.request).settings.get(id.as_str());
                setting.is_some_and(|text| text.starts_with("https://"))
            }
            _ => false,
        };
        if is_address {
            Mercy::AnyPage
        } else {
            Mercy::TooLong
        }
    }
}
