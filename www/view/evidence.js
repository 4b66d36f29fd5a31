// A value from a log on the page: every character of it can be seen, and its direction stays its own.

import { lines, segments } from "../state/marks.js";
import { visible } from "../state/visible.js";
import { h } from "./dom.js";

/** @param {string} text @param {{ lines?: boolean }} [options] @returns {(Node | string)[]} */
function pieces(text, options) {
  return visible(text, options).map(({ text: part, code }) =>
    code === null ? part : h("span", { class: "unseen", title: `U+${code.toString(16).toUpperCase().padStart(4, "0")}` }, part));
}

/** @param {string} value @param {string} [className] */
export function evidence(value, className = "") {
  return h("bdi", { class: `evidence ${className}`.trim() }, pieces(value));
}

/** A text of several lines, which stay lines. @param {string} text */
export function evidenceLines(text) {
  return h("bdi", { class: "evidence lines" }, pieces(text, { lines: true }));
}

/** The raw event with the used parts marked, an element a line. @param {Core.Evidence} event */
export function rawEvidence(event) {
  const parts = segments(event.raw, event.marks);
  const shown = event.raw_form === "json" ? [parts] : lines(parts);
  return h("pre", { class: "raw", tabindex: "0", dir: "ltr" }, shown.map((line) => h("span", { class: "line" }, line.map(({ text, field }) =>
    field === null ? h("span", null, pieces(text, { lines: true })) : h("mark", { title: field, "data-field": field }, pieces(text, { lines: true }))))));
}
