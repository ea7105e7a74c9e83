//! How far a long command has come: a bar on a terminal, a line at every tenth elsewhere.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::number;

/// The progress of one piece of work. Goes to the standard error, so that results can be piped.
#[derive(Debug)]
pub(crate) struct Progress {
    title: &'static str,
    total: u64,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Bar(ProgressBar),
    /// The last tenth that was told.
    Lines(u64),
}

const BAR: &str = "{msg} [{bar:30}] {pos_of_len} · {rate} · осталось {left}";

impl Progress {
    /// Starts at nothing out of `total`.
    pub(crate) fn start(title: &'static str, total: u64) -> Self {
        let form = if std::io::stderr().is_terminal() {
            Form::Bar(ProgressBar::new(total).with_style(style()).with_message(title))
        } else {
            Form::Lines(0)
        };
        Self { title, total, form }
    }

    /// So much of the total is done.
    pub(crate) fn at(&mut self, done: u64) {
        let done = done.min(self.total);
        match &mut self.form {
            Form::Bar(bar) => bar.set_position(done),
            Form::Lines(told) => {
                let tenth = done * 10 / self.total.max(1);
                if tenth > *told {
                    *told = tenth;
                    eprintln!("{}: {} из {}", self.title, number(done), number(self.total));
                }
            }
        }
    }

    /// Takes the bar away; what comes next says how it ended.
    pub(crate) fn finish(self) {
        if let Form::Bar(bar) = self.form {
            bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(BAR)
        .expect("the template is a constant")
        .with_key("pos_of_len", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
            let _ = write!(line, "{} из {}", number(state.pos()), number(state.len().unwrap_or_default()));
        })
        .with_key("rate", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
            let _ = write!(line, "{:.0} в секунду", state.per_sec());
        })
        .with_key("left", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
            let _ = line.write_str(&left(state.eta()));
        })
        .progress_chars("█▌ ")
}

/// A length of time as one or two parts: «12 с», «3 мин 5 с», «2 ч 10 мин».
fn left(time: Duration) -> String {
    let seconds = time.as_secs();
    let mut text = String::new();
    let _ = match seconds {
        0..60 => write!(text, "{seconds} с"),
        60..3600 => write!(text, "{} мин {} с", seconds / 60, seconds % 60),
        _ => write!(text, "{} ч {} мин", seconds / 3600, seconds % 3600 / 60),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_is_told_in_one_or_two_parts() {
        let check = |seconds: u64, expected: &str| assert_eq!(left(Duration::from_secs(seconds)), expected);

        check(0, "0 с");
        check(59, "59 с");
        check(60, "1 мин 0 с");
        check(3599, "59 мин 59 с");
        check(3600, "1 ч 0 мин");
        check(90_061, "25 ч 1 мин");
    }
}
