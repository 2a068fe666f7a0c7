// A warning found while typing is explained in the server's own form, which is there as soon as its figures are stored;
// what the firm said of the same rule in its last filing is offered there.
/* global htmx */

import { form, hasChanges } from "./cells.js";

let wanted = null; // the warning somebody wants to explain, until its form is there

export function explainButton(entry) {
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "btn btn-small", textContent: "写说明",
  });
  button.addEventListener("click", () => {
    wanted = { ...entry, isAsked: false };
    if (hasChanges()) document.getElementById("first-step")?.click(); // an explanation rests on stored figures
    else openTheExplanation();
  });
  return button;
}

// Called whenever the server's list may be another.
export function openTheExplanation() {
  if (!wanted || hasChanges()) return;
  const line = [...document.querySelectorAll("#found .finding")].find(isWanted);
  if (!line) {
    if (wanted.isAsked) return;
    wanted.isAsked = true; // stored by an autosave, which brings no list
    htmx.ajax("GET", form.action, { target: "#beside", select: "#beside", swap: "outerHTML" });
    return;
  }
  wanted = null;
  const details = line.querySelector("form")?.closest("details");
  if (details) details.open = true;
  line.querySelector("form select, form textarea")?.focus();
}
function isWanted(line) {
  const said = line.querySelector("[data-said]");
  return said && said.dataset.said === wanted.rule && said.textContent.trim() === wanted.words;
}

export function offerToExplain(known) {
  for (const line of known ? document.querySelectorAll("#found .finding.warning") : []) {
    const fields = line.querySelector("form");
    const rule = line.querySelector("[data-said]")?.dataset.said;
    const offer = rule && fields && !fields.querySelector(".offered") && offerFor(rule, line, known.offered);
    if (offer) fields.prepend(drawn(offer, fields));
  }
}
function offerFor(rule, line, offered) {
  const ofRule = offered.filter((offer) => offer.rule === rule);
  const cells = [...line.querySelectorAll('a[href*="#cell-"]')].map((link) => decodeURIComponent(link.hash.slice(6)));
  return ofRule.find(({ cell }) => cells.includes(cell)) ?? ofRule[0];
}
function drawn({ period, reason, text }, fields) {
  const chosen = fields.querySelector(`select option[value="${CSS.escape(reason)}"]`);
  const words = [reason && chosen ? chosen.textContent.trim() : "", text].filter(Boolean).join("：");
  const offer = Object.assign(document.createElement("p"), { className: "offered", textContent: `${period}的说明：${words} ` });
  const take = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: "沿用" });
  take.addEventListener("click", () => {
    if (chosen) fields.querySelector("select").value = reason;
    const field = fields.querySelector("textarea");
    field.value = text;
    field.focus();
  });
  offer.append(take);
  return offer;
}
