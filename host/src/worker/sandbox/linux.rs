//! Linux: no new privileges, Landlock for files and network, seccomp for system calls.
//!
//! Sources: `landlock(7)`, `seccomp(2)`, `clone(2)`.

mod call_search;

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use nix::sys::prctl::set_no_new_privs;

use super::{SandboxReport, resource_limits};
use crate::worker::Limits;
use call_search::Rule;

pub(in crate::worker) use super::resource_limits::ProcessorTime;

/// The newest Landlock that is asked for; an older kernel gives what it has, and the report says so.
const LANDLOCK: ABI = ABI::V6;

/// The folders that the system's loader and C library read to open a library.
const FOLDERS: [&str; 6] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
];

/// The file that they read besides.
const LOADER_CACHE: &str = "/etc/ld.so.cache";

/// The folder that checking certificates reads besides.
const CERTIFICATES: &str = "/etc/ssl";

/// The files that resolving names reads besides.
const FOR_NAMES: [&str; 4] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
];

pub(super) fn enter(library: &Path, limits: &Limits, report: &mut SandboxReport) {
    let network = limits.network;
    report.limits = resource_limits::set_limits(limits).err();
    report.privileges = set_no_new_privs().err().map(|error| error.to_string());
    report.files = restrict_files(library, network).err();
    report.calls = restrict_calls(network).err();
}

fn restrict_files(library: &Path, network: bool) -> Result<(), String> {
    let restrict = || -> Result<RulesetStatus, landlock::RulesetError> {
        let mut ruleset = Ruleset::default()
            .handle_access(AccessFs::from_all(LANDLOCK))?
            .scope(Scope::from_all(LANDLOCK))?;
        if !network {
            ruleset = ruleset.handle_access(AccessNet::from_all(LANDLOCK))?;
        }
        let mut ruleset = ruleset.create()?;
        let (names, certificates): (&[_], &[_]) = if network {
            (&FOR_NAMES, &[CERTIFICATES])
        } else {
            (&[], &[])
        };
        let file = AccessFs::ReadFile | AccessFs::Execute;
        let folders = FOLDERS.iter().chain(certificates).map(Path::new);
        let files = names.iter().chain([&LOADER_CACHE]).map(Path::new);
        let folders = folders.map(|path| (path, file | AccessFs::ReadDir));
        let files = files.chain([library]).map(|path| (path, file));
        for (path, access) in folders.chain(files) {
            // What a system does not have need not be readable.
            if let Ok(opened) = PathFd::new(path) {
                ruleset = ruleset.add_rule(PathBeneath::new(opened, access))?;
            }
        }
        Ok(ruleset.restrict_self()?.ruleset)
    };
    match restrict() {
        Ok(RulesetStatus::FullyEnforced) => Ok(()),
        Ok(RulesetStatus::PartiallyEnforced) => Err("this kernel's Landlock is older".to_owned()),
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Calls that an adapter, which computes URLs, has no use for: they fail with "not permitted".
const REFUSED: &[i64] = &[
    // Other programs.
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    // Waiting for others to connect.
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    // Rights, namespaces and the file system's shape.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    // The kernel.
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_personality,
];

/// Refused as well, unless the network is granted. The channel to the host is open already.
const NETWORK: &[i64] = &[libc::SYS_socket, libc::SYS_socketpair, libc::SYS_connect];

fn restrict_calls(network: bool) -> Result<(), String> {
    let restrict = || -> Result<(), Box<dyn std::error::Error>> {
        let more = if network { &[] } else { NETWORK };
        let refused = REFUSED.iter().chain(more);
        let mut rules: Vec<_> = refused.map(|call| (*call, Rule::Refuse)).collect();
        let own = std::process::id();
        rules.extend([
            // Signals to this very process are how it aborts.
            (libc::SYS_kill, Rule::AllowIfFirstIs(own)),
            (libc::SYS_tgkill, Rule::AllowIfFirstIs(own)),
            (
                libc::SYS_clone,
                Rule::AllowIfFirstHas(libc::CLONE_THREAD.unsigned_abs()),
            ),
            // Its flags stand in memory, where a filter cannot look; the C library then uses
            // `clone`.
            (libc::SYS_clone3, Rule::IsUnknown),
        ]);
        let program = call_search::program(rules)?;
        // There is no other thread yet.
        Ok(seccompiler::apply_filter(&program)?)
    };
    restrict().map_err(|error| error.to_string())
}
