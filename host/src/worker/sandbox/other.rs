//! Systems without a sandbox that we know how to use (macOS, the BSDs): a process of its own with
//! limits, no more.

use std::path::Path;

use super::{SandboxReport, resource_limits};
use crate::worker::Limits;

pub(in crate::worker) use super::resource_limits::ProcessorTime;

pub(super) fn enter(_library: &Path, limits: &Limits, report: &mut SandboxReport) {
    report.limits = resource_limits::set_limits(limits).err();
    let problem = Some("not on this system".to_owned());
    report.privileges.clone_from(&problem);
    report.files.clone_from(&problem);
    report.calls = problem;
}
