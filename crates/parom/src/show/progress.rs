//! How far a long command has come: a bar on a terminal, a line at every tenth elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{count, number};

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

/// Of records, all of which are counted beforehand.
const RECORDS: &str = "{msg} [{bar:30}] {done} · {rate} · осталось {left}";
/// Of a file, whose records nobody has counted.
const FILE: &str = "{msg} [{bar:30}] {percent} % · {prefix} · осталось {left}";

impl Progress {
    /// Starts at nothing out of `total` records.
    pub(crate) fn of_records(title: &'static str, total: u64) -> Self {
        Self::start(title, total, RECORDS)
    }

    /// Starts at the beginning of a file of `size` bytes.
    pub(crate) fn of_file(title: &'static str, size: u64) -> Self {
        Self::start(title, size, FILE)
    }

    fn start(title: &'static str, total: u64, template: &str) -> Self {
        let form = if std::io::stderr().is_terminal() {
            Form::Bar(ProgressBar::new(total).with_style(style(template)).with_message(title))
        } else {
            Form::Lines(0)
        };
        Self { title, total, form }
    }

    /// So many records are done.
    pub(crate) fn at_record(&mut self, done: u64) {
        let line = format!("{} из {}", number(done), number(self.total));
        self.at(done, &line);
    }

    /// So many bytes are read, and so many records came out of them.
    pub(crate) fn at_byte(&mut self, position: u64, records: u64) {
        let line = count(records, ["запись", "записи", "записей"]);
        if let Form::Bar(bar) = &self.form {
            let rate = records.checked_div(bar.elapsed().as_secs()).unwrap_or(records);
            bar.set_prefix(format!("{line}, {} в секунду", number(rate)));
        }
        self.at(position, &line);
    }

    /// Something that has to be told above the bar.
    pub(crate) fn tell(&self, line: &str) {
        match &self.form {
            Form::Bar(bar) => bar.println(line),
            Form::Lines(_) => eprintln!("{line}"),
        }
    }

    /// Takes the bar away; what comes next says how it ended.
    pub(crate) fn finish(self) {
        if let Form::Bar(bar) = self.form {
            bar.finish_and_clear();
        }
    }

    fn at(&mut self, done: u64, line: &str) {
        let done = done.min(self.total);
        match &mut self.form {
            Form::Bar(bar) => bar.set_position(done),
            Form::Lines(told) => {
                let tenth = done * 10 / self.total.max(1);
                if tenth > *told {
                    *told = tenth;
                    eprintln!("{}: {line}", self.title);
                }
            }
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates are constants")
        .with_key("done", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
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
    match seconds {
        0..60 => format!("{seconds} с"),
        60..3600 => format!("{} мин {} с", seconds / 60, seconds % 60),
        _ => format!("{} ч {} мин", seconds / 3600, seconds % 3600 / 60),
    }
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
