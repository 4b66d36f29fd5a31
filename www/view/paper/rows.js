// The rows of the printed report, each with where its events lie, and what their hints say.

import { number } from "../../state/format.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h } from "../dom.js";
import { section } from "./section.js";

/** A printer is no place for more; the other forms hold all. */
const MOST_ROWS = 2000;
/** Events of a row whose places are printed. */
const MOST_EVENTS = 10;
/** A command line of more characters takes much of a page. */
const LONG = 1000;
/** The rule's columns that fit a page beside each other; the command line stands below them, over the whole width, and the others under it. */
const HEAD = ["firstTime", "dest", "user", "process_name", "count", "lastTime"];

const t = en.paper;

/** @typedef {Core.Row & Core.WithEvidence} Row */

/** Where the events of a row lie. @param {Core.WithEvidence} row @param {Core.Source[]} sources */
function places({ evidence: events = [], count }, sources) {
  const more = count - Math.min(events.length, MOST_EVENTS);
  return h("div", { class: "paper-minor" }, `${t.evidence}: `,
    events.slice(0, MOST_EVENTS).flatMap(({ source, member, record_id, offset, length }, nth) => [
      nth > 0 ? "; " : "", evidence(sources[source]?.name ?? ""), ...(member ? [" \u00b7 ", evidence(member)] : []),
      t.place(record_id, offset, length)]),
    more > 0 ? t.more(more) : "");
}

/** @param {Row[]} groups @param {Core.Source[]} sources @param {Core.HintCount[]} hints @param {import("./clock.js").Clock} clock */
export function rowsSection(groups, sources, hints, { time }) {
  return section(t.rows,
    groups.length > MOST_ROWS ? h("p", null, t.cut(MOST_ROWS, groups.length)) : null,
    h("table", { class: "paper-rows" },
      h("thead", null, h("tr", null, HEAD.map((name) => h("th", { scope: "col" }, name))), h("tr", null, h("th", { scope: "col", colspan: HEAD.length }, "process"))),
      groups.slice(0, MOST_ROWS).map((row) => h("tbody", null,
        h("tr", null, [time(row.firstTime), evidence(row.dest), evidence(row.user), evidence(row.process_name), number(row.count), time(row.lastTime)].map((cell) => h("td", null, cell))),
        h("tr", { class: row.process.length > LONG ? "paper-long" : "" }, h("td", { colspan: HEAD.length },
          h("code", null, evidence(row.process)),
          h("div", { class: "paper-minor" }, "process_id ", evidence(row.process_id), " \u00b7 parent_process_id ", evidence(row.parent_process_id), " \u00b7 parent_process ", evidence(row.parent_process)),
          (row.hints ?? []).length > 0 ? h("div", { class: "paper-minor" }, `${en.hints.column}: ${row.hints.map((id) => hints.find((hint) => hint.id === id)?.label ?? id).join(", ")}`) : null,
          places(row, sources)))))));
}

/** What the hints of the rows say. @param {Row[]} groups @param {Core.HintCount[]} hints */
export function hintsSection(groups, hints) {
  const said = hints.filter(({ id }) => groups.some((row) => (row.hints ?? []).includes(id)));
  return said.length > 0 ? section(en.hints.heading, h("ul", null, said.map(({ label, why }) => h("li", null, h("strong", null, label), `: ${why}`)))) : "";
}
