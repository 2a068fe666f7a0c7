// A list of codes in a form (select[data-codes]) is chosen like in the official form: by typing the code or the name. The
// select stays, hidden, and is what is sent; without this script it is the list.

import { combobox } from "./combobox.js";
import { named } from "./matching.js";

function choiceOf(option) {
  const words = option.textContent.trim(), { code = option.value } = option.dataset;
  const name = words.startsWith(`${code} `) ? words.slice(code.length + 1) : words;
  return { code, name, value: option.value, words: words.includes(code) ? words : `${code} ${words}` };
}

function enhance(select) {
  const choices = [...select.options].filter(({ value }) => value).map(choiceOf);
  const nothing = [...select.options].find(({ value }) => !value)?.textContent.trim() ?? "";
  const input = Object.assign(document.createElement("input"), { type: "text", id: select.id, className: "codes-field" });
  input.placeholder = nothing ? `${nothing.replace(/[（）]/g, "")}，可输入代码或名称` : "可输入代码或名称";
  input.required = select.required;
  for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  Object.assign(select, { id: `${select.id}-codes`, required: false, hidden: true });
  select.before(input);

  const show = () => {
    input.value = choices.find(({ value }) => value === select.value)?.words ?? "";
    input.setCustomValidity("");
  };
  const choose = (value) => {
    if (select.value !== value) {
      select.value = value;
      select.dispatchEvent(new Event("input", { bubbles: true }));
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    show();
  };
  combobox(input, { choices: () => choices, pick: ({ value }) => choose(value) });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", (event) => {
    event.stopPropagation(); // the select tells what was chosen
    const found = named(choices, input.value);
    if (found || !input.value.trim()) choose(found?.value ?? "");
    else input.setCustomValidity("不在可选的内容中，请从列表里选择。");
  });
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    input.setCustomValidity("");
  });
  show();
}

function enhanceAll() {
  document.querySelectorAll("select[data-codes]:not([hidden])").forEach(enhance);
}
document.addEventListener("htmx:load", enhanceAll);
document.addEventListener("htmx:oobAfterSwap", enhanceAll);
window.addEventListener("pageshow", (event) => { if (event.persisted) enhanceAll(); });
enhanceAll();
