import { form } from "./cells.js";

// The note beside the form speaks of the row the cursor is in, and its link of the cell.
let cellInFocus = "";
export function offerToSay() {
  const here = document.getElementById("say-here");
  if (!here || !cellInFocus) return;
  const link = here.querySelector("a");
  link.search = `?cell=${encodeURIComponent(cellInFocus)}`;
  link.hash = "say";
  here.hidden = false;
}
export function showNote(code) {
  document.querySelectorAll("[data-note]").forEach((note) => { note.hidden = note.dataset.note !== code; });
  document.getElementById("row-note-none").hidden = true;
}
form.addEventListener("focusin", (event) => {
  cellInFocus = event.target.closest("[data-cell]")?.dataset.cell || cellInFocus;
  offerToSay();
  const code = event.target.closest("tr")?.dataset.row;
  if (code) showNote(code);
});

form.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyL") return; // Tab would leave the cell on its way to the link
  event.preventDefault();
  document.querySelector("#say-here a")?.click();
});

// Alt+I goes to what is said of the indicator, beside the form or, on a narrow page, above the buttons; Escape comes back.
form.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyI") return;
  const strip = document.getElementById("at-cell");
  const note = strip?.offsetHeight ? strip : document.querySelector("[data-note]:not([hidden])");
  if (!note) return;
  event.preventDefault();
  const field = event.target;
  if (note !== strip) {
    note.tabIndex = -1;
    note.setAttribute("role", "group");
    note.setAttribute("aria-label", note.querySelector("h3").textContent);
  }
  note.focus();
  note.onkeydown = ({ key }) => { if (key === "Escape") field.focus(); };
});
