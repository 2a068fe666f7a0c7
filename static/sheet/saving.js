// Saving in place: the form is sent, the page as it is now comes back, and nothing typed meanwhile is lost.

import { cellsIn, controlsIn, fields, form, hasChanges, isChanged, nameOf, remember, valueOf } from "./cells.js";
import { offerToSay, showNote } from "./notes.js";

let saving = false;
let stored = false;
let leaving = false;

function tell(words, tone = "") {
  const state = document.getElementById("saved-state");
  if (state) { state.textContent = words; state.dataset.tone = tone; }
}
// What stands in the way of 确定上报 was found in what is stored: it is not said of what is not.
function tellOfChanges() {
  tell("有未保存的修改", "warn");
  const obstacles = document.getElementById("obstacles");
  if (obstacles) obstacles.textContent = "保存后再看还差什么。";
}

form.addEventListener("input", () => { if (hasChanges()) tellOfChanges(); });
window.addEventListener("beforeunload", (event) => {
  if (leaving || !hasChanges()) return;
  event.preventDefault();
  event.returnValue = true; // browsers up to Chromium 118 ask for this
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.submitter?.value || "save");
});

function setButtons(disabled) {
  document.querySelectorAll('button[form="grid"]').forEach((button) => { button.disabled = disabled; });
}

async function send(then) {
  if (saving) return;
  saving = true;
  stored = false;
  const sent = new Map(fields().map((field) => [nameOf(field), valueOf(field)]));
  const pressed = document.activeElement.id; // a button that is disabled, or replaced, loses the focus
  setButtons(true);
  tell("正在保存…");
  try {
    const answer = await post(then);
    if (answer) receive(answer, sent, then);
  } catch (fault) { // ours: it is said as what it is, and goes on to the console
    tell(stored
      ? "已保存，但本页没能更新。请重新载入本页后再继续填写。"
      : "本页出错，不知道是否已保存。请重新载入本页核对。", "block");
    throw fault;
  } finally {
    saving = false;
    setButtons(false);
    if (document.activeElement === document.body) document.getElementById(pressed)?.focus({ preventScroll: true });
  }
}

// The server's answer with its text, or nothing when the line broke: then nobody knows whether it was stored, and
// sending it again is safe.
async function post(then) {
  const body = new FormData(form);
  body.set("then", then);
  body.delete("csrfmiddlewaretoken"); // signing in again in another window changes it: take the cookie's
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": token, "HX-Request": "true" } });
    const onwards = answer.headers.get("HX-Redirect"); // a redirect would be followed, and its page drawn, here
    return { url: new URL(onwards || answer.url, answer.url).href, status: answer.status, text: await answer.text() };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch and the reading of its answer throw no other for the line
    tell("没有收到“已保存”的回答：网络连接中断。您输入的内容仍在页面上，请稍后再点“保存”。", "block");
    return null;
  }
}

function receive({ url, status, text }, sent, then) {
  const here = new URL(form.action).pathname;
  const came = new URL(url).pathname;
  if (came !== here && came.startsWith("/filings/")) { // stored; the next step has its own page
    leaving = true;
    window.location.assign(url);
    return;
  }
  if (came !== here || status === 403) {
    tell("没有保存：登录已过期。请在新窗口重新登录，再回到本页点“保存”，内容不会丢失。", "block");
    return;
  }
  if (status === 410) { // a practice that was wiped meanwhile
    tell("这次演练已经清除，没有保存，也不需要保存。请回到首页。", "block");
    return;
  }
  if (status !== 200 && status !== 409) {
    tell(`没有保存：服务器未能完成（${status}）。您输入的内容仍在页面上，请稍后再试。`, "block");
    return;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.getElementById("grid")) {
    tell("服务器的回答无法识别，不知道是否已保存。您输入的内容仍在页面上，请稍后再点“保存”。", "block");
    return;
  }
  if (status === 409) refuse(page, sent);
  else takeOver(page, sent, then);
}

