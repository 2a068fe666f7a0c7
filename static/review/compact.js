// Compact or whole, as this person read last. What a link leads to is never left out.
"use strict";

import { keep, kept, whenArrived } from "./arriving.js";

const box = () => document.getElementById("whole");

// The first row in sight, which stays where it is on the screen.
function inSight() {
  return [...document.querySelectorAll(".compared tr[id]")].find((row) => row.getBoundingClientRect().top > 0 && !row.matches(".quiet"));
}

function show(isWhole) {
  const row = inSight(), before = row?.getBoundingClientRect().top;
  box().checked = isWhole;
  if (row && window.scrollY) window.scrollBy(0, row.getBoundingClientRect().top - before);
}

export function reveal(element) {
  if (element?.closest(".quiet") && box() && !box().checked) show(true);
}
const named = (hash) => document.getElementById(decodeURIComponent(hash.slice(1)));

document.addEventListener("click", ({ target }) => {
  const link = target.closest('a[href^="#cell-"], a[href^="#row-"]');
  if (link) reveal(named(link.hash));
}, true);
document.addEventListener("change", ({ target }) => {
  if (target !== box()) return;
  keep("review-whole", target.checked ? "yes" : "no");
});

whenArrived(({ isFirst }) => {
  if (!box()) return;
  box().checked = kept("review-whole") === "yes";
  if (isFirst && window.location.hash) reveal(named(window.location.hash));
});
