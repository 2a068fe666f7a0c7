// The line above the form with what a press can spare: each part of the page that has an offer puts its button here. A
// button that has nothing to offer is not there.

import { table } from "./places.js";

const line = Object.assign(document.createElement("p"), { className: "less no-print", hidden: true });
line.setAttribute("role", "group");
line.setAttribute("aria-label", "少填一些");
table.closest(".grid-box").before(line);

// However often something is said to have changed in one turn, by a key and by the verdict it leads to, it is drawn once.
export function once(draw) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    setTimeout(() => { waits = false; draw(); });
  };
}

export function button(press, name = "btn btn-small") {
  const made = Object.assign(document.createElement("button"), { type: "button", className: name, hidden: true });
  made.addEventListener("click", press);
  made.addEventListener("keydown", (event) => { // Enter presses the button, and moves no cell
    if (event.key === "Enter" || event.key === " ") event.stopPropagation();
  });
  return made;
}
// The button that has the focus stays until it is left, or the keyboard would stand nowhere.
export function show(made, words) {
  const isLast = !words && made === document.activeElement;
  if (isLast) made.addEventListener("blur", () => show(made, made.dataset.words), { once: true });
  made.dataset.words = words;
  const shown = words || (isLast ? "已填" : "");
  if (shown && made.textContent !== shown) made.textContent = shown;
  made.hidden = !words && !isLast;
  if (made.parentNode === line) line.hidden = [...line.children].every((each) => each.hidden);
}
export function offer(press, place = null) {
  const made = button(press);
  line.insertBefore(made, place);
  return made;
}
