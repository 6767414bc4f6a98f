//! The dialer's window, from the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use callpop_desktop_dialer::app::App;
use callpop_desktop_dialer::crm::Setup;
use callpop_desktop_dialer::desk::Desk;
use callpop_desktop_dialer::sip::{Listen, UserAgent};
use clap::Parser;

/// A small softphone with Callpop in it: SIP signalling, no audio
#[derive(Debug, Parser)]
#[command(name = "callpop-desktop-dialer", version)]
struct Arguments {
    /// Where calls come in, over UDP and TCP
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5060")]
    listen: SocketAddr,
    /// The user part of the own SIP address
    #[arg(long, default_value = "agent")]
    user: String,
    /// Who puts numbers through, as HOST[:PORT][;transport=tcp]
    #[arg(long, value_name = "HOST")]
    proxy: Option<String>,
    /// The folder of Callpop's state
    #[arg(long, env = "CALLPOP_HOME")]
    home: Option<PathBuf>,
    /// A plugins folder, instead of the default ones; may be repeated
    #[arg(long, env = "CALLPOP_PLUGINS")]
    plugins: Vec<PathBuf>,
    /// The folder of the dialer's own files
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The theme; the system's if nothing is said
    #[arg(long)]
    theme: Option<Theme>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Theme {
    Light,
    Dark,
}

/// How long an adapter is waited for when the window is closed.
const GOODBYE: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    // First of all: adapters run in processes of their own, which are this program, started again.
    callpop_host::worker::run_if_requested();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("error: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let (send, updates) = mpsc::channel();
    let window = Arc::new(OnceLock::<egui::Context>::new());
    let shown = Arc::clone(&window);
    let setup = Setup {
        home: arguments.home,
        plugins: arguments.plugins,
        more: None,
    };
    let folder = arguments.data.or_else(own_folder);
    let folder =
        folder.ok_or("there is no home directory for this user; name a folder with --data")?;
    let desk = Desk::new(setup, folder, arguments.proxy.clone(), move |update| {
        // The window is gone when the dialer ends.
        let _ = send.send(update);
        if let Some(window) = shown.get() {
            window.request_repaint();
        }
    });
    let desk = desk.map_err(|cause| format!("cannot start: {cause}"))?;
    let listen = Listen {
        address: arguments.listen,
        user: arguments.user,
        proxy: arguments.proxy,
    };
    let heard = desk.clone();
    let agent = UserAgent::start(&listen, move |event| heard.heard(event));
    let agent = agent.map_err(|cause| {
        format!(
            "cannot listen at {}: {cause}; select another address with --listen",
            arguments.listen
        )
    })?;
    let agent = Arc::new(agent);
    let address = agent.address();
    let telephone = Arc::downgrade(&agent);
    desk.connect_telephone(Box::new(move |command| {
        if let Some(agent) = telephone.upgrade() {
            agent.command(command);
        }
    }));
    #[expect(
        clippy::print_stdout,
        reason = "whoever started it from a shell calls it from one"
    )]
    {
        println!(
            "Listening at sip:{}@{address}, over UDP and TCP.",
            listen.user
        );
    }
    let listening = format!("sip:{}@{address}", listen.user);
    let crm = desk.crm().clone();
    let app = App::new(desk, updates, listening);
    let shown = show(app, arguments.theme, &window);
    // Says goodbye to those whom it speaks with, and lets what is asked of Callpop come to its end.
    drop(agent);
    let _ = crm.wait(GOODBYE);
    shown
}

/// Shows the window until it is closed.
fn show(app: App, theme: Option<Theme>, window: &OnceLock<egui::Context>) -> Result<(), String> {
    struct Window(App);
    impl eframe::App for Window {
        fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
            self.0.show(ui);
        }
    }
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Callpop Dialer")
            .with_app_id("callpop-desktop-dialer")
            .with_inner_size([980.0, 680.0])
            .with_min_inner_size([720.0, 480.0]),
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    let opened = eframe::run_native(
        "callpop-desktop-dialer",
        options,
        Box::new(|context| {
            match theme {
                Some(Theme::Light) => context.egui_ctx.set_theme(egui::Theme::Light),
                Some(Theme::Dark) => context.egui_ctx.set_theme(egui::Theme::Dark),
                None => {}
            }
            let _ = window.set(context.egui_ctx.clone());
            Ok(Box::new(Window(app)))
        }),
    );
    opened.map_err(|error| {
        format!(
            "no window can be opened: {error}; a display is needed (DISPLAY or WAYLAND_DISPLAY), \
             and on a machine without one, `xvfb-run` gives a program one"
        )
    })
}

/// The dialer's own folder, as the system has such.
fn own_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "callpop-desktop-dialer")?;
    Some(folders.data_dir().to_owned())
}
