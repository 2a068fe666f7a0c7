// What is seldom read comes when it is opened: the part of the page at the address in data-later.
"use strict";

export async function load(place) {
  const here = place.querySelector("[data-later-here]");
  if (!place.dataset.later || !here || place.dataset.asked) return;
  place.dataset.asked = "yes";
  try {
    const answer = await fetch(place.dataset.later, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    const part = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-part]");
    if (part) here.replaceWith(document.importNode(part, true));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    delete place.dataset.asked; // the connection broke: the link is still there, and so is another try
  }
}

document.addEventListener("toggle", ({ target }) => { if (target.open) load(target); }, true);
