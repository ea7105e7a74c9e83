// Files that people take away, read as their programs read them.
import { inflateRawSync } from "node:zlib";

// The rows of a CSV file of ours: a byte order mark, semicolons, cells in quotes where they have to be.
export function csvRows(content) {
  const text = content.toString("utf8");
  if (text[0] !== "\ufeff") throw new Error("Excel would not read it as UTF-8");
  const rows = [[""]];
  let isQuoted = false;
  for (let at = 1; at < text.length; at += 1) {
    const row = rows[rows.length - 1];
    const letter = text[at];
    if (isQuoted) {
      if (letter !== '"') row[row.length - 1] += letter;
      else if (text[at + 1] === '"') row[row.length - 1] += text[(at += 1)];
      else isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (letter === ";") row.push("");
    else if (letter === "\n") rows.push([""]);
    else if (letter !== "\r") row[row.length - 1] += letter;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

// A file inside a ZIP archive, by its central directory.
function unzipped(archive, name) {
  const end = archive.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [ofName, ofExtra, ofComment] = [28, 30, 32].map((place) => archive.readUInt16LE(at + place));
    if (archive.toString("utf8", at + 46, at + 46 + ofName) === name) {
      const local = archive.readUInt32LE(at + 42);
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const content = archive.subarray(start, start + packed);
      return (method === 0 ? content : inflateRawSync(content)).toString("utf8");
    }
    at += 46 + ofName + ofExtra + ofComment;
  }
  throw new Error(`no ${name} in the archive`);
}

// The rows of the first sheet of a workbook. A formula fails: every cell of ours is a text.
export function workbookRows(content) {
  const sheet = unzipped(content, "xl/worksheets/sheet1.xml");
  if (sheet.includes("<f>")) throw new Error("there is a formula in the sheet");
  const plain = (xml) => xml.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
  const texts = (xml, tag) => [...xml.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))].map(([, inside]) => plain(inside));
  const shared = sheet.includes('t="s"') ? texts(unzipped(content, "xl/sharedStrings.xml"), "si") : [];
  return [...sheet.matchAll(/<row [^>]*>([\s\S]*?)<\/row>/g)].map(([, row]) =>
    [...row.matchAll(/<c [^>]*?(?:t="(\w+)")?[^>]*?(?:\/>|>([\s\S]*?)<\/c>)/g)].map(([, kind, inside = ""]) =>
      kind === "s" ? shared[Number(plain(inside))] : plain(inside)),
  );
}

// What a link of the page gives to take away.
export async function taken(page, name) {
  const link = page.getByRole("main").getByRole("link", { name });
  const answer = await page.request.get(await link.getAttribute("href"));
  if (answer.status() !== 200) throw new Error(`${answer.status()} for ${name}`);
  return { headers: answer.headers(), content: await answer.body() };
}
