// A sheet filled in and judged while it is typed: the cells that work themselves out, in the order and by the precedence
// of forms_tables/filling/completion.py, then every rule that touches the table. What rests on a cell of which the script
// is not sure is not said.
//
//   complete(rules, known, read)   read: a Map from each typed cell to what reading.js made of it
//   findingsOf(rules, completed)   the conditions that do not hold
/* global judging */

import { sentenceOf, shown } from "./telling.js";

const prepared = new WeakMap(); // for each rules: the label under which a cell's fact is read
function factOf(rules) {
  if (!prepared.has(rules)) prepared.set(rules, new Map(Object.entries(rules.facts).map(([label, key]) => [key, label])));
  return prepared.get(rules);
}

export function complete(rules, known, read) {
  const values = { ...known.values, ...known.register, ...known.stored };
  const [unsure, unreadable] = [new Set(), new Set()];
  for (const [key, { value = null, unsure: isUnsure, problem }] of read) {
    values[key] = value;
    if (isUnsure) unsure.add(key);
    if (problem) unreadable.add(key);
  }
  for (const [label, key] of Object.entries(rules.facts)) values[label] = values[key] ?? known.register[label] ?? null;
  for (const { answers, cells } of rules.declared) {
    const isSettled = answers.every((key) => !unsure.has(key) && (values[key] ?? null) === (known.stored[key] ?? null));
    if (!isSettled) cells.forEach((key) => unsure.add(key));
  }
  const filing = judging.open({ values, parameters: known.parameters, surroundings: known.surroundings });
  const completed = { filing, unsure, unreadable, locked: new Set(), overridden: new Set(), missing: [] };
  for (const plan of rules.plans) workOut(plan, rules, known, completed);
  for (const plan of rules.plans) if (mustBeFilled(plan, rules, completed)) completed.missing.push(plan.key);
  return completed;
}

export const valueIn = ({ filing }, { key, figure }) => (figure ? filing.figure(key, "values") : filing.words(key, "values"));
const holds = (tree, filing) => Boolean(judging.value(tree, filing));

function workOut(plan, rules, known, completed) {
  if (completed.unsure.size && restsOn(plan, rules, completed.unsure)) completed.unsure.add(plan.key);
  if (completed.unsure.has(plan.key)) return;
  const found = workedOut(plan, known, completed.filing);
  if (found === undefined) return;
  completed.locked.add(plan.key);
  const typed = valueIn(completed, plan);
  if (typed === null && found !== null) set(plan.key, found, rules, known, completed.filing);
  else if (!same(typed, found)) completed.overridden.add(plan.key);
}
function set(key, value, rules, known, filing) {
  filing.set(key, value);
  const label = factOf(rules).get(key);
  if (label) filing.set(label, value || known.register[label] || null);
}
function same(one, other) {
  if (one === null || other === null || typeof one === "string" || typeof other === "string") return one === other;
  return judging.compare(one, other) === 0;
}

// What the cell holds without anybody typing; undefined when it is open for typing.
function workedOut(plan, known, filing) {
  const carried = plan.carry ? judging.value(plan.carry, filing) : null;
  if (plan.table && !holds(plan.table, filing)) return null;
  if (plan.column && !holds(plan.column, filing)) return null;
  if (plan.row && !holds(plan.row, filing)) return instead(plan, carried, filing);
  if (plan.origin) return known.written[plan.key] ?? null;
  if (carried !== null) return carried;
  if (!plan.formula || plan.outside?.some((tree) => judging.value(tree, filing) === null)) return undefined;
  const value = judging.value(plan.formula, filing);
  const isFigure = value !== null && typeof value === "object";
  return isFigure && plan.places !== undefined ? judging.rounded(value, plan.places) : value;
}
function instead({ otherwise, formula, auto }, carried, filing) {
  if (!otherwise) return null;
  if (carried !== null) return carried;
  return formula && auto ? judging.value(formula, filing) : judging.decimal(otherwise);
}

function mustBeFilled(plan, rules, completed) {
  const { key, required, required_when: when } = plan;
  if (!(required || when) || rules.cells[key]?.table !== rules.table) return false;
  if ([completed.locked, completed.unreadable, completed.unsure].some((cells) => cells.has(key))) return false;
  if (valueIn(completed, plan) !== null) return false;
  const isKnown = !completed.unsure.size || !restsOn({ tree: when }, rules, completed.unsure);
  return Boolean(required) || (isKnown && holds(when, completed.filing));
}

export function findingsOf(rules, completed) {
  const { filing, unsure } = completed;
  const found = [];
  rules.conditions.forEach((condition, number) => {
    if (unsure.size && restsOn(condition, rules, unsure)) return;
    if (judging.verdict(condition, filing) !== false) return;
    const { rule, level, cells = [] } = condition;
    const message = sentenceOf(condition, filing, rules);
    found.push({ number, rule, level, cells, message, figures: figuresOf(condition, filing) });
  });
  return found;
}

// The names a condition or a plan reads, each once: [kind, label, among]. What a plan carries is of an earlier filing.
function namesIn(tree, found) {
  if (!Array.isArray(tree)) return found;
  if (tree[0] === "figure" || tree[0] === "words") found.set(tree[1], tree);
  else tree.forEach((part) => namesIn(part, found));
  return found;
}
const names = new WeakMap();
function readsOf(judged) {
  if (!names.has(judged)) {
    const trees = [judged.tree, judged.when, judged.table, judged.column, judged.row, judged.formula];
    names.set(judged, [...namesIn(trees, new Map()).values()]);
  }
  return names.get(judged);
}
export const restsOn = (judged, { facts }, cells) => (
  readsOf(judged).some(([, label, among]) => !among && cells.has(facts[label] ?? label)));

// Everything a finding rests on: an explanation dies with any of it.
function figuresOf(condition, filing) {
  const figures = {};
  for (const tree of readsOf(condition)) {
    const value = judging.value(tree, filing);
    if (value !== null) figures[tree[1]] = shown(value);
  }
  return figures;
}
