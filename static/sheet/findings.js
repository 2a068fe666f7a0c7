// The list beside the form while somebody types: what was found that the server's list does not have, above it; and in the
// server's list a mark on what is no longer so.

import { form } from "./cells.js";
import { explainButton } from "./explaining.js";
import { placeOf, rowOf } from "./telling.js";

const MOST_ALONE = 3; // more findings of one rule than this are told together
const MOST_LINKS = 6;
const PAUSE = 700;
const OVERTAKEN = "按现在填的数，这一处已不成立。";
const OVERTAKEN_WORDS = "所依据的数已改动，这条说明不再有效。";

const element = (name, facts = {}, ...children) => {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...children);
  return made;
};

export function drawList(judged, { isBegun }) {
  const found = document.getElementById("found");
  if (!found) return;
  const entries = isBegun ? entriesOf(judged) : [];
  const servers = new Map([...found.querySelectorAll(".finding")].map((line) => [nameOf(line), line]));
  for (const [name, line] of servers) {
    const isStill = !name || entries.some((entry) => entry.name === name) || judged.isDoubtful(name.split("|")[0]);
    overtake(line, !isStill);
  }
  draw(found, entries.filter((entry) => !servers.has(entry.name) && !entry.isExplained), judged);
  drawCount(entries);
}

// Above everything beside the form, so that the list is one press away wherever it has come to stand.
function drawCount(entries) {
  const line = document.getElementById("found-now")
    ?? element("p", { id: "found-now" }, "边填边审：", element("a", { href: "#found" }));
  if (!line.isConnected) document.getElementById("beside").prepend(line);
  const link = line.querySelector("a");
  const words = counted(entries) || "没有发现不符";
  if (link.textContent !== words) link.textContent = words;
  const target = document.querySelector("#while-typing:not([hidden])") ? "#while-typing" : "#found";
  if (link.getAttribute("href") !== target) link.setAttribute("href", target);
}
function counted(entries) {
  const count = (...tones) => entries.filter(({ tone, kind }) => tones.includes(tone) && kind !== "未填").length;
  const blank = entries.find(({ kind }) => kind === "未填")?.cells.length ?? 0;
  return [[count("error"), "处须修改"], [count("warning"), "处须说明"], [blank, "格未填"]]
    .filter(([many]) => many).map(([many, what]) => `${many} ${what}`).join("，");
}

// A finding of the server's list by its rule and sentence; nothing for what only the server says.
function nameOf(line) {
  const said = line.querySelector("[data-said]");
  return said ? named(said.dataset.said, said.textContent.trim(), isExplained(line)) : "";
}
const named = (rule, words, isExplained = false) => `${rule}|${words}${isExplained ? "|已说明" : ""}`;

function overtake(line, isOver) {
  if (line.classList.contains("overtaken") === isOver) return;
  line.classList.toggle("overtaken", isOver);
  line.querySelector(".overtaken-note")?.remove();
  if (isOver) line.append(element("p", { className: "overtaken-note", textContent: isExplained(line) ? OVERTAKEN_WORDS : OVERTAKEN }));
}
const isExplained = (line) => line.classList.contains("note");

function entriesOf({ rules, problems, missing, errors, warnings, explained }) {
  const isQuestionnaire = form.querySelector(".questionnaire");
  const blank = `还有 ${missing.length} 个必填格空着${isQuestionnaire ? "" : "，没有发生额请填 0"}。`;
  const ofBlanks = missing.length ? [{ name: named("", blank), tone: "error", kind: "未填", words: blank, cells: missing }] : [];
  const unread = problems.map(({ key, problem }) => {
    const words = `${placeOf(key, rules)}：${problem}`;
    return { name: named("", words), tone: "error", kind: "须修改", words, cells: [key] };
  });
  const ofRules = (findings, tone, kind, more = {}) => alike(findings).map(
    (group) => ({ ...told(rules, group), tone, kind: `${kind} ${group[0].rule}`, ...more }));
  return [
    ...ofBlanks, ...unread, ...ofRules(errors, "error", "须修改"), ...ofRules(warnings, "warning", "须说明"),
    ...ofRules(explained, "note", "已说明", { isExplained: true }),
  ];
}

function alike(findings) {
  const byRule = new Map();
  for (const finding of findings) {
    const name = named(finding.rule, finding.explanation ?? "");
    byRule.set(name, [...(byRule.get(name) ?? []), finding]);
  }
  return [...byRule.values()].flatMap((group) => (group.length > MOST_ALONE ? [group] : group.map((each) => [each])));
}

function told(rules, group) {
  const [{ rule, message, number, cells, explanation }] = group;
  const isSaid = explanation !== undefined;
  if (group.length === 1) return { name: named(rule, message, isSaid), words: message, rule, cells };
  const rows = [...new Set(group.flatMap((each) => each.cells.slice(0, 1)).map(rowOf))];
  const names = rows.slice(0, 2).map((row) => `${row} ${nameOfRow(rules, row)}`).join("、");
  const rest = rows.length > 2 ? `等 ${rows.length} 个指标` : "";
  const words = `${rules.conditions[number].message}：${names}${rest}，共 ${group.length} 处。`;
  const firsts = [...new Set(group.flatMap((each) => each.cells.slice(0, 1)))];
  return { name: named(rule, words, isSaid), words, rule, cells: firsts, each: group.map((finding) => finding.message) };
}

const nameOfRow = ({ cells }, row) => Object.entries(cells).find(([key]) => rowOf(key) === row)[1].name;

let drawn = "";
let pause = null;
function draw(found, entries, judged) {
  let section = document.getElementById("while-typing");
  const signature = entries.map(({ name, kind }) => `${kind}|${name}`).join("\n");
  if (section ? signature === drawn : !entries.length) return;
  drawn = signature;
  if (!section) {
    const status = element("p", { className: "hint" });
    status.setAttribute("role", "status");
    section = element("section", { id: "while-typing" }, element("h2", { textContent: "边填边审" }), status,
      element("ul", { className: "findings" }));
    found.before(section);
  }
  section.hidden = !entries.length;
  section.querySelector("ul").replaceChildren(...entries.map((entry) => lineOf(entry, judged)));
  clearTimeout(pause); // a reader is told when the typing pauses, not at every digit
  pause = setTimeout(() => { section.querySelector("[role=status]").textContent = summary(entries); }, PAUSE);
}
function summary(entries) {
  const words = counted(entries);
  return words && `按正在填的数新出现 ${words}。结论以“数据审核”为准。`;
}

function lineOf(entry, judged) {
  const line = element("li", { className: `finding ${entry.tone}` },
    element("p", {}, element("span", { className: "kind", textContent: entry.kind }), ` ${entry.words}`));
  line.append(linksOf(entry.cells, judged.rules));
  if (entry.each) {
    line.append(element("details", {}, element("summary", { textContent: "逐条的数据" }),
      element("ul", {}, ...entry.each.map((words) => element("li", { textContent: words })))));
  }
  if (entry.tone === "warning") line.append(explainButton(entry));
  return line;
}

function linksOf(keys, { cells, table, tables }) {
  const links = element("p");
  keys.slice(0, MOST_LINKS).forEach((key, at) => {
    const { name, label, table: its } = cells[key];
    const address = its === table ? "" : new URL(`../${tables[its]}/`, form.action).pathname;
    links.append(at ? "；" : "", element("a", { href: `${address}#cell-${key}`, textContent: `${rowOf(key)} ${name}·${label}` }));
  });
  if (keys.length > MOST_LINKS) links.append(` 等 ${keys.length} 格`);
  return links;
}
