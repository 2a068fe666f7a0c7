// Saving in place: what changed is sent, by a press or by itself, and the answer says what changed (sheet.py describes
// both). Nothing typed meanwhile is lost; what is not stored yet lies in this browser (kept.js).
/* global tokenNow */

import { cellsIn, controlsIn, fields, form, hasChanges, isChanged, isChangedIn, valueOf } from "./cells.js";
import { showDisputes, takeOthers, takeOver } from "./answer.js";
import { disputes, isDisputed } from "./dispute.js";
import { stay } from "./kept.js";
import { forgetPage, isKept, isTouched, keepPage, keepSoon, restore } from "./returning.js";
import { say } from "./strip.js";

const PAUSE = 3000; // in typing, before it is saved by itself
const APART = 20000; // from one such save to the next: each is a line of the journal
const PATIENCE = 15000; // for an answer that did not come, before it is sent again
const LONGEST = 60000; // for an answer
const MOST_WHILE_LEAVING = 60000; // bytes a browser sends on after its page is gone

let sending = ""; // what is under way
let waiting = ""; // a press that came during a save of itself
let unheard = null; // what was sent and not answered: perhaps it is stored, so it goes again before anything newer
let leaving = false;
let failed = false; // the last one did not arrive
let refused = false; // it may not be written: only a press tries again
let lastSaved = 0;
let timer = null;
let trouble = ""; // why it is not stored, as it was last said aloud

// What is seen changes with every save. A screen reader is told when something is not stored, when it is after all, and
// what a press came to (isHeard): not of each autosave in the middle of the next figure.
function tell(words, tone = "", link = null, isHeard = false) {
  const state = document.getElementById("saved-state");
  if (!state) return;
  state.replaceChildren(words, ...(link ? [link] : []));
  state.dataset.tone = tone;
  const shown = state.textContent;
  const isNews = tone === "block" ? shown !== trouble : tone === "done" && trouble;
  if (isHeard || isNews) say(shown);
  if (tone === "block" || tone === "done") trouble = tone === "block" ? shown : "";
}
// What stands in the way of 确定上报 was found in what is stored: it is not said of what is not.
function tellObstacles(words) {
  const obstacles = document.getElementById("obstacles");
  if (obstacles) obstacles.textContent = words;
}
function tellOfChanges() {
  if (!failed) tell("有未保存的修改", "warn");
  tellObstacles("保存后再看还差什么。");
}

// When

let composing = false; // an input method is at work: half a word is no text
form.addEventListener("compositionstart", () => { composing = true; });
form.addEventListener("compositionend", () => { composing = false; });
form.addEventListener("input", () => {
  if (!hasChanges()) { forgetPage(); return; }
  tellOfChanges();
  keepSoon();
  if (!failed) saveIn(Math.max(PAUSE, lastSaved + APART - Date.now()));
});
form.addEventListener("settled", () => {
  keepSoon();
  if (disputes().length || hasChanges()) { saveIn(0); return; }
  tell("已换成保存的内容。", "done", null, true);
  forgetPage();
});

function saveIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (composing) saveIn(PAUSE);
    else saveByItself();
  }, milliseconds);
}
const isToSend = (cell) => isChangedIn(cell) && !isDisputed(cell);
function saveByItself() {
  if (!sending && !refused && isTouched() && (unheard || cellsIn(form).some(isToSend))) send("keep");
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && isTouched() && hasChanges()) keepPage();
  saveByItself(); // on leaving, and on coming back from where one signed in again
});
window.addEventListener("pagehide", saveByItself);
window.addEventListener("focus", () => { if (failed) saveByItself(); });
window.addEventListener("online", saveByItself);
window.addEventListener("offline", () => { if (hasChanges()) tellOfNoLine(); });
window.addEventListener("beforeunload", (event) => {
  if (leaving || !hasChanges() || isKept()) return;
  event.preventDefault();
  event.returnValue = true; // browsers up to Chromium 118 ask for this
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.submitter?.value || "save");
});
form.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
  event.preventDefault();
  send("save");
});

// Sending

