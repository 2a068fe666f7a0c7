// What a module has to do with a filing's page when it is there: the first, and each that takes its place.
"use strict";

const waiting = [];
export const whenArrived = (act) => { waiting.push(act); };
export const arrive = (how) => waiting.forEach((act) => act(how));

// What the browser keeps for this person. Some keep nothing.
export function kept(name) {
  try { return localStorage.getItem(name); } catch (error) { return null; }
}
export function keep(name, value) {
  try { localStorage.setItem(name, value); } catch (error) { /* the page works as it comes */ }
}