function takeOver(page, sent, then) {
  stored = true;
  fields().forEach((field) => { field.remembered = sent.get(nameOf(field)); });
  follow(page, sent);
  replaceParts(page, ["refusal", "tabs", "beside", "bar"]);
  document.querySelector("h1").textContent = page.querySelector("h1").textContent;
  document.querySelectorAll("[data-unsaved]").forEach((notice) => notice.remove());
  const state = document.getElementById("saved-state");
  if (hasChanges()) tellOfChanges();
  else if (state) state.dataset.tone = "done";
  const news = [...page.querySelectorAll(".messages li")].map((line) => line.textContent.trim());
  if (state && news.length) state.textContent = [state.textContent, ...news].join("。");
  if (then === "check") document.getElementById("beside")?.scrollIntoView({ block: "start", behavior: "smooth" });
}

// Not stored: somebody saved other text into the same cells, or the filing may not be written just now.
function refuse(page, sent) {
  const mine = new Set(fields().filter(isChanged).map(nameOf));
  const differing = page.querySelectorAll("[data-theirs]").length;
  if (differing) {
    follow(page, sent);
    fields().filter((field) => mine.has(nameOf(field))).forEach((field) => { field.remembered = null; });
  }
  replaceParts(page, ["refusal"]);
  tell(differing
    ? `没有保存：有 ${differing} 格在您打开之后已存为别的内容，已在表中标出，核对后再保存。`
    : "没有保存，原因见表的上方。您输入的内容仍在页面上。", "block");
  document.getElementById("refusal").scrollIntoView({ block: "center" });
}

// The cells as the server has them now: figures, marks and remarks come from its page; what was typed since the form
// was sent stays.
function follow(page, sent) {
  const theirs = new Map(cellsIn(page).map((cell) => [cell.dataset.cell, cell]));
  for (const mine of cellsIn(form)) {
    const cell = theirs.get(mine.dataset.cell);
    if (!cell) continue;
    mine.className = cell.className;
    const untouched = controlsIn(mine).every((field) => valueOf(field) === sent.get(nameOf(field)));
    const isFree = !controlsIn(mine).length || !mine.contains(document.activeElement);
    if (isFree && (!isAlike(mine, cell) || (untouched && !saysTheSame(mine, cell)))) {
      mine.replaceChildren(...cell.childNodes);
      controlsIn(mine).forEach(remember);
    } else {
      followInPlace(mine, cell, untouched);
    }
  }
  form.elements.version.value = page.querySelector("#grid [name=version]").value;
}
const byName = (cell) => new Map(controlsIn(cell).map((field) => [nameOf(field), field]));
const isAlike = (mine, cell) => {
  const [here, there] = [byName(mine), byName(cell)];
  return here.size > 0 && here.size === there.size && [...here.keys()].every((name) => there.has(name));
};
const saysTheSame = (mine, cell) => {
  const there = byName(cell);
  return controlsIn(mine).every((field) => valueOf(field) === valueOf(there.get(nameOf(field))));
};

// Only what stands around the controls, so that the cursor, and what was typed meanwhile, stay.
function followInPlace(mine, cell, untouched) {
  const there = byName(cell);
  for (const field of controlsIn(mine)) {
    const now = there.get(nameOf(field));
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (now?.hasAttribute(name)) field.setAttribute(name, now.getAttribute(name));
      else field.removeAttribute(name);
    }
    if (!now || !untouched || valueOf(field) === valueOf(now)) continue;
    if (field.type === "checkbox") field.checked = now.checked;
    else field.value = now.value;
    remember(field);
  }
  const [says, theirs] = [mine.querySelector(".cell-says"), cell.querySelector(".cell-says")];
  if (says && theirs) says.replaceWith(theirs);
}

function replaceParts(page, ids) {
  const row = document.activeElement?.closest?.("tr")?.dataset.row;
  for (const id of ids) {
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old) continue;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
  offerToSay();
  if (row) showNote(row);
}

form.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
  event.preventDefault();
  send("save");
});
