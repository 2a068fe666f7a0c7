// How a cell was entered: a cell come to by key is selected as in a spreadsheet, and the arrows move on; so is a figure
// that is clicked, and the next figure typed takes its place. Once somebody types in it, presses F2, clicks into a text
// or a second time into a figure, it is edited, and the arrows move in the text.

import { cellOf, contentOf, form, isFigure } from "./cells.js";

let isEdited = false;
let held; // what the control held when it was entered
let pointedAt = null;
let clickSelects = null; // the figure that is being entered by a click
let leftWithTheWindow = null;

const isText = (field) => field.tagName === "INPUT" && field.type !== "checkbox";
export const isEditing = () => isEdited;
export const heldAtEntry = () => held;
export function edit(field) {
  if (!isText(field)) return;
  isEdited = true;
  field.setSelectionRange(field.value.length, field.value.length);
}
// The control as if it had just been entered by key.
export function enter(field) {
  isEdited = false;
  held = contentOf(field);
  if (isText(field)) field.select();
}
// The cell in focus as if it had just been entered: what it holds was put there.
export function reenter() {
  const here = document.activeElement;
  if (cellOf(here) && here.matches("input, select")) enter(here);
}
export function goTo(field) {
  if (field === document.activeElement) enter(field);
  else field.focus();
}

document.addEventListener("pointerdown", (event) => {
  pointedAt = event.target;
  clickSelects = null;
  if (event.target === document.activeElement && cellOf(event.target) && isText(event.target)) isEdited = true;
}, true);
document.addEventListener("keydown", () => { pointedAt = null; }, true);
form.addEventListener("focusin", ({ target: field }) => {
  if (!cellOf(field) || !field.matches("input, select")) return;
  if (field === leftWithTheWindow) { leftWithTheWindow = null; return; } // back from another program: as it was left
  leftWithTheWindow = null;
  if (pointedAt !== field || !isText(field)) { enter(field); return; }
  held = contentOf(field);
  clickSelects = isFigure(field) ? field : null;
  isEdited = !clickSelects;
});
form.addEventListener("click", ({ target: field }) => { // the browser has placed its caret
  if (field !== clickSelects) return;
  clickSelects = null;
  if (field.selectionStart === field.selectionEnd) field.select();
  else isEdited = true; // a part of it was chosen
});
form.addEventListener("focusout", ({ target }) => { leftWithTheWindow = document.hasFocus() ? null : target; });
form.addEventListener("compositionstart", () => { isEdited = true; });
form.addEventListener("input", (event) => { if (event.isTrusted && isText(event.target)) isEdited = true; });
