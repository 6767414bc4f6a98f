//! A seccomp filter that looks a system call up in a list by halving it.
//!
//! When a filter is installed, the kernel runs it once for every system call that there is, to know
//! which are always allowed. A filter that compares with one call after the other, which is what
//! `seccompiler` makes, so takes a sixth of a worker's whole start.
//!
//! Sources: `seccomp(2)`, `linux/filter.h`, `linux/seccomp.h`.

use std::num::TryFromIntError;

use seccompiler::{BpfProgram, sock_filter};

// Where `struct seccomp_data` has what is looked at.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

/// What `ARCHITECTURE` says in a process of this machine's own kind (`linux/audit.h`).
#[cfg(target_arch = "x86_64")]
const HERE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const HERE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const HERE: u32 = 0xc000_00f3;

/// From here on, numbers mean calls of a second kind (x86-64's "x32"), of which none is allowed.
const SECOND_KIND: u32 = 0x4000_0000;

const ALLOW: sock_filter = answer(libc::SECCOMP_RET_ALLOW);
const REFUSE: sock_filter = answer(libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs());

/// A filter that refuses these calls with "not permitted", and allows all others.
///
/// # Errors
/// If there are so many that a jump gets too long.
pub(super) fn program(refused: impl Iterator<Item = i64>) -> Result<BpfProgram, TryFromIntError> {
    let mut refused = refused.map(u32::try_from).collect::<Result<Vec<_>, _>>()?;
    refused.sort_unstable();
    let mut program = vec![
        load(ARCHITECTURE),
        jump(libc::BPF_JEQ, HERE, 1, 0),
        answer(libc::SECCOMP_RET_KILL_PROCESS),
        load(NUMBER),
        jump(libc::BPF_JGE, SECOND_KIND, 0, 1),
        REFUSE,
    ];
    program.extend(search(&refused)?);
    Ok(program)
}

fn search(calls: &[u32]) -> Result<BpfProgram, TryFromIntError> {
    if calls.len() <= 1 {
        let call = calls.first().copied().unwrap_or(SECOND_KIND);
        return Ok(vec![jump(libc::BPF_JEQ, call, 0, 1), REFUSE, ALLOW]);
    }
    let (low, high) = calls.split_at(calls.len() / 2);
    let below = search(low)?;
    let mut program = vec![jump(libc::BPF_JGE, high[0], below.len().try_into()?, 0)];
    program.extend(below);
    program.extend(search(high)?);
    Ok(program)
}

fn load(offset: u32) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset)
}

/// Goes on after so many instructions if what was loaded compares with `with`, else after so many.
fn jump(comparison: u32, with: u32, if_so: u8, else_so: u8) -> sock_filter {
    let code = libc::BPF_JMP | comparison | libc::BPF_K;
    instruction(code, if_so, else_so, with)
}

const fn answer(what: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, what)
}

const fn instruction(code: u32, jt: u8, jf: u8, k: u32) -> sock_filter {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "an instruction's code has sixteen bits, and is made of constants here"
    )]
    let code = code as u16;
    sock_filter { code, jt, jf, k }
}

#[cfg(test)]
mod tests {
    use super::{ALLOW, HERE, REFUSE, program};

    /// What the filter answers, as `seccomp_run_filters` would go through it.
    fn answer(program: &[seccompiler::sock_filter], architecture: u32, number: u32) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let it = &program[at];
            at += 1;
            match u32::from(it.code) {
                0x20 => loaded = if it.k == 0 { number } else { architecture },
                0x15 => at += usize::from(if loaded == it.k { it.jt } else { it.jf }),
                0x35 => at += usize::from(if loaded >= it.k { it.jt } else { it.jf }),
                0x06 => return it.k,
                code => panic!("{code:#x}"),
            }
        }
    }

    #[test]
    fn what_is_listed_is_refused_and_nothing_else() {
        for refused in [
            vec![],
            vec![59],
            vec![3, 1, 2],
            (0..200).step_by(3).collect(),
        ] {
            let program = program(refused.iter().copied()).unwrap();
            for number in 0..600 {
                let expected = if refused.contains(&i64::from(number)) {
                    REFUSE.k
                } else {
                    ALLOW.k
                };
                assert_eq!(answer(&program, HERE, number), expected, "{number}");
                assert_eq!(answer(&program, HERE, number | 0x4000_0000), REFUSE.k);
                assert_eq!(answer(&program, 0, number), libc::SECCOMP_RET_KILL_PROCESS);
            }
        }
    }
}
