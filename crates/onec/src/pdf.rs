//! What the content of a document has to be, wherever it comes from.

/// With these bytes a PDF begins. Programs that read PDF also look for them a little further on, but what stands before
/// them is always a mistake of whoever sends: a header of a form, an answer of a proxy, a byte order mark.
pub(crate) const MARK: &[u8] = b"%PDF-";

/// There is not a byte.
pub(crate) const EMPTY: &str = "файл пуст; проверьте, что печатная форма сохранилась в PDF";

/// It begins with `begin`.
pub(crate) fn no_pdf(begin: &[u8]) -> String {
    let guess = GUESSES.iter().find(|(mark, _)| begin.starts_with(mark)).map_or("", |(_, guess)| guess);
    format!("это не PDF: файл должен начинаться с %PDF-{guess}; сохраните печатную форму в PDF")
}

/// What else has been seen where a PDF was expected, with what to think of it.
const GUESSES: [(&[u8], &str); 8] = [
    (b"JVBER", ", а передан текст Base64: здесь нужны сами байты"),
    (b"PK", ", а похоже на документ Word или Excel или архив ZIP"),
    (b"\xD0\xCF\x11\xE0", ", а похоже на документ старого Word или Excel"),
    (b"{", ", а похоже на JSON"),
    (b"<", ", а похоже на HTML или XML"),
    (b"--", ", а похоже на данные формы (multipart): здесь нужны только байты файла"),
    (b"\xEF\xBB\xBF", ", а перед ним стоит метка UTF-8 (BOM)"),
    (b"\xFF\xD8", ", а похоже на картинку JPEG"),
];

/// It is longer than [`Settings::document_limit`](crate::Settings::document_limit).
pub(crate) fn too_large(limit: usize) -> String {
    format!("файл больше {limit} байт; уменьшите его или увеличьте [onec].document_limit")
}

/// Says what is wrong with a whole content.
pub(crate) fn prove(content: &[u8], limit: usize) -> Result<(), String> {
    if content.is_empty() {
        Err(EMPTY.to_owned())
    } else if content.len() > limit {
        Err(too_large(limit))
    } else if !content.starts_with(MARK) {
        Err(no_pdf(content))
    } else {
        Ok(())
    }
}
