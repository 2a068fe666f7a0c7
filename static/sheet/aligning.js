// Which field of a block belongs to which cell. By place, from one cell on; but a block that brings the codes of the rows
// along is laid by them, so that a header line, another order or a missing row shifts nothing.

import { plain } from "./amounts.js";
import { lines, placeOf } from "./places.js";

const FURTHEST = 3; // columns to look for the codes in
const squeezed = (text) => plain(text).replace(/\s/g, "");
const rowOf = (line) => line[0]?.closest("tr");

// { texts: [cell, text] pairs, notes: what is to be told of the block }.
export function align(rows, cell) {
  const all = lines();
  const start = placeOf(cell, all);
  const codes = codesIn(rows, all, start);
  return codes ? byCode(rows, all, start, codes) : byPlace(rows, all, start);
}

function byPlace(rows, all, start) {
  const below = Math.max(0, start.line + rows.length - all.length);
  const [texts, beside] = laid(rows.map((row, down) => [row, all[start.line + down]]), start.column);
  return { texts, notes: beyond(below, beside) };
}

// The fields of each row from a column of its line on, and how many columns are left over.
function laid(pairs, column) {
  const texts = [];
  let beside = 0;
  for (const [row, line] of pairs) {
    if (!line) continue;
    row.forEach((text, along) => { if (line[column + along]) texts.push([line[column + along], text]); });
    if (line.length) beside = Math.max(beside, column + row.length - line.length);
  }
  return [texts, beside];
}
function beyond(below, beside) {
  const over = [below ? `${below} 行` : "", beside ? `${beside} 列` : ""].filter(Boolean).join("、");
  return over ? [`${over}超出表格，未取`] : [];
}

// The column that holds codes of this table's rows, and the line of each code.
function codesIn(rows, all, start) {
  const lineOf = new Map(all.filter((line) => line.length).map((line) => [rowOf(line).dataset.row, line]));
  const own = rowOf(all[start.line])?.dataset.row;
  for (let column = 0; column < FURTHEST; column += 1) {
    const given = rows.map((row) => squeezed(row[column] || "")).filter(Boolean);
    const hits = given.filter((code) => lineOf.has(code));
    const isTheOne = given.length === 1 && hits[0] === own && rows[0].length > 1;
    if (isTheOne || (hits.length > 1 && hits.length * 2 >= given.length)) return { column, lineOf };
  }
  return null;
}

function byCode(rows, all, start, { column, lineOf }) {
  const pairs = rows.map((row) => [row, lineOf.get(squeezed(row[column] || ""))]);
  const coded = pairs.filter(([, line]) => line);
  let first = column + 1;
  while (coded.some(([row]) => row.length > first) && coded.every(([row, line]) => isLabel(row[first] || "", rowOf(line)))) first += 1;
  const [texts, beside] = laid(coded.map(([row, line]) => [row.slice(first), line]), start.column);
  const left = pairs.filter(([row, line]) => !line && row.slice(first).some((text) => /[0-9]/.test(text))).length;
  return { texts, notes: ["按其中的指标代码对应", left ? `${left} 行没有本表的代码，未取` : "", ...beyond(0, beside)].filter(Boolean) };
}
// The row's name or unit, written out.
function isLabel(text, row) {
  const words = squeezed(text);
  const unit = (row.dataset.measure || "").split(" ")[1] || "";
  return words === "" || words === squeezed(unit) || (/[\u4e00-\u9fff]/.test(words) && squeezed(row.cells[0].textContent).includes(words));
}
