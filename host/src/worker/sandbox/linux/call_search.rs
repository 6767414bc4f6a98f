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
/// The lower half of the first argument, on a machine whose lower half comes first.
const FIRST_ARGUMENT: u32 = 16;

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

/// What is done about a system call. All calls without a rule are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Allow,
    /// It fails with "not permitted".
    Refuse,
    /// It fails as if the kernel did not have it.
    IsUnknown,
    /// Allowed if the first argument is this, as far as 32 bits go; else refused.
    AllowIfFirstIs(u32),
    /// Allowed if the first argument has one of these bits; else refused.
    AllowIfFirstHas(u32),
}

impl Rule {
    /// What is done once the call is found.
    fn instructions(self) -> Vec<sock_filter> {
        match self {
            Self::Allow => vec![ALLOW],
            Self::Refuse => vec![REFUSE],
            Self::IsUnknown => vec![answer(
                libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs(),
            )],
            Self::AllowIfFirstIs(value) => allow_if(libc::BPF_JEQ, value),
            Self::AllowIfFirstHas(bits) => allow_if(libc::BPF_JSET, bits),
        }
    }
}

fn allow_if(comparison: u32, with: u32) -> Vec<sock_filter> {
    vec![
        load(FIRST_ARGUMENT),
        jump(comparison, with, 0, 1),
        ALLOW,
        REFUSE,
    ]
}

/// A filter that does about each call as its rule says, and allows all calls without one.
///
/// # Errors
/// If there are so many that a jump gets too long.
pub(super) fn program(
    rules: impl IntoIterator<Item = (i64, Rule)>,
) -> Result<BpfProgram, TryFromIntError> {
    let mut steps = Vec::new();
    search(&spans(rules)?, &mut steps);
    // Without any step, the first answer is given.
    let mut answers = vec![ALLOW];
    let mut starts = vec![(Rule::Allow, steps.len())];
    for target in steps.iter().flat_map(|step| [step.below, step.from]) {
        if let Target::Rule(rule) = target
            && starts.iter().all(|(known, _)| *known != rule)
        {
            starts.push((rule, steps.len() + answers.len()));
            answers.extend(rule.instructions());
        }
    }
    let mut program = vec![
        load(ARCHITECTURE),
        jump(libc::BPF_JEQ, HERE, 1, 0),
        answer(libc::SECCOMP_RET_KILL_PROCESS),
        load(NUMBER),
        jump(libc::BPF_JGE, SECOND_KIND, 0, 1),
        REFUSE,
    ];
    for (at, step) in steps.iter().enumerate() {
        let distance = |target| {
            let place = match target {
                Target::Step(place) => place,
                Target::Rule(rule) => place_of(rule, &starts),
            };
            u8::try_from(place - at - 1)
        };
        let (from, below) = (distance(step.from)?, distance(step.below)?);
        program.push(jump(libc::BPF_JGE, step.first, from, below));
    }
    program.extend(answers);
    Ok(program)
}

fn place_of(rule: Rule, starts: &[(Rule, usize)]) -> usize {
    let found = starts.iter().find(|(known, _)| *known == rule);
    found.map_or(0, |(_, place)| *place)
}

/// From which call on which rule holds, in order. Neighbours with one rule are one span, which
/// makes the filter a third as long as one that looks for each call.
fn spans(
    rules: impl IntoIterator<Item = (i64, Rule)>,
) -> Result<Vec<(u32, Rule)>, TryFromIntError> {
    let mut numbered = Vec::new();
    for (call, rule) in rules {
        numbered.push((u32::try_from(call)?, rule));
    }
    numbered.sort_unstable_by_key(|(call, _)| *call);
    numbered.dedup_by_key(|(call, _)| *call);
    let mut spans = vec![(0, Rule::Allow)];
    for (call, rule) in numbered {
        // The last one allows what follows the rule before.
        if let Some((first, _)) = spans.last()
            && *first == call
        {
            spans.pop();
        }
        if spans.last().is_none_or(|(_, before)| *before != rule) {
            spans.push((call, rule));
        }
        spans.push((call + 1, Rule::Allow));
    }
    Ok(spans)
}

/// Whether a call's number is at least `first`, and where to go then, or else.
struct Step {
    first: u32,
    from: Target,
    below: Target,
}

/// Another step, which follows, or what is done in the end.
#[derive(Clone, Copy)]
enum Target {
    Step(usize),
    Rule(Rule),
}

/// Adds the steps that find a call's span.
fn search(spans: &[(u32, Rule)], steps: &mut Vec<Step>) -> Target {
    let [(first, rule), rest @ ..] = spans else {
        return Target::Rule(Rule::Allow);
    };
    if rest.is_empty() {
        return Target::Rule(*rule);
    }
    let (low, high) = spans.split_at(spans.len() / 2);
    let at = steps.len();
    steps.push(Step {
        first: high.first().map_or(*first, |(first, _)| *first),
        from: Target::Step(at),
        below: Target::Step(at),
    });
    let below = search(low, steps);
    let from = search(high, steps);
    steps[at].below = below;
    steps[at].from = from;
    Target::Step(at)
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
    use super::{ALLOW, HERE, REFUSE, Rule, program};
    use seccompiler::sock_filter;

    /// What the filter answers: its instructions, done as `linux/filter.h` says.
    fn answer(program: &[sock_filter], architecture: u32, number: u32, first: u32) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let it = &program[at];
            at += 1;
            let jump = |so: bool| usize::from(if so { it.jt } else { it.jf });
            match u32::from(it.code) {
                0x20 => {
                    loaded = match it.k {
                        0 => number,
                        4 => architecture,
                        16 => first,
                        offset => panic!("{offset}"),
                    }
                }
                0x15 => at += jump(loaded == it.k),
                0x35 => at += jump(loaded >= it.k),
                0x45 => at += jump(loaded & it.k != 0),
                0x06 => return it.k,
                code => panic!("{code:#x}"),
            }
        }
    }

    #[test]
    fn what_is_listed_is_refused_and_nothing_else() {
        let refused = |call| (call, Rule::Refuse);
        for rules in [
            vec![],
            vec![refused(59)],
            vec![refused(3), refused(1), refused(2)],
            (0..200).step_by(3).map(refused).collect(),
        ] {
            let program = program(rules.clone()).unwrap();
            for number in 0..600 {
                let is_refused = rules.contains(&refused(i64::from(number)));
                let expected = if is_refused { REFUSE.k } else { ALLOW.k };
                assert_eq!(answer(&program, HERE, number, 0), expected, "{number}");
                assert_eq!(
                    answer(&program, HERE, number | 0x4000_0000, 0),
                    REFUSE.k,
                    "a call of the second kind"
                );
                assert_eq!(
                    answer(&program, 0, number, 0),
                    libc::SECCOMP_RET_KILL_PROCESS
                );
            }
        }
    }

    #[test]
    fn conditions_look_at_the_first_argument() {
        let program = program([
            (1, Rule::AllowIfFirstIs(7)),
            (2, Rule::AllowIfFirstHas(0x10)),
            (3, Rule::IsUnknown),
        ])
        .unwrap();
        for (number, first, expected) in [
            (1, 7, ALLOW.k),
            (1, 8, REFUSE.k),
            (2, 0x31, ALLOW.k),
            (2, 0x21, REFUSE.k),
            (3, 0, 0x0005_0000 | libc::ENOSYS.unsigned_abs()),
            (4, 0, ALLOW.k),
        ] {
            assert_eq!(answer(&program, HERE, number, first), expected);
        }
    }
}
