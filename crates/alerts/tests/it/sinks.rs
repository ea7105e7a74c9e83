//! A mail server and a Telegram on this machine, which keep what they get and misbehave when told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

/// How a sink answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Well,
    /// It refuses: a recipient, or a chat.
    Refuses,
    /// It takes the message and hangs up without a word.
    HangsUpAfterwards,
    /// It asks to come back in a quarter of an hour.
    Busy,
    /// It is out of order.
    Broken,
}

/// Something that listens.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    got: Arc<Mutex<Vec<String>>>,
    _listens: AbortOnDropHandle<()>,
}

impl Sink {
    /// A mail server that keeps whole mails.
    pub(crate) async fn smtp() -> Self {
        Self::open(|stream, mood, got| async move {
            // Whoever hangs up in the middle is no concern of the sink.
            let _ = speak_smtp(stream, &mood, &got).await;
        })
        .await
    }

    /// A bot interface that keeps path and body of each request.
    pub(crate) async fn telegram() -> Self {
        Self::open(|stream, mood, got| async move {
            let _ = speak_http(stream, &mood, &got).await;
        })
        .await
    }

    async fn open<F>(
        speak: impl Fn(TcpStream, Arc<Mutex<Mood>>, Arc<Mutex<Vec<String>>>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (mood, got) = (Arc::new(Mutex::new(Mood::Well)), Arc::default());
        let (its_mood, its_got) = (Arc::clone(&mood), Arc::clone(&got));
        let tasks = TaskTracker::new();
        let listens = tasks.clone().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tasks.spawn(speak(stream, Arc::clone(&its_mood), Arc::clone(&its_got)));
            }
        });
        Self { address, mood, got, _listens: AbortOnDropHandle::new(listens) }
    }

    /// From now on it answers so.
    pub(crate) fn is(&self, mood: Mood) {
        *self.mood.lock().expect("nobody panics with it") = mood;
    }

    /// What it has got so far.
    pub(crate) fn got(&self) -> Vec<String> {
        self.got.lock().expect("nobody panics with it").clone()
    }
}

async fn speak_smtp(stream: TcpStream, mood: &Mutex<Mood>, got: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mood = *mood.lock().expect("nobody panics with it");
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 sink ESMTP\r\n").await?;
    let mut mail = String::new();
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            "AUTH" => {
                mail.push_str(&line);
                mail.push('\n');
                "235 welcome"
            }
            "RCPT" if mood == Mood::Refuses => "550 no such user",
            "MAIL" | "RCPT" => {
                mail.push_str(&line);
                mail.push('\n');
                "250 fine"
            }
            "DATA" if mood == Mood::Busy => "451 come back later",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                got.lock().expect("nobody panics with it").push(std::mem::take(&mut mail));
                match mood {
                    Mood::HangsUpAfterwards => return Ok(()),
                    Mood::Broken => "554 out of order",
                    Mood::Well | Mood::Refuses | Mood::Busy => "250 taken",
                }
            }
            "QUIT" => "221 bye",
            _ => "500 what?",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

async fn speak_http(stream: TcpStream, mood: &Mutex<Mood>, got: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mood = *mood.lock().expect("nobody panics with it");
    let mut stream = BufReader::new(stream);
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end().to_lowercase();
        if let Some(rest) = line.strip_prefix("post ") {
            rest.split(' ').next().unwrap_or_default().clone_into(&mut path);
        } else if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    got.lock().expect("nobody panics with it").push(format!("{path} {}", String::from_utf8_lossy(&body)));
    let (status, answer) = match mood {
        Mood::Well => ("200 OK", r#"{"ok":true,"result":{"message_id":1}}"#),
        Mood::Refuses => (
            "400 Bad Request",
            r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found for bot 12:s3cr3t"}"#,
        ),
        Mood::Busy => (
            "429 Too Many Requests",
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":900}}"#,
        ),
        Mood::Broken => ("502 Bad Gateway", "<html>nginx</html>"),
        Mood::HangsUpAfterwards => return Ok(()),
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    stream.write_all(format!("{head}{answer}").as_bytes()).await?;
    stream.shutdown().await
}