function setButtons(disabled) {
  document.querySelectorAll('button[form="grid"]').forEach((button) => { button.disabled = disabled; });
}
// What of the form has changed: for the server, and for the page to remember once it is stored.
function packed() {
  const fields = cellsIn(form).filter(isToSend).flatMap(controlsIn);
  return {
    sent: new Map(fields.map((field) => [field, valueOf(field)])),
    entries: fields.filter(({ type, checked }) => type !== "checkbox" || checked).map(
      (field) => [field.name, field.type === "checkbox" ? field.value : valueOf(field)]),
  };
}
async function send(press) {
  if (sending) {
    if (sending === "keep" && press !== "keep") waiting = press; // a second press of the same is none
    return;
  }
  if (press === "submit" && disputes().length) { tellOfDisputes(); disputes()[0].scrollIntoView({ block: "center" }); return; }
  clearTimeout(timer);
  const again = unheard;
  const then = again ? "keep" : press;
  if (then !== press) waiting = press;
  const isPress = press !== "keep";
  const parcel = again ?? packed();
  const pressed = document.activeElement.id; // a button that is disabled, or replaced, loses the focus
  sending = press;
  refused = false;
  if (isPress) setButtons(true);
  tell("正在保存…");
  let stored = false;
  try {
    const answer = await post(parcel.entries, then);
    const isHeard = answer && answer.status < 500;
    failed = !isHeard || answer.isSignedOut;
    stored = answer?.status === 200 && !answer.isSignedOut;
    unheard = isHeard && !answer.isSignedOut ? null : isHeard ? again : parcel;
    if (!answer) tellOfNoLine();
    else await receive(answer, parcel.sent, then);
  } catch (fault) { // ours: it is said as what it is, and goes on to the console
    tell(stored
      ? "已保存，但本页没能更新。请重新载入本页后再继续填写。"
      : "本页出错，不知道是否已保存。请重新载入本页核对。", "block");
    throw fault;
  } finally {
    sending = "";
    if (isPress) setButtons(false);
    if (document.activeElement === document.body) document.getElementById(pressed)?.focus({ preventScroll: true });
    goOn();
  }
}
function goOn() {
  const next = waiting;
  waiting = "";
  if (leaving) return;
  if (failed) { keepPage(); saveIn(PATIENCE); return; }
  if (next) send(next);
  else if (cellsIn(form).some(isToSend)) saveIn(Math.max(PAUSE, lastSaved + APART - Date.now()));
}

// The server's answer, or nothing when the line broke: then nobody knows whether it was stored, and sending it again is
// safe.
async function post(entries, then) {
  const body = new URLSearchParams([
    ["version", form.elements.version.value], ["page", form.elements.page.value], ["then", then], ...entries,
  ]);
  const token = tokenNow() || form.elements.csrfmiddlewaretoken.value;
  const patience = new AbortController();
  const bell = setTimeout(() => patience.abort(), LONGEST);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      keepalive: String(body).length < MOST_WHILE_LEAVING,
      signal: patience.signal,
    });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const isSignedOut = answer.status === 403 || new URL(answer.url).pathname !== new URL(form.action).pathname;
    return { status: answer.status, isSignedOut, said: isJson ? await answer.json() : null };
  } catch (error) {
    const isOfTheLine = error instanceof TypeError || error instanceof SyntaxError || error.name === "AbortError";
    if (!isOfTheLine) throw error; // fetch and the reading of its answer throw no other for the line
    return null;
  } finally {
    clearTimeout(bell);
  }
}

// Receiving

const here = () => (isKept() ? "内容已存在本机" : "您输入的内容仍在页面上");
function tellOfNoLine() {
  tell(`没有保存：未连接，${here()}，连上后自动保存。`, "block");
  keepPage();
}
function tellOfSignedOut() {
  const link = document.createElement("a");
  Object.assign(link, { href: "/login/", target: "_blank", rel: "noopener", textContent: "在新窗口登录" });
  tell(`没有保存：登录已过期，${here()}，登录后自动继续保存。请`, "block", link);
}

