// The rule being written: htmx asks what is wrong with it and whom it touches (templates/editions/desk/rule.html). Here only
// what an answer cannot say by itself: a field with a mistake is marked as such for a screen reader.
"use strict";

// 试这一家 stands in a list above the figures it fills: go to them, or a person sees nothing happen and a keyboard is lost.
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.detail.requestConfig?.elt?.id?.startsWith("try-")) return;
  const panel = document.getElementById("try-title");
  panel?.scrollIntoView({ block: "start" });
  panel?.parentElement.querySelector("[data-try] select, [data-try] input")?.focus({ preventScroll: true });
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const name = /^says-(.+)$/.exec(event.detail.target.id)?.[1];
  const field = name && document.getElementById(`id_${name}`);
  if (!field) return;
  const isWrong = event.detail.target.childElementCount > 0;
  if (isWrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
});
