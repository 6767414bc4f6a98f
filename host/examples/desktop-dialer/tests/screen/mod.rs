//! A screen that nobody sees, a window on it, and a person's keys.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use callpop_tests::PATIENT;

/// The variable that names the folder for pictures.
const PICTURES: &str = "CALLPOP_TEST_SCREENSHOTS";
/// How long a person takes from one key to the next: a window that needs longer is too slow.
const BETWEEN_KEYS: Duration = Duration::from_millis(300);

pub(crate) struct Screen {
    child: Child,
    display: String,
}

impl Screen {
    pub(crate) fn start() -> Self {
        // It says which number was free, once it is there.
        let mut child = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        Self { child, display }
    }

    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// Waits for the window of this title.
    pub(crate) fn window(&self, title: &str) -> ScreenWindow<'_> {
        let end = Instant::now() + PATIENT;
        loop {
            let found = self.run("xdotool", &["search", "--name", title]);
            if let Some(id) = found.lines().last() {
                return ScreenWindow {
                    screen: self,
                    id: id.to_owned(),
                };
            }
            assert!(Instant::now() < end, "there is no window {title:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", &self.display);
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct ScreenWindow<'screen> {
    screen: &'screen Screen,
    id: String,
}

impl ScreenWindow<'_> {
    /// Presses a key, as a person does: the window has a moment between two.
    pub(crate) fn key(&self, key: &str) {
        // Without a window manager, nobody else gives it the keys.
        let arguments = ["windowfocus", &self.id, "key", key];
        self.screen.run("xdotool", &arguments);
        std::thread::sleep(BETWEEN_KEYS);
    }

    /// Clicks at this place of the window.
    pub(crate) fn click(&self, x: u32, y: u32) {
        let (x, y) = (x.to_string(), y.to_string());
        let arguments = ["mousemove", "--window", &self.id, &x, &y, "click", "1"];
        self.screen.run("xdotool", &arguments);
        std::thread::sleep(BETWEEN_KEYS);
    }

    /// Keeps a picture of the window, if pictures are wanted.
    pub(crate) fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os(PICTURES) else {
            return;
        };
        std::thread::sleep(BETWEEN_KEYS);
        let file = Path::new(&folder).join(name).with_extension("png");
        let file = file.to_string_lossy();
        self.screen.run(
            "import",
            &[
                "-window",
                &self.id,
                "-strip",
                "-define",
                "png:compression-level=9",
                &file,
            ],
        );
    }
}
