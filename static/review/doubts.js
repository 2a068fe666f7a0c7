// From one doubtful cell to the next: first where the queue would look, then those that the check found.
"use strict";

import { whenArrived } from "./arriving.js";
import { reveal } from "./compact.js";

const button = () => document.querySelector("[data-doubt]");

export function doubts() {
  const first = button()?.dataset.doubt;
  const found = [...document.querySelectorAll(".compared .doubted")];
  const named = first && document.getElementById(`cell-${first}`);
  return named ? [named, ...found.filter((cell) => cell !== named)] : found;
}

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-doubt]")) return;
  const cells = doubts();
  const cell = cells[(cells.indexOf(document.activeElement) + 1) % cells.length];
  reveal(cell);
  cell.tabIndex = -1;
  cell.scrollIntoView({ block: "center", inline: "nearest" });
  cell.focus({ preventScroll: true });
});

whenArrived(() => { if (button()) button().hidden = !doubts().length; });
