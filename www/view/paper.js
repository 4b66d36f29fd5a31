// The report on paper: built from the JSON export when it is printed, and gone afterwards.

import { en } from "../text/en.js";
import { evidenceLines } from "./evidence.js";
import { h, replace } from "./dom.js";
import { clockOf } from "./paper/clock.js";
import { resultSection } from "./paper/result.js";
import { hintsSection, rowsSection } from "./paper/rows.js";
import { section } from "./paper/section.js";
import { filesSection, problemsSection } from "./paper/sources.js";
import { tuningSection } from "./paper/tuning.js";

/** @param {{ version: string, build: string }} tool */
export function createPaper(tool) {
  const t = en.paper;
  const node = h("div", { class: "paper", id: "paper", "aria-hidden": "true" });

  /** @param {any} report what the JSON export holds @param {App.State} state */
  function fill(report, state) {
    const { zone, summary, defang } = state;
    /** @type {string} */
    const note = report.note;
    if (!summary) return;
    /** @type {(Core.Row & Core.WithEvidence)[]} */
    const groups = report.groups ?? [];
    /** @type {Core.Source[]} */
    const sources = report.sources.filter((/** @type {Core.Source} */ { removed }) => !removed);
    const clock = clockOf(groups, zone, summary.verdict.lastTime);
    replace(node,
      h("header", null,
        h("h1", null, t.title),
        h("p", null, t.rule(summary.rule)),
        h("p", null, [t.made(`${tool.version} (${tool.build})`, report.made), t.zone(clock.zoneName), defang ? t.defanged : ""].filter(Boolean).join(" \u00b7 "))),
      note ? section(t.note, h("p", { class: "paper-note" }, evidenceLines(note))) : "",
      resultSection(report.totals, sources.length, summary, state),
      rowsSection(groups, sources, state.hints, clock),
      hintsSection(groups, state.hints),
      tuningSection(report.tuning),
      filesSection(sources),
      problemsSection(sources),
      section(t.limits, h("ul", null, summary.rule.limits.map((limit) => h("li", null, limit)))));
  }

  return {
    node,
    /** @param {any} report @param {App.State} state */
    print(report, state) {
      fill(report, state);
      document.documentElement.classList.add("printing");
      const over = () => {
        document.documentElement.classList.remove("printing");
        replace(node);
        removeEventListener("afterprint", over);
      };
      addEventListener("afterprint", over);
      window.print();
    },
  };
}
