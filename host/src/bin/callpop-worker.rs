//! The worker as an executable of its own, for programs that would rather not be started again.

fn main() -> std::process::ExitCode {
    callpop_host::worker::run_if_requested();
    // Nobody but a host starts this.
    std::process::ExitCode::from(2)
}
