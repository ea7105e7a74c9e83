//! The page at `/` until there is a console: what this is and where to go.

use axum::response::Html;

/// What somebody sees who opens the address in a browser.
pub(super) async fn first() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<html lang=\"ru\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Паром</title>\n\
         <style>body{font:17px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}\
         code{background:#8882;padding:.1em .3em;border-radius:.2em}</style>\n\
         <h1>Паром</h1>\n\
         <p>Служба работает. Она переправляет контрагентов из 1С в Битрикс24.</p>\n\
         <ul>\n\
         <li><code>/1c/v1/</code> — адрес для 1С (нужны логин и пароль из раздела <code>[onec]</code>);</li>\n\
         <li><a href=\"/healthz\"><code>/healthz</code></a> — жива ли служба;</li>\n\
         <li><a href=\"/readyz\"><code>/readyz</code></a> — может ли она работать.</li>\n\
         </ul>\n\
         <p>Что сделано и что ждёт человека, покажут команды <code>parom status</code> и <code>parom parked list</code>.</p>\n\
         </html>\n",
    )
}
