// What a browser prints of the official form is the paper and not the screen: an answer that nobody gave is an empty cell,
// without the word that invites one and without its label (app.css).
"use strict";

const isGiven = (control) => (control.type === "checkbox" ? control.checked : control.value !== "");
window.addEventListener("beforeprint", () => {
  for (const cell of document.querySelectorAll(".print-form [data-cell]")) {
    const controls = [...cell.querySelectorAll('select, input:not([type="hidden"])')];
    cell.classList.toggle("is-unanswered", controls.length > 0 && !controls.some(isGiven));
  }
});