async function receive({ status, isSignedOut, said }, sent, then) {
  if (isSignedOut) { tellOfSignedOut(); return; }
  if (status === 410) { // a practice that was wiped meanwhile
    tell("这次演练已经清除，没有保存，也不需要保存。请回到首页。", "block");
    await forgetPage();
    return;
  }
  if (status === 409 && said) { refuse(said); return; }
  if (status !== 200) {
    tell(`没有保存：服务器未能完成（${status}），${here()}，请稍后再试。`, "block");
    return;
  }
  if (!said) {
    tell(`服务器的回答无法识别，不知道是否已保存，${here()}，请稍后再点“保存”。`, "block");
    return;
  }
  sent.forEach((value, field) => { field.remembered = value; });
  lastSaved = Date.now();
  if (said.onwards) { // stored; the next step has its own page
    leaving = true;
    await forgetPage();
    window.location.assign(said.onwards);
    return;
  }
  take(said, then);
}

function take(said, then) {
  form.elements.version.value = said.version;
  if (said.html) takeOver(said);
  document.getElementById("refusal").replaceChildren();
  const gaveWay = takeOthers(said.others);
  const words = [`已于 ${said.saved} ${then === "keep" ? "自动保存" : "保存"}`];
  if (gaveWay.cells) words.push(`有 ${gaveWay.cells} 格由${gaveWay.names}保存过，您没有改动，已换成保存的内容`);
  if (disputes().length) tellOfDisputes();
  else if (hasChanges()) tellOfChanges();
  else tell(words.join("。"), "done", null, gaveWay.cells > 0);
  if (then !== "keep" && !disputes().length) say(`${words.join("。")}。${said.title}`);
  if (then === "keep" && !hasChanges()) tellObstacles("点“保存”后再看还差什么。");
  if (hasChanges()) keepSoon();
  else forgetPage();
  if (then !== "keep") form.dispatchEvent(new CustomEvent("confirmed")); // by a press: what was offered is the firm's word
  if (then === "check") document.getElementById("found")?.scrollIntoView({ block: "start" });
}
function tellOfDisputes() {
  tell(`有 ${disputes().length} 格没有保存：与他人保存的不同，请在格内选用哪一个。其余的照常保存。`, "block");
}

// Not stored: somebody saved other text into the same cells, or the filing may not be written just now.
function refuse(said) {
  if (!said.theirs) {
    refused = true;
    keepPage();
    const notice = document.createElement("section");
    notice.className = "notice notice-block";
    notice.setAttribute("role", "alert");
    notice.append(Object.assign(document.createElement("p"), { textContent: said.refusal }));
    const place = document.getElementById("refusal");
    place.replaceChildren(notice);
    place.scrollIntoView({ block: "center" });
    tell("没有保存，原因见表的上方。您输入的内容仍在页面上。", "block");
    return;
  }
  keepPage(); // at the version it was opened at, before the page is at the new one
  form.elements.version.value = said.version;
  showDisputes(said.theirs);
  takeOthers(said.others);
  tellOfDisputes();
  disputes()[0]?.scrollIntoView({ block: "center" });
  lastSaved = 0;
  if (cellsIn(form).some(isToSend)) waiting = waiting || "keep"; // the rest, at once
}

// Signing out throws away what lies in this browser: it is stored first.
document.querySelector("form[data-signs-out]")?.addEventListener("submit", async (event) => {
  if (!isTouched() || !hasChanges()) return;
  event.preventDefault();
  const out = event.target;
  await send("keep");
  leaving = !hasChanges() || window.confirm("还有没有保存的内容，退出后本机不再保留。确定退出吗？");
  if (leaving) {
    out.submit();
  } else {
    stay(form.elements.page.value);
    keepPage();
    delete out.dataset.sent; // app.js made it a form that was sent
    out.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  }
});

// What was typed while the page was still coming.
if (!document.querySelector("[data-unsaved]")) {
  fields().filter(isChanged).forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
}
restore().then((count) => {
  if (!count) return;
  tell(`已恢复本机上没有保存的 ${count} 格，正在保存…`, "warn", null, true);
  saveByItself();
});
