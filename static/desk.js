// The rule being written: htmx asks what is wrong with it and whom it touches (templates/city/desk/rule.html). Here only
// what an answer cannot say by itself: a field with a mistake is marked as such for a screen reader.
"use strict";

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const name = /^says-(.+)$/.exec(event.detail.target.id)?.[1];
  const field = name && document.getElementById(`id_${name}`);
  if (!field) return;
  const isWrong = event.detail.target.childElementCount > 0;
  if (isWrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
});
