// One key for each thing a reviewer does: what has data-key is pressed by it. None while somebody types, and none for who
// has switched them off; ? says them all.
"use strict";

import { kept, keep, whenArrived } from "./arriving.js";
import { isBusy } from "./swapping.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), select, textarea, dialog[open]";
const NOTHING = { d: "这一份没有疑点。", p: "这是第一份，前面没有了。", n: "这是最后一份，后面没有了。", u: "没有可以撤销的。" };
const areOn = () => kept("review-keys") !== "off";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key === "？" ? "?" : event.key.toLowerCase();
  if (!/^[a-z?]$/.test(key) || event.target.closest(TYPING) || !areOn()) return;
  const pressed = document.querySelector(`[data-key="${key}"]:not([hidden])`), status = document.querySelector("[data-keys-say]");
  if (document.querySelector("dialog[open]")) return;
  if (status) status.textContent = pressed ? "" : NOTHING[key] || "";
  if (!pressed) return;
  event.preventDefault();
  if (!isBusy()) pressed.click();
});

// The words of a decision are sent from where they are typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || event.isComposing) return;
  event.target.closest("textarea")?.form?.querySelector("button:not([type])")?.click();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-shows-keys]")) document.getElementById("keys").showModal();
});
document.addEventListener("change", ({ target }) => {
  if (target.hasAttribute("data-keys-on")) keep("review-keys", target.checked ? "on" : "off");
});

whenArrived(() => {
  const shows = document.querySelector("[data-shows-keys]");
  if (!shows || !document.getElementById("keys").showModal) return;
  shows.hidden = false;
  document.querySelector("[data-keys-on]").checked = areOn();
});
