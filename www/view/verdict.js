// The answer in one line, and what all rows share.

import { present } from "../state/files.js";
import { doubledIn } from "../state/summary.js";
import { endOfSpan, fullTime, offsetAt, offsetLabel, offsetsWhereTurned, wholeSeconds } from "../state/time.js";
import { en } from "../text/en.js";
import { h, replace, setText, show } from "./dom.js";
import { icon } from "./icons.js";

/**
 * From when to when, with the zone; what both times share is said once.
 * @param {string} from @param {string} to @param {App.Zone} zone
 */
export function period(from, to, zone) {
  const t = en.verdict;
  const [firstOffset = "", lastOffset = ""] = offsetsWhereTurned([from, to], zone);
  const first = wholeSeconds(from, zone) + firstOffset;
  const last = wholeSeconds(to, zone) + lastOffset;
  const time = (/** @type {string} */ iso, /** @type {string} */ text) => h("time", { title: fullTime(iso, zone) }, text);
  return [
    first === last ? `${t.at} ` : `${t.from} `, time(from, first),
    ...(first === last ? [] : [` ${t.to} `, time(to, endOfSpan(first, last))]),
    zone === "utc" ? " UTC" : lastOffset === "" ? ` ${offsetLabel(offsetAt(to))}` : "",
  ];
}

/** Why there may be more rows. Where there are none, what stands in their place says so. @param {App.State} state */
function whyIncomplete({ cancelled, summary, files }) {
  const left = present(files).filter(({ status }) => status === "cancelled").length;
  if (cancelled) return en.verdict.partial(left, (summary?.totals.incomplete ?? left) - left);
  if (!summary || summary.totals.matches === 0) return null;
  const { incomplete } = summary.totals;
  return incomplete === 0 ? null : en.verdict.incomplete(incomplete, present(files).length);
}

/** @param {App.Actions} actions */
export function createVerdict(actions) {
  const t = en.verdict;
  const x = en.table;
  const exports = h("div", { class: "exports", role: "group", "aria-label": x.exportLabel },
    h("button", { type: "button", class: "button", id: "open-report", title: en.report.openTitle, on: { click: () => actions.report() } }, icon("report"), en.report.open),
    h("button", { type: "button", class: "button", id: "export-csv", title: x.csvTitle, "aria-label": `${x.exportLabel} ${x.csv}`, on: { click: () => actions.exportAs("csv") } }, icon("download"), x.csv),
    h("button", { type: "button", class: "button", id: "export-json", title: x.jsonTitle, "aria-label": `${x.exportLabel} ${x.json}`, on: { click: () => actions.exportAs("json") } }, icon("download"), x.json));
  const facts = h("div", { class: "shared" });
  const verified = h("span", { class: "tag", id: "verified", title: t.verifiedTitle, hidden: true }, icon("check"), t.verified);
  const shared = h("div", { class: "shared" }, facts, verified);
  const line = h("p", { class: "verdict", id: "verdict", tabindex: "-1" });
  const span = h("p", { class: "span" });
  const twice = h("span", null, "");
  const doubled = h("p", { class: "span doubled", id: "doubled", hidden: true }, icon("warning"), twice);
  const why = h("span", { class: "grow" }, "");
  const readOn = h("button", { type: "button", class: "button small", id: "read-on", hidden: true, on: { click: () => actions.readOn() } }, t.readOn);
  const partial = h("p", { class: "banner", id: "incomplete", hidden: true }, icon("warning"), why, readOn);
  const note = h("p", { class: "muted small" }, t.note);
  const node = h("section", { class: "verdict-region", "aria-label": t.label }, h("div", { class: "verdict-head" }, shared, exports), partial, line, span, doubled, note);
  /** @type {Core.Rule | null} */
  let shown = null;

  return {
    node,
    /** @param {App.State} state @param {App.State | null} previous */
    update(state, previous) {
      const { summary, rule, phase, zone } = state;
      show(node, phase !== "empty" && summary !== null);
      show(verified, state.verified);
      const missing = phase === "done" ? whyIncomplete(state) : null;
      show(partial, missing !== null);
      show(readOn, state.cancelled && phase === "done");
      if (missing !== null && why.textContent !== missing) why.textContent = missing;
      if (rule && rule !== shown) {
        shown = rule;
        replace(facts,
          h("h1", null, rule.name),
          h("span", { class: "tag", title: `${rule.technique_name}, ${rule.tactic}` }, rule.technique),
          h("span", { class: "tag risk", title: t.riskTitle(rule) }, icon("warning"), t.risk(rule), h("span", { class: "sum" }, t.riskSum(rule))));
      }
      if (!summary) for (const part of [line, span, why]) part.replaceChildren();
      if (!summary || (summary === previous?.summary && zone === previous?.zone && phase === previous?.phase)) return;
      const { verdict } = summary;
      const copies = verdict.groups > 0 && phase === "done" ? doubledIn(summary) : 0;
      show(doubled, copies > 0);
      if (copies > 0) setText(twice, t.doubled(copies));
      show(note, verdict.groups > 0);
      if (verdict.groups === 0) {
        replace(line, phase === "reading" ? t.none : "");
        show(line, phase === "reading");
        show(span, false);
        return;
      }
      show(line, true);
      replace(line,
        phase === "reading" ? h("span", { class: "muted" }, t.sofar) : null,
        t.found(verdict).flatMap((text, index) => {
          const [n = "", ...words] = text.split(" ");
          return [t.labels[index] ?? "", h("b", null, n), ` ${words.join(" ")}`];
        }));
      show(span, verdict.firstTime !== null);
      if (verdict.firstTime !== null && verdict.lastTime !== null) {
        replace(span, icon("clock"), h("span", null, period(verdict.firstTime, verdict.lastTime, zone)));
      }
    },
  };
}
