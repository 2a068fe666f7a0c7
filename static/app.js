// Small behaviour shared by every page. The pages work without it; sheet/ is the official form's own.
"use strict";

// Signing in again in another window changes the token that the forms of this page were made with: the cookie has it.
const tokenNow = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
document.addEventListener("submit", ({ target }) => {
  const field = target.elements.csrfmiddlewaretoken, token = tokenNow();
  if (field && token) field.value = token;
}, true);
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const token = tokenNow();
  if (!token) return;
  detail.headers["X-CSRFToken"] = token;
  if (detail.parameters.csrfmiddlewaretoken) detail.parameters.csrfmiddlewaretoken = token;
});

// A form is sent once: its buttons go quiet until the answer comes. The server is idempotent all the same.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.hasAttribute("data-keep-enabled") || form.hasAttribute("hx-post") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After this turn, or the pressed button's own name and value would not be sent.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
}, true);

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("change", (event) => {
  const name = event.target.dataset.checkAll;
  if (!name) return;
  document.querySelectorAll(`input[type="checkbox"][name="${name}"]:not(:disabled)`).forEach((box) => {
    box.checked = event.target.checked;
  });
});

// A link to #cell-2020.c1 puts the cursor into that cell.
function focusNamedCell() {
  const id = decodeURIComponent(window.location.hash.slice(1));
  if (!id.startsWith("cell-")) return;
  const cell = document.getElementById(id);
  if (!cell) return;
  const field = cell.matches("input, select, textarea, a, button") ? cell : cell.querySelector("input, select, textarea");
  (field || cell).scrollIntoView({ block: "center", inline: "center" });
  (field || cell).focus({ preventScroll: true });
}
window.addEventListener("hashchange", focusNamedCell);
window.addEventListener("DOMContentLoaded", focusNamedCell);
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#cell-"]');
  if (link && link.hash === window.location.hash) focusNamedCell(); // the same link a second time
});

// Escape closes what was opened, and the focus is where it was opened from.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  const open = event.target.closest?.("details[open]");
  if (!open || event.target.matches("select")) return; // a list has its own to close
  open.open = false;
  open.querySelector("summary").focus();
});

// Of tabs that are wider than the page the open one is in sight.
window.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".tabs").forEach((tabs) => {
    const open = tabs.querySelector("[aria-current]");
    if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;
  });
});

// What went wrong on the way is said in words where a screen reader hears it.
function say(words) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = words;
  live.hidden = !words;
}
document.addEventListener("htmx:sendError", () => say("网络连接中断，刚才的操作没有送达。您输入的内容仍在页面上，请稍后重试。"));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const gone = "这次演练已经清除，没有保存，也不需要保存。请回到首页。"; // 410
  say(status === 410 ? gone : status === 403 ? "登录已过期或没有权限，请在新窗口重新登录后再试，本页内容不会丢失。" : `服务器未能完成这次操作（${status}），请稍后重试。`);
});
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) say(""); });

// An explanation that was given is gone from the page, and the focus with it: the next one to give, or the next step.
let isExplained = false;
document.body.addEventListener("explained", () => { isExplained = true; });
document.addEventListener("htmx:afterSettle", () => {
  if (!isExplained || document.activeElement !== document.body) return;
  isExplained = false;
  const form = document.querySelector(".finding.warning form");
  const closed = form?.closest("details:not([open])");
  const next = closed ? closed.querySelector("summary") : form?.querySelector("select, textarea");
  (next ?? document.querySelector("#last-step, #first-step"))?.focus();
});

// How far long work has come is read by who asks for it; that it has ended is said without being asked.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.elt?.id !== "progress" || document.getElementById("progress")) return;
  document.getElementById("said").textContent = document.querySelector(".page-head").textContent.replace(/\s+/g, " ").trim();
});

// What was typed into the official form and is not stored yet lies in the browser (sheet/kept.js). It is the person's own:
// gone when they sign out, and when the next one has signed in without that. A page of theirs that is still open keeps
// nothing from then on.
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("data-signs-out")) localStorage.setItem("typed-by", "nobody");
}, true);
function throwAwayWhatOthersTyped() {
  const whose = localStorage.getItem("typed-by"), reader = document.body.dataset.user;
  if (whose === (reader || whose) && whose !== "nobody") return; // who was signed out by time comes back
  if (whose) indexedDB.deleteDatabase("typed");
  if (reader) localStorage.setItem("typed-by", reader);
}
try { throwAwayWhatOthersTyped(); } catch (error) { /* a browser that keeps nothing has nothing to throw away */ }
