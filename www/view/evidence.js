// A value from a log on the page: every character of it can be seen, and its direction stays its own.

import { lines, segments } from "../state/marks.js";
import { visible } from "../state/visible.js";
import { en } from "../text/en.js";
import { h } from "./dom.js";

/** Characters of a value that are drawn; no command line of Windows has more. A log may be made to hold what no page can draw. */
const MOST_VALUE = 40_000;
/** Of an event, which has many values. */
const MOST_RAW = 160_000;

/** @param {string} text @param {{ lines?: boolean }} [options] @returns {(Node | string)[]} */
function pieces(text, options) {
  return visible(text, options).map(({ text: part, code }) =>
    code === null ? part : h("span", { class: "unseen", title: `U+${code.toString(16).toUpperCase().padStart(4, "0")}` }, part));
}

/** The beginning of a text, and how much more there is. @param {string} text @param {number} most @returns {[string, Node | null]} */
function beginning(text, most) {
  return text.length <= most ? [text, null] : [text.slice(0, most), h("span", { class: "cut" }, en.evidence.more(text.length - most))];
}

/** @param {string} value @param {number} [most] characters that are shown */
export function evidence(value, most = MOST_VALUE) {
  const [text, more] = beginning(value, most);
  return h("bdi", { class: "evidence" }, pieces(text), more);
}

/** A text of several lines, which stay lines. @param {string} text */
export function evidenceLines(text) {
  const [shown, more] = beginning(text, MOST_VALUE);
  return h("bdi", { class: "evidence lines" }, pieces(shown, { lines: true }), more);
}

/** The raw event with the used parts marked, an element a line. @param {Core.Evidence} event */
export function rawEvidence(event) {
  const [raw, more] = beginning(event.raw, MOST_RAW);
  const parts = segments(raw, event.marks);
  const shown = event.raw_form === "json" ? [parts] : lines(parts);
  return h("pre", { class: "raw", tabindex: "0", dir: "ltr" }, shown.map((line) => h("span", { class: "line" }, line.map(({ text, field }) =>
    field === null ? h("span", null, pieces(text, { lines: true })) : h("mark", { title: field, "data-field": field }, pieces(text, { lines: true }))))), more);
}
