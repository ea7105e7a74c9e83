//! Writes PDF files: text in one embedded font, lines, and nothing that differs from run to run, since Parom tells
//! versions of a document by the hash of its content.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap};
use pdf_writer::{Chunk, Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::onec::random::Random;

/// A4 in points.
pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;

/// What printed forms are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    marks: Vec<Mark>,
}

#[derive(Clone, Debug)]
enum Mark {
    Text { x: f32, y: f32, size: f32, bold: bool, text: String },
    Line { from: (f32, f32), to: (f32, f32) },
}

impl Page {
    /// A line of text; `x` is its left end, `y` its base line, both counted from the lower left corner.
    pub(super) fn text(&mut self, (x, y): (f32, f32), size: f32, bold: bool, text: &str) {
        self.marks.push(Mark::Text { x, y, size, bold, text: text.to_owned() });
    }

    /// A thin line.
    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32)) {
        self.marks.push(Mark::Line { from, to });
    }
}

/// How wide a text becomes, in points.
pub(super) fn width(text: &str, size: f32) -> f32 {
    let font = font();
    text.chars().map(|letter| font.glyph(letter).1).sum::<f32>() * size / 1000.0
}

const FONT: Name = Name(b"F1");
const FONT_NAME: &[u8] = b"PAROMA+DejaVuSansCondensed";
const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// How thick a bold letter's outline is, of its size: the font is embedded once and drawn with an outline.
const BOLD: f32 = 0.028;
/// Sizes of the attachment that are tried until the file is as long as it should be.
const TRIES: usize = 4;

/// The file. With `size`, in bytes, it carries an attachment that makes it as large; a file that is larger by itself
/// stays as it is.
pub(super) fn file(title: &str, pages: &[Page], size: Option<usize>) -> Vec<u8> {
    let parts = Parts::new(pages);
    let plain = parts.assemble(title, None);
    let Some(missing) = size.and_then(|size| size.checked_sub(plain.len())).filter(|missing| *missing > 0)
    else {
        return plain;
    };
    let wanted = plain.len() + missing;
    let noise = noise(missing);
    let mut attached = missing;
    let mut file = plain;
    for _ in 0..TRIES {
        file = parts.assemble(title, Some(&noise[..attached]));
        if file.len() == wanted {
            break;
        }
        attached = (attached + wanted).saturating_sub(file.len()).min(missing);
    }
    file
}

/// Everything of a file but what depends on the attachment.
struct Parts {
    chunk: Chunk,
    next: Ref,
}

const CATALOG: Ref = Ref::new(1);
const INFO: Ref = Ref::new(2);
const PAGES: Ref = Ref::new(3);
const TYPE0: Ref = Ref::new(4);
const CID: Ref = Ref::new(5);
const DESCRIPTOR: Ref = Ref::new(6);
const PROGRAM: Ref = Ref::new(7);
const TO_UNICODE: Ref = Ref::new(8);
const FIRST_FREE: i32 = 9;

impl Parts {
    fn new(pages: &[Page]) -> Self {
        let font = font();
        let mut chunk = Chunk::new();
        let mut next = Ref::new(FIRST_FREE);
        let places: Vec<(Ref, Ref)> = pages.iter().map(|_| (next.bump(), next.bump())).collect();
        chunk
            .pages(PAGES)
            .kids(places.iter().map(|(page, _)| *page))
            .count(i32::try_from(pages.len()).expect("few pages"));
        for (page, (page_ref, content_ref)) in pages.iter().zip(places) {
            let mut written = chunk.page(page_ref);
            written.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(PAGES).contents(content_ref);
            written.resources().fonts().pair(FONT, TYPE0);
            written.finish();
            let content = deflated(&page.content(font));
            chunk.stream(content_ref, &content).filter(Filter::FlateDecode);
        }
        font.embed(&mut chunk);
        Self { chunk, next }
    }

    fn assemble(&self, title: &str, attached: Option<&[u8]>) -> Vec<u8> {
        let mut next = self.next;
        let mut pdf = Pdf::new();
        pdf.document_info(INFO).title(TextStr(title)).producer(TextStr("1С:Предприятие 8.3 (учебная)"));
        let mut catalog = pdf.catalog(CATALOG);
        catalog.pages(PAGES);
        let attachment = attached.map(|bytes| (bytes, next.bump(), next.bump()));
        if let Some((_, spec, _)) = attachment {
            catalog.names().embedded_files().names().insert(Str(ATTACHMENT), spec);
        }
        catalog.finish();
        pdf.extend(&self.chunk);
        if let Some((bytes, spec, file)) = attachment {
            pdf.file_spec(spec).path(Str(ATTACHMENT)).embedded_file(file);
            pdf.embedded_file(file, bytes);
        }
        pdf.finish()
    }
}

const ATTACHMENT: &[u8] = b"scan.bin";

/// Bytes that no compression makes smaller, the same at every run.
fn noise(length: usize) -> Vec<u8> {
    let mut random = Random::new(0x0050_4446, 1);
    let mut bytes: Vec<u8> =
        std::iter::repeat_with(|| random.next().to_le_bytes()).take(length.div_ceil(8)).flatten().collect();
    bytes.truncate(length);
    bytes
}

