import { form } from "./cells.js";

// Keys: Enter and the arrows move along the column, as in the workbook; Tab stays the browser's own.
function neighbour(field, step) {
  const row = field.closest("tr");
  const column = [...row.children].indexOf(field.closest("td"));
  for (let next = row; (next = step > 0 ? next.nextElementSibling : next.previousElementSibling);) {
    const found = next.children[column]?.querySelector("input:not([type=hidden]), select");
    if (found) return found;
  }
  return null;
}
form.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.closest("[data-cell]") || event.isComposing || event.altKey || event.ctrlKey) return;
  const arrows = field.tagName === "SELECT" || field.list ? {} : { ArrowDown: 1, ArrowUp: -1 };
  const step = event.key === "Enter" ? (event.shiftKey ? -1 : 1) : arrows[event.key];
  if (!step) return;
  event.preventDefault();
  const next = neighbour(field, step);
  if (next) { next.focus(); next.select?.(); }
});
