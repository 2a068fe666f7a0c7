// Copy, cut and paste of blocks. Inside a text being edited they are the browser's own.

import { readBlock, writeTable, writeText } from "./blocks.js";
import { cellOf, form, isFigure } from "./cells.js";
import { isEditing } from "./entering.js";
import { controlOf } from "./places.js";
import { empty, paste } from "./ranges.js";
import { chosen, isRange } from "./selection.js";
import { say, tell } from "./strip.js";
import { shownIn } from "./taking.js";

const LARGEST = 1000000; // characters: a whole workbook pasted by mistake

form.addEventListener("paste", (event) => {
  const cell = cellOf(event.target);
  const { types } = event.clipboardData;
  if (!cell || !(types.includes("text/plain") || types.includes("text/html"))) return;
  if (["text/plain", "text/html"].some((type) => event.clipboardData.getData(type).length > LARGEST)) {
    event.preventDefault();
    tell("剪贴板里的内容太多，没有粘贴。请只复制要填的那一块。");
    return;
  }
  const rows = readBlock(event.clipboardData);
  const isBlock = rows.length > 1 || rows.some((row) => row.length > 1);
  if (!rows.length || (isEditing() && !(isBlock && mayBeABlock(event)))) return;
  event.preventDefault();
  paste(cell, rows);
});
// Several lines put into a text that is edited are that text's.
const mayBeABlock = ({ target, clipboardData }) => isFigure(target) || clipboardData.getData("text/plain").includes("\t");

const asField = (cell) => ({ text: shownIn(cell), isFigure: cell.classList.contains("num") });
function handOver(event) {
  const cell = cellOf(document.activeElement);
  const field = cell && controlOf(cell);
  const hasOwn = field && field.tagName === "INPUT" && field.type !== "checkbox" && !field.dataset.choose; // its text is selected already
  if (!cell || (!isRange() && (isEditing() || hasOwn))) return false;
  const rows = chosen().map((cells) => (cells.length ? cells.map(asField) : [{ text: "", isFigure: false }]));
  event.preventDefault();
  event.clipboardData.setData("text/plain", writeText(rows));
  event.clipboardData.setData("text/html", writeTable(rows));
  say(`已复制 ${rows.length} 行 × ${Math.max(...rows.map((row) => row.length))} 列。`);
  return true;
}
document.addEventListener("copy", handOver);
document.addEventListener("cut", (event) => { if (handOver(event)) empty(); });
