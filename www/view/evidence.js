// A value from a log on the page: every character of it can be seen, its blanks too, and it turns nothing around it. Paths, names
// and commands of Windows are read from left to right, whatever letter they begin with.

import { upTo } from "../state/format.js";
import { lines, segments } from "../state/marks.js";
import { visible } from "../state/visible.js";
import { en } from "../text/en.js";
import { h } from "./dom.js";

/** Characters of a value that are drawn; no command line of Windows has more. A log may be made to hold what no page can draw. */
const MOST_VALUE = 40_000;
/** Of an event, which has many values. */
const MOST_RAW = 160_000;
/** Of one that is longer, so much is drawn before the first value that the rule used. */
const BEFORE_MARKS = 4000;

/** @param {number} left characters that are not drawn */
const cut = (left) => h("span", { class: "cut" }, en.evidence.more(left));

/** @param {import("../state/visible.js").Piece} piece */
const drawn = ({ text, code }) =>
  (code === null ? text : h("span", { class: code === 0x20 ? "unseen blank" : "unseen", title: `U+${code.toString(16).toUpperCase().padStart(4, "0")}` }, text));

/**
 * The beginning of a text as it can be seen, and how much more there is.
 * @param {string} text @param {number} most characters that are drawn @param {{ lines?: boolean, ends?: boolean }} [options] @returns {(Node | string)[]}
 */
function beginning(text, most, options) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let [room, left] = [most, text.length];
  // What can't be seen is drawn shorter than it is: what an attacker pushed behind it still shows.
  for (const piece of visible(upTo(text, Math.max(most, MOST_VALUE)), options)) {
    if (room <= 0) break;
    const shown = piece.code === null && piece.length > room ? upTo(piece.text, room) : piece.text;
    nodes.push(drawn({ ...piece, text: shown }));
    room -= shown.length;
    left -= piece.code === null ? shown.length : piece.length;
  }
  return left === 0 ? nodes : [...nodes, cut(left)];
}

/** @param {string} value @param {number} [most] characters that are drawn */
export function evidence(value, most = MOST_VALUE) {
  return h("bdi", { class: "evidence", dir: "ltr" }, beginning(value, most, { ends: true }));
}

/** A text of several lines, which stay lines. @param {string} text */
export function evidenceLines(text) {
  return h("bdi", { class: "evidence", dir: "ltr" }, beginning(text, MOST_VALUE, { lines: true }));
}

/** The raw event with the used parts marked, an element a line. @param {Core.Evidence} event */
export function rawEvidence(event) {
  // A wrapper may hold thousands of events: it is this one's values that are looked at.
  const first = Math.min(...event.marks.map(({ start }) => start));
  const from = event.raw.length > MOST_RAW && Number.isFinite(first) ? Math.max(0, first - BEFORE_MARKS) : 0;
  const raw = upTo(event.raw.slice(from), MOST_RAW);
  const more = event.raw.length - from - raw.length;
  const parts = segments(raw, event.marks.map((mark) => ({ ...mark, start: mark.start - from, end: mark.end - from })));
  const shown = event.raw_form === "json" ? [parts] : lines(parts);
  const said = (/** @type {string} */ text) => beginning(text, MOST_RAW, { lines: true });
  return h("pre", { class: "raw", tabindex: "0", dir: "ltr" }, from > 0 ? cut(from) : null, shown.map((line) => h("span", { class: "line" }, line.map(({ text, field }) =>
    field === null ? h("span", null, said(text)) : h("mark", { title: field, "data-field": field }, said(text))))), more > 0 ? cut(more) : null);
}
