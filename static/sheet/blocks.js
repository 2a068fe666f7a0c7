// A block of cells as the clipboard holds it: text with tabs and lines, or a table of HTML. Read from what Excel, WPS,
// LibreOffice and web pages put there, and written so that they take it.

// Lines of fields. A field in quotes may hold tabs, lines and doubled quotes; a lone quote is a quote.
export function readText(text) {
  const rows = [[]];
  let at = 0;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  while (at <= source.length) {
    const quoted = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(source[at] === '"' ? source.slice(at) : "");
    const bare = quoted ? null : /^[^\t\n]*/.exec(source.slice(at, nextEnd(source, at)))[0];
    rows[rows.length - 1].push(quoted ? quoted[1].replace(/""/g, '"') : bare);
    at += quoted ? quoted[0].length : bare.length;
    if (source[at] === "\n") rows.push([]);
    at += 1;
  }
  return rows;
}
function nextEnd(source, from) {
  const ends = [source.indexOf("\t", from), source.indexOf("\n", from)].filter((end) => end >= 0);
  return ends.length ? Math.min(...ends) : source.length;
}

function textOfCell(cell) {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("style, script").forEach((part) => part.remove());
  copy.querySelectorAll("br").forEach((line) => line.replaceWith("\v"));
  return copy.textContent.replace(/[ \t\r\n\f]+/g, " ").replace(/ ?\v ?/g, "\n").trim();
}
// Excel ends its table with a line that is not shown and holds nothing, and says several empty lines in one.
const isFiller = (row) => /display:\s*none/.test(row.dataset.style || "") && !row.textContent.trim();
const emptyLines = (row) => Number(/mso-xlrowspan:\s*(\d+)/.exec(row.dataset.style || "")?.[1] || 1) - 1;

// Its styles are only read, and the page's policy would complain of each: they are put where nothing applies them.
const withoutStyles = (html) => html.replace(/<style\b[\s\S]*?<\/style>/gi, "")
  .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle(?=\s*=)/gi, " data-style"));
// The first table of a page; a cell over several places has its text in the first of them.
export function readTable(html) {
  const table = new DOMParser().parseFromString(withoutStyles(html), "text/html").querySelector("table");
  if (!table) return [];
  const rows = [];
  let line = 0;
  for (const row of table.rows) {
    if (isFiller(row)) continue;
    let column = 0;
    rows[line] = rows[line] || [];
    for (const cell of row.cells) {
      while (rows[line][column] !== undefined) column += 1;
      for (let down = 0; down < cell.rowSpan; down += 1) {
        rows[line + down] = rows[line + down] || [];
        for (let along = 0; along < cell.colSpan; along += 1) rows[line + down][column + along] = "";
      }
      rows[line][column] = textOfCell(cell);
      column += cell.colSpan;
    }
    line += 1 + emptyLines(row);
  }
  return Array.from(rows, (row) => Array.from(row || [""], (text) => text || ""));
}

const isOfASpreadsheet = (html) => /urn:schemas-microsoft-com:office:excel|ProgId"? content="?Excel|\bsdval=|<google-sheets/i.test(html);
const hasSpans = (html) => /<t[dh]\b[^>]*\b(row|col)span\b/i.test(html);
// The text is what one sees. The table is asked where there is no text in columns, and on a web page with joined cells,
// of which the text loses the places.
export function readBlock(clipboard) {
  const text = clipboard.getData("text/plain");
  const html = clipboard.getData("text/html");
  const isInColumns = text.includes("\t") && !(hasSpans(html) && !isOfASpreadsheet(html));
  const rows = isInColumns ? [] : readTable(html);
  return rows.length ? rows : text ? readText(text) : [];
}

const inQuotes = (text) => (/[\t\n"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
export const writeText = (rows) => rows.map((row) => row.map(({ text }) => inQuotes(text)).join("\t")).join("\r\n");
// With the kind said, or a spreadsheet takes the first noughts off a code.
export function writeTable(rows) {
  const table = document.createElement("table");
  for (const row of rows) {
    const line = table.insertRow();
    for (const { text, isFigure } of row) line.insertCell().append(isFigure ? text : `\u0001${text}`);
  }
  return table.outerHTML.replace(/<td>\u0001/g, "<td style='mso-number-format:\"\\@\"'>");
}
