// The official form as a grid: keys, saving in place, and nothing typed is ever lost.
// Without this file the form still works: 保存 sends it and the page comes back.
"use strict";

(() => {
  const form = document.querySelector("form[data-grid]");
  if (!form) return;
  const fields = () => [...form.querySelectorAll("[data-cell] input, [data-cell] select")];
  const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const remember = (field) => { field.remembered = valueOf(field); };
  const isChanged = (field) => field.type !== "hidden" && valueOf(field) !== field.remembered;
  const hasChanges = () => fields().some(isChanged);
  const nameOf = (field) => (field.type === "checkbox" ? `${field.name}=${field.value}` : field.name);
  let saving = false;
  let leaving = false;

  fields().forEach(remember);
  // What was only proposed (预填) or could not be saved counts as changed until it is stored.
  const unsaved = document.querySelector("[data-unsaved]");
  if (unsaved) fields().forEach((field) => { field.remembered = null; });

  function tell(words, tone = "") {
    const state = document.getElementById("saved-state");
    if (state) { state.textContent = words; state.dataset.tone = tone; }
  }

  // Keys: Enter and the arrows move along the column, as in the workbook; Tab stays the browser's own.
  function neighbour(field, step) {
    const row = field.closest("tr");
    const column = [...row.children].indexOf(field.closest("td"));
    for (let next = row; (next = step > 0 ? next.nextElementSibling : next.previousElementSibling);) {
      const found = next.children[column]?.querySelector("input:not([type=hidden]), select");
      if (found) return found;
    }
    return null;
  }
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); send("save"); return; }
    if (event.altKey && event.code === "KeyL") { // Tab would leave the cell on its way to the link
      event.preventDefault();
      document.querySelector("#say-here a")?.click();
      return;
    }
    if (!field.closest("[data-cell]") || event.isComposing || event.altKey || event.ctrlKey) return;
    const arrows = field.tagName === "SELECT" || field.list ? {} : { ArrowDown: 1, ArrowUp: -1 };
    const step = event.key === "Enter" ? (event.shiftKey ? -1 : 1) : arrows[event.key];
    if (!step) return;
    event.preventDefault();
    const next = neighbour(field, step);
    if (next) { next.focus(); next.select?.(); }
  });

  // The note beside the form speaks of the row the cursor is in, and its link of the cell.
  let cellInFocus = "";
  function offerToSay() {
    const here = document.getElementById("say-here");
    if (!here || !cellInFocus) return;
    const link = here.querySelector("a");
    link.search = `?cell=${encodeURIComponent(cellInFocus)}`;
    link.hash = "say";
    here.hidden = false;
  }
  form.addEventListener("focusin", (event) => {
    cellInFocus = event.target.closest("[data-cell]")?.dataset.cell || cellInFocus;
    offerToSay();
    const code = event.target.closest("tr")?.dataset.row;
    if (!code) return;
    document.querySelectorAll("[data-note]").forEach((note) => { note.hidden = note.dataset.note !== code; });
    document.getElementById("row-note-none").hidden = true;
  });

  form.addEventListener("input", () => { if (hasChanges()) tell("有未保存的修改", "warn"); });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || !hasChanges()) return;
    event.preventDefault();
    event.returnValue = true; // browsers up to Chromium 118 ask for this
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter?.value || "save");
  });

  async function send(then) {
    if (saving) return;
    saving = true;
    const sent = new Map(fields().map((field) => [nameOf(field), valueOf(field)]));
    const body = new FormData(form);
    body.set("then", then);
    body.delete("csrfmiddlewaretoken"); // signing in again in another window changes it: take the cookie's
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;
    const buttons = document.querySelectorAll('button[form="grid"]');
    buttons.forEach((button) => { button.disabled = true; });
    tell("正在保存…");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": token } });
      await receive(answer, sent, then);
    } catch {
      tell("没有保存：网络连接中断。您输入的内容仍在页面上，请稍后再点“保存”。", "block");
    } finally {
      saving = false;
      document.querySelectorAll('button[form="grid"]').forEach((button) => { button.disabled = false; });
    }
  }

  async function receive(answer, sent, then) {
    const here = new URL(form.action).pathname;
    const came = new URL(answer.url).pathname;
    if (came !== here && came.startsWith("/filings/")) { // stored; the next step has its own page
      leaving = true;
      window.location.assign(answer.url);
      return;
    }
    if (came !== here || answer.status === 403) {
      tell("没有保存：登录已过期。请在新窗口重新登录，再回到本页点“保存”，内容不会丢失。", "block");
      return;
    }
    if (!answer.ok && answer.status !== 409) {
      tell(`没有保存：服务器未能完成（${answer.status}）。您输入的内容仍在页面上，请稍后再试。`, "block");
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("grid")) {
      tell("没有保存：服务器的回答无法识别。您输入的内容仍在页面上。", "block");
      return;
    }
    if (page.querySelector("#refusal [data-conflict]")) meetConflict(page);
    else if (answer.status === 409) meetRefusal(page);
    else takeOver(page, sent);
    if (then === "check" && answer.ok) document.getElementById("beside")?.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  // The server's page after a save: totals, marks and remarks come from it; what was typed meanwhile stays.
  function takeOver(page, sent) {
    for (const cell of page.querySelectorAll("[data-cell]")) {
      const mine = form.querySelector(`[data-cell="${cell.dataset.cell}"]`);
      if (!mine) continue;
      mine.className = cell.className;
      const controls = [...mine.querySelectorAll("input, select")];
      const untouched = controls.every((field) => field.type === "hidden" || valueOf(field) === sent.get(nameOf(field)));
      const wasOpen = controls.length > 0;
      const isOpen = Boolean(cell.querySelector("input, select"));
      if (!wasOpen || (wasOpen !== isOpen && !mine.contains(document.activeElement))) {
        mine.replaceChildren(...cell.childNodes);
      } else {
        mine.querySelector(".cell-says")?.replaceWith(cell.querySelector(".cell-says"));
        controls.forEach((field) => {
          const now = cell.querySelector(`#${CSS.escape(field.id)}`);
          for (const name of ["aria-invalid", "aria-describedby"]) {
            if (now?.hasAttribute(name)) field.setAttribute(name, now.getAttribute(name));
            else field.removeAttribute(name);
          }
        });
      }
      mine.querySelectorAll("input, select").forEach((field) => {
        field.remembered = untouched ? valueOf(field) : sent.get(nameOf(field));
      });
    }
    form.elements.version.value = page.querySelector("#grid [name=version]").value;
    replaceParts(page, ["refusal", "tabs", "beside", "bar"]);
    document.querySelector("h1").textContent = page.querySelector("h1").textContent;
    document.querySelectorAll("[data-unsaved]").forEach((notice) => notice.remove());
    if (hasChanges()) tell("有未保存的修改", "warn");
    else document.getElementById("saved-state").dataset.tone = "done";
  }

  // Somebody else saved first: cells I did not touch take theirs, the others stay mine with theirs written beside.
  function meetConflict(page) {
    let differing = 0;
    for (const cell of page.querySelectorAll("[data-cell][data-theirs]")) {
      const mine = form.querySelector(`[data-cell="${cell.dataset.cell}"]`);
      const field = mine?.querySelector("input:not([type=checkbox]):not([type=hidden]), select");
      if (field && !isChanged(field)) {
        field.value = cell.dataset.theirs;
        remember(field);
        continue;
      }
      if (!mine) continue;
      differing += 1;
      mine.classList.add("conflict");
      const says = mine.querySelector(".cell-says");
      const theirs = cell.querySelector(".cell-says");
      if (says && theirs) says.replaceWith(theirs);
    }
    form.elements.version.value = page.querySelector("#grid [name=version]").value;
    replaceParts(page, ["refusal"]);
    tell(`没有保存：有人先保存了这张表。您没改过的格已换成对方的；还有 ${differing} 格不同，核对后再保存。`, "block");
    document.getElementById("refusal").scrollIntoView({ block: "center" });
  }

  // The filing may not be written just now (submitted in another tab, locked): say so, and keep what was typed.
  function meetRefusal(page) {
    replaceParts(page, ["refusal"]);
    tell("没有保存，原因见表的上方。您输入的内容仍在页面上。", "block");
    document.getElementById("refusal").scrollIntoView({ block: "center" });
  }

  function replaceParts(page, ids) {
    const focused = document.activeElement?.dataset?.row || document.activeElement?.closest?.("tr")?.dataset.row;
    for (const id of ids) {
      const fresh = page.getElementById(id);
      const old = document.getElementById(id);
      if (!fresh || !old) continue;
      old.replaceWith(fresh);
      window.htmx?.process(fresh);
    }
    offerToSay();
    const note = focused && document.querySelector(`[data-note="${focused}"]`);
    if (!note) return;
    note.hidden = false;
    document.getElementById("row-note-none").hidden = true;
  }
})();
