// A decision, and the way to another filing, is answered by that filing's page: its content takes the place of what is
// here, in one request. What cannot be taken in is gone to as a page of its own.
"use strict";

import { arrive } from "./arriving.js";

const SOON = 400; // ms after a filing has come: the second of two presses, by hand or by key, must not decide about it
let isUnderWay = false;
let cameAt = -SOON;
let shown = window.location.pathname;

export const isBusy = () => isUnderWay;
const receiptOf = (root) => root.querySelector("[data-review]")?.dataset.review;

function giveBack(form, words) {
  delete form.dataset.sent;
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  window.say(words);
  form.querySelector("button").focus();
}

function takeIn(page, title, path, isRefused) {
  const isSame = receiptOf(page) === receiptOf(document);
  const [left, top] = [window.scrollX, window.scrollY];
  document.querySelector(".page").replaceWith(document.importNode(page, true));
  document.title = title;
  if (path && path !== window.location.pathname) window.history.pushState({}, "", path);
  shown = window.location.pathname;
  cameAt = performance.now();
  window.scrollTo(isSame ? left : 0, isSame ? top : 0);
  if (!isRefused) document.querySelector(".page h1").focus({ preventScroll: true });
  arrive({ isSame, isRefused, isFirst: false });
}

async function ask(address, given) {
  isUnderWay = true;
  try {
    const answer = await fetch(address, { ...given, credentials: "same-origin", headers: { "HX-Request": "true" } });
    return [answer, await answer.text()];
  } finally {
    isUnderWay = false;
  }
}

async function turn(address, form) {
  let answer, text;
  try {
    [answer, text] = await ask(address, form ? { method: "POST", body: new FormData(form) } : {});
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that broke
    if (!form) return window.location.assign(address);
    form.dataset.plain = "yes"; // the next press goes the browser's own way
    return giveBack(form, "网络连接中断，刚才的操作没有送达。您输入的内容仍在页面上，请再按一次。");
  }
  const onward = answer.headers.get("HX-Redirect");
  if (onward) return window.location.assign(onward);
  const whole = new DOMParser().parseFromString(text, "text/html");
  const page = whole.querySelector(".page");
  if (page && receiptOf(page)) {
    const came = answer.redirected || !form ? new URL(answer.url).pathname : "";
    return takeIn(page, whole.title, answer.headers.get("HX-Push-Url") || came, answer.status === 409);
  }
  if (!form || (answer.ok && !answer.url.includes("/login/"))) return window.location.assign(answer.url);
  return giveBack(form, answer.ok || answer.status === 403
    ? "登录已过期或没有权限，请在新窗口重新登录后再试，本页内容不会丢失。"
    : `服务器未能完成这次操作（${answer.status}），请稍后重试。`);
}

const hasWordsToLose = () => [...document.querySelectorAll("[data-panel] textarea")].some(
  (field) => field.value.trim() && field.value !== field.defaultValue);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.hasAttribute("data-onward") || form.dataset.plain) return;
  event.preventDefault();
  turn(form.action, form);
});
document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-onward] button, a[data-onward]");
  if (!pressed) return;
  const isPointer = event.detail > 0, decides = pressed.matches("button");
  if (isUnderWay || ((isPointer || decides) && performance.now() - cameAt < SOON)) {
    event.preventDefault();
    return;
  }
  if (!pressed.matches("a") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (hasWordsToLose() && !window.confirm("写好的理由或问题还没有发出，离开这一份就没有了。要离开吗？")) return;
  turn(pressed.href);
});
window.addEventListener("popstate", () => {
  if (window.location.pathname !== shown) window.location.reload();
});
