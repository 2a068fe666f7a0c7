// Panels open over the page and leave its tables in sight; one at a time, and the focus goes back to where it was.
"use strict";

import { whenArrived } from "./arriving.js";
import { load } from "./later.js";

let from = null;

export const openPanel = () => document.querySelector("[data-panel]:not([hidden])");

// Everything under an open panel can be scrolled free of it.
const makeRoom = () => document.documentElement.classList.toggle("with-panel", Boolean(openPanel()));

export function open(panel, { focus = true } = {}) {
  if (openPanel() && openPanel() !== panel) openPanel().hidden = true;
  if (panel.hidden) from = document.activeElement;
  panel.hidden = false;
  makeRoom();
  panel.dispatchEvent(new CustomEvent("opened", { bubbles: true, detail: focus ? from : null })); // a press on a cell picks it itself
  load(panel);
  if (focus) (panel.querySelector("textarea") || panel.querySelector("h2")).focus();
}

function close() {
  const panel = openPanel();
  if (!panel) return false;
  panel.hidden = true;
  makeRoom();
  const back = from?.isConnected && from !== document.body ? from : document.querySelector(".page h1");
  back.focus({ preventScroll: true });
  return true;
}

document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]");
  if (opens) {
    const panel = document.querySelector(opens.hash);
    event.preventDefault();
    if (panel === openPanel() && !panel.querySelector("textarea")) close();
    else open(panel);
  }
  if (event.target.closest("[data-closes]")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  if (close()) event.preventDefault();
});

function refusal() {
  const said = document.querySelector(".messages .error");
  const words = Object.assign(document.createElement("p"), { className: "notice notice-block", textContent: said?.textContent.trim() });
  return said ? [words] : [];
}

whenArrived(({ isRefused }) => {
  document.querySelectorAll("[data-panel]").forEach((panel) => {
    const closes = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small btn-quiet", textContent: "收起 Esc" });
    closes.setAttribute("data-closes", "");
    panel.classList.add("docked");
    panel.querySelector("h2").tabIndex = -1;
    panel.querySelector("h2").after(closes);
    panel.hidden = true;
    if (!panel.hasAttribute("data-open")) return;
    if (isRefused) closes.after(...refusal());
    open(panel);
  });
  makeRoom();
  from = null;
});
