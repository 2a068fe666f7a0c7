// A cell that was changed here and, to other text, by somebody else: both stand in it with both names, and who sits here
// chooses in the cell. Until then it is not sent, and the rest is saved without it.

import { cellOf, cellsIn, controlsIn, describe, form, putText, rememberText, textOf } from "./cells.js";
import { choicesOf } from "./codes.js";

const theirsOf = new WeakMap();
export const isDisputed = (cell) => theirsOf.has(cell);
export const disputes = () => cellsIn(form).filter(isDisputed);

export function dispute(cell, theirs) {
  if (textOf(cell) === theirs.text) { rememberText(cell, theirs.text); return settle(cell, false); }
  theirsOf.set(cell, theirs);
  cell.classList.add("conflict");
  let choice = cell.querySelector(".cell-choice");
  if (!choice) {
    choice = document.createElement("div");
    choice.className = "cell-choice";
    choice.setAttribute("role", "group");
    const words = document.createElement("span");
    words.id = `choice-${cell.dataset.cell}`;
    choice.setAttribute("aria-labelledby", words.id);
    choice.append(words, button("用我的", "mine"), button("用对方的", "theirs"));
    choice.addEventListener("keydown", (event) => { // Enter presses the button, and does not move on
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    });
    cell.append(choice);
    controlsIn(cell).forEach((field) => describe(field, words.id, true));
  }
  say(cell);
}
function button(words, whose) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "btn btn-small", textContent: words });
  made.dataset.settle = whose;
  return made;
}
function say(cell) {
  const theirs = theirsOf.get(cell), field = controlsIn(cell)[0];
  const choice = choicesOf(field)?.find(({ code }) => code === textOf(cell));
  const own = field?.tagName === "SELECT" ? field.selectedOptions[0]?.textContent : choice ? `${choice.code} ${choice.name}` : textOf(cell);
  cell.querySelector(".cell-choice span").textContent =
    `${theirs.by}${theirs.at ? ` ${theirs.at} ` : ""}已存：${theirs.shown || "（空白）"}；您（${form.dataset.who}）填的：${own || "（空白）"}`;
}
function settle(cell, isTold = true) {
  theirsOf.delete(cell);
  cell.classList.remove("conflict");
  cell.querySelector(".cell-choice")?.remove();
  controlsIn(cell).forEach((field) => describe(field, `choice-${cell.dataset.cell}`, false));
  if (isTold) cell.dispatchEvent(new CustomEvent("settled", { bubbles: true }));
}

form.addEventListener("click", (event) => {
  const whose = event.target.dataset?.settle;
  if (!whose) return;
  const cell = cellOf(event.target), theirs = theirsOf.get(cell);
  if (whose === "mine") rememberText(cell, theirs.text); // knowingly over theirs: it counts as changed
  else putText(cell, theirs.text);
  settle(cell);
  controlsIn(cell)[0]?.focus({ preventScroll: true });
});
form.addEventListener("input", (event) => {
  const cell = cellOf(event.target);
  if (cell && isDisputed(cell)) say(cell);
});
