// While a figure is typed that has to be worked out (1.2亿), what the row's unit makes of it stands beside the cell; on
// leaving, or by Enter, it is kept so, and every figure takes the form's shape. What cannot be read stays as typed.

import { meaningOf, readFigure, shapeOf } from "./amounts.js";
import { cellOf, describe, fields, form, measureOf, valueOf } from "./cells.js";
import { heldAtEntry, reenter } from "./entering.js";
import { say } from "./strip.js";

const remarkOf = (cell) => cell.querySelector(".cell-means");
function remark(field, words, tone = "") {
  const cell = cellOf(field);
  const before = remarkOf(cell);
  const id = `means-${cell.dataset.cell}`;
  describe(field, id, Boolean(words));
  if (!words) { before?.remove(); return; }
  const span = before || Object.assign(document.createElement("span"), { id });
  span.className = "cell-means no-print";
  span.textContent = words;
  span.dataset.tone = tone;
  if (tone === "kept") span.dataset.kept = field.value;
  else delete span.dataset.kept;
  if (before) return;
  field.after(span);
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function offer(field) {
  const measure = measureOf(field);
  if (!measure) return;
  const read = readFigure(field.value, measure);
  if (read.isWorkedOut) {
    remark(field, `= ${read.shape} ${measure.unit}`);
    say(`${field.value} = ${read.shape} ${measure.unit}。回车保留，Esc 还原。`);
  } else {
    remark(field, read.isAmount ? read.why : "", "refused");
  }
}

// The figure in the form's shape; worked out, when somebody typed it so. Whoever listens hears when it means another now.
const isTypedNow = (field) => field.value !== heldAtEntry();
export function keep(field, isTyped = isTypedNow(field)) {
  const measure = measureOf(field);
  const read = measure && readFigure(field.value, measure);
  if (!read || read.kind !== "figure" || read.shape === field.value) return;
  if (read.isWorkedOut && !isTyped) return;
  const [typed, meant] = [field.value, valueOf(field)];
  field.value = read.shape;
  if (read.isWorkedOut) remark(field, `按“${typed.trim()}”换算`, "kept");
  if (valueOf(field) !== meant) field.dispatchEvent(new Event("input", { bubbles: true }));
}

// What is stored comes without separators: the page shows it as the form does, and nothing is changed by that.
function show(field) {
  const measure = measureOf(field);
  if (!measure || field === document.activeElement || !field.value) return;
  const digits = meaningOf(field.value);
  if (readFigure(field.value, measure).isWorkedOut === false) field.value = shapeOf(digits, measure.decimals);
}

form.addEventListener("input", (event) => {
  const field = event.target;
  if (!cellOf(field) || event.isComposing) return;
  if (event.isTrusted) offer(field);
  else if (remarkOf(cellOf(field))?.dataset.kept !== field.value) remark(field, ""); // of another text than this
});
form.addEventListener("compositionend", ({ target }) => { if (cellOf(target)) offer(target); });
form.addEventListener("change", ({ target, isTrusted }) => {
  if (cellOf(target) && isLeft(isTrusted)) keep(target, isTrusted && isTypedNow(target));
}, true);
form.addEventListener("focusout", ({ target }) => { if (cellOf(target) && isLeft()) keep(target); }, true);
// Who only looks something up in another window comes back to type on.
function isLeft(isByPerson = true) {
  return !isByPerson || document.hasFocus();
}

document.addEventListener("keydown", (event) => { // before it is saved
  const field = document.activeElement;
  if ((event.ctrlKey || event.metaKey) && event.key === "s" && cellOf(field)) {
    keep(field);
    reenter(); // what is typed next is another figure
  }
}, true);

fields().forEach(show);
// A save, or what somebody else stored, brings cells anew.
new MutationObserver((changes) => {
  const cells = new Set(changes.map(({ target }) => cellOf(target)).filter(Boolean));
  cells.forEach((cell) => cell.querySelectorAll("input").forEach(show));
}).observe(form, { childList: true, subtree: true });
