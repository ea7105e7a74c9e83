//! What people type into 1C.

use maud::{Markup, html};

use crate::ui::key_values;

/// Address, login and password, and the same as the file that the data processor «Паром» reads. A password is shown where
/// it was just made up, and nowhere else.
pub(crate) fn to_type_in(address: &str, login: &str, password: Option<&str>) -> Markup {
    let known = password.unwrap_or("…");
    // Whatever people choose as a password, it is written as XML wants it.
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let file = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Настройки>\n\t<Адрес>{}</Адрес>\n\t<Логин>{}</Логин>\n\t<Пароль>{}</Пароль>\n</Настройки>",
        escaped(address),
        escaped(login),
        escaped(known)
    );
    html! {
        (key_values(&[
            ("Адрес", html! { code { (address) } }),
            ("Логин", html! { code { (login) } }),
            ("Пароль", html! {
                @if let Some(password) = password { code.password { (password) } }
                @else { "тот, что записан в настройках Парома: [onec] password. Здесь его не видно." }
            }),
        ]))
        p { "То же файлом настроек обработки «Паром», например " code { "C:\\Паром\\Настройки.xml" } ", в кодировке UTF-8:" }
        pre tabindex="0" { code { (file) } }
    }
}