impl Page {
    fn content(&self, font: &Font) -> Vec<u8> {
        let mut content = Content::new();
        content.set_line_width(0.6);
        for mark in &self.marks {
            match mark {
                Mark::Line { from, to } => {
                    content.move_to(from.0, from.1).line_to(to.0, to.1).stroke();
                }
                Mark::Text { x, y, size, bold, text } => {
                    let glyphs: Vec<u8> =
                        text.chars().flat_map(|letter| font.glyph(letter).0.to_be_bytes()).collect();
                    content.save_state().begin_text().set_font(FONT, *size);
                    if *bold {
                        content.set_text_rendering_mode(TextRenderingMode::FillStroke);
                        content.set_line_width(size * BOLD);
                    }
                    content.next_line(*x, *y).show(Str(&glyphs)).end_text().restore_state();
                }
            }
        }
        content.finish().to_vec()
    }
}

/// The part of DejaVu Sans Condensed that Russian documents need, cut out once for all files.
struct Font {
    /// The glyph in the cut font, and its width in thousandths of the size.
    glyphs: BTreeMap<char, (u16, f32)>,
    program: Vec<u8>,
    program_length: usize,
    to_unicode: Vec<u8>,
    ascent: f32,
    descent: f32,
    cap_height: f32,
    bounds: Rect,
}

fn font() -> &'static Font {
    static FONT: OnceLock<Font> = OnceLock::new();
    FONT.get_or_init(Font::cut)
}

/// What the embedded font can say: Latin, Cyrillic, and the signs of offices.
fn alphabet() -> impl Iterator<Item = char> {
    (' '..='~').chain('\u{a0}'..='ÿ').chain('А'..='я').chain("ЁёЄєІіЇїҐґ–—‘’‚“”„…№€₽•≤≥−".chars())
}

impl Font {
    fn cut() -> Self {
        let whole = dejavu::sans_condensed::regular();
        let face = ttf_parser::Face::parse(whole, 0).expect("the font of the crate is one");
        let thousandths = |units: f32| units * 1000.0 / f32::from(face.units_per_em());
        let mut remapper = subsetter::GlyphRemapper::new();
        let mut glyphs = BTreeMap::new();
        let mut to_unicode = UnicodeCmap::new(Name(b"Parom"), SYSTEM);
        for letter in alphabet() {
            let Some(glyph) = face.glyph_index(letter) else { continue };
            let advance = face.glyph_hor_advance(glyph).unwrap_or_default();
            let cut = remapper.remap(glyph.0);
            // Two letters may share a glyph, such as both kinds of space; the first is the one to be read back.
            if !glyphs.values().any(|(known, _)| *known == cut) {
                to_unicode.pair(cut, letter);
            }
            glyphs.insert(letter, (cut, thousandths(f32::from(advance))));
        }
        let program = subsetter::subset(whole, 0, &remapper).expect("a TrueType font can be cut");
        let bounds = face.global_bounding_box();
        let corner = |units: i16| thousandths(f32::from(units));
        Self {
            glyphs,
            program_length: program.len(),
            program: deflated(&program),
            to_unicode: deflated(&to_unicode.finish()),
            ascent: corner(face.ascender()),
            descent: corner(face.descender()),
            cap_height: corner(face.capital_height().unwrap_or_else(|| face.ascender())),
            bounds: Rect::new(
                corner(bounds.x_min),
                corner(bounds.y_min),
                corner(bounds.x_max),
                corner(bounds.y_max),
            ),
        }
    }

    /// A letter that the font cannot say becomes a question mark.
    fn glyph(&self, letter: char) -> (u16, f32) {
        let known = self.glyphs.get(&letter).or_else(|| self.glyphs.get(&'?'));
        *known.expect("the alphabet has a question mark")
    }

    fn embed(&self, chunk: &mut Chunk) {
        chunk
            .type0_font(TYPE0)
            .base_font(Name(FONT_NAME))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(CID)
            .to_unicode(TO_UNICODE);
        let mut cid = chunk.cid_font(CID);
        cid.subtype(CidFontType::Type2)
            .base_font(Name(FONT_NAME))
            .system_info(SYSTEM)
            .font_descriptor(DESCRIPTOR)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let widths: BTreeMap<u16, f32> = self.glyphs.values().copied().collect();
        let mut runs = cid.widths();
        for (glyph, width) in widths {
            runs.same(glyph, glyph, width);
        }
        runs.finish();
        cid.finish();
        chunk
            .font_descriptor(DESCRIPTOR)
            .name(Name(FONT_NAME))
            .flags(FontFlags::SYMBOLIC)
            .bbox(self.bounds)
            .italic_angle(0.0)
            .ascent(self.ascent)
            .descent(self.descent)
            .cap_height(self.cap_height)
            .stem_v(80.0)
            .font_file2(PROGRAM);
        chunk
            .stream(PROGRAM, &self.program)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), i32::try_from(self.program_length).expect("smaller than a gigabyte"));
        chunk.stream(TO_UNICODE, &self.to_unicode).filter(Filter::FlateDecode);
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    const LEVEL: u8 = 6;
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, LEVEL)
}
