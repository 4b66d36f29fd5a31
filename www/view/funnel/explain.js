// What each number of the funnel is made of, and what was dropped there and why.

import { number } from "../../state/format.js";
import { isNarrowed } from "../../state/grid.js";
import { outcomes } from "../../state/outcome.js";
import { undecidedIn } from "../../state/summary.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

const t = en.funnel;

/** @param {Core.Summary} summary */
const kindsTable = (summary) => h("div", { class: "scroll", id: "kinds", tabindex: "0", role: "region", "aria-label": t.kinds }, h("table", { class: "plain" },
  h("caption", null, t.kinds),
  h("thead", null, h("tr", null,
    h("th", { scope: "col", class: "right" }, t.kind.count), h("th", { scope: "col", class: "right" }, t.kind.id),
    h("th", { scope: "col", class: "provider" }, t.kind.provider), h("th", { scope: "col" }, t.kind.channel), h("th", { scope: "col" }, t.kind.outcome))),
  h("tbody", null, summary.events.map((kind) => {
    const kept = kind.process_creation;
    return h("tr", null,
      h("td", { class: "right" }, number(kind.count)),
      h("td", { class: "right" }, kind.event_id === null ? t.unknown : String(kind.event_id)),
      h("td", { class: "provider" }, kind.provider ? evidence(kind.provider) : t.unknown),
      h("td", null, kind.channel ? evidence(kind.channel) : t.unknown),
      h("td", { class: kept ? "" : "muted" }, kept === null ? t.unknown : kept ? t.kindKept : t.kindDropped));
  }))));

/** @param {App.Step} step @param {App.State} state @param {Core.Summary} summary @param {App.Actions} actions */
export function explain(step, state, summary, actions) {
  const all = outcomes(summary.totals);
  /** @param {number} n @param {string} text */
  const outcome = (n, text) => (n > 0 ? h("li", null, h("b", null, number(n)), h("span", null, text)) : null);
  switch (step) {
    case "records":
      return [
        h("p", null, t.recordsText(all.records, summary.sources.filter(({ removed }) => !removed).length)),
        h("ul", { class: "outcomes" }, outcome(all.process_creations, t.outcome.creations), outcome(all.other, t.outcome.other),
          outcome(all.unreadable, t.outcome.unreadable), outcome(all.notEvents, t.outcome.notEvents)),
        summary.events.length > 0 ? kindsTable(summary) : null,
      ];
    case "process_creations":
      return [
        h("p", null, t.creationsText(all.otherParents, undecidedIn(summary))),
        summary.seen.hosts.length > 0 ? h("h3", null, t.hosts) : null,
        h("ul", { class: "hosts" }, summary.seen.hosts.map(({ name, count }) => h("li", null, evidence(name), " ", h("b", null, number(count)))),
          summary.seen.host_count > summary.seen.hosts.length ? h("li", { class: "muted" }, t.moreHosts(summary.seen.host_count - summary.seen.hosts.length)) : null),
      ];
    case "matches":
      return [
        h("p", null, t.matchesText(all.matches, all.groups, all.leftOut)),
        h("p", { class: "muted" }, `${t.key}: `, h("code", null, summary.rule.key.join("  "))),
      ];
    case "hidden": {
      const { tuning } = state;
      const lines = [
        ...(tuning?.entries ?? []).filter(({ enabled }) => enabled).map((entry) => ({ text: en.tuning.sentence(entry), hides: entry.hides })),
        ...(tuning?.presets ?? []).filter(({ enabled }) => enabled).map(({ name, hides }) => ({ text: name, hides })),
      ];
      return [
        h("p", null, t.hiddenText(all.hidden)),
        lines.length > 0 ? h("ul", { class: "outcomes" }, lines.map(({ text, hides }) => h("li", null, h("b", null, number(hides.events)), h("span", null, evidence(text))))) : null,
        h("div", { class: "button-row" }, h("button", { type: "button", class: "button small", id: "funnel-tuning", on: { click: () => actions.openTuning() } }, icon("filter"), t.hiddenLook)),
      ];
    }
    default:
      return [
        h("p", null, t.shownText(all.shown, all.shownGroups, all.hidden)),
        isNarrowed(state.view) && state.view.stack === "" ? h("p", null, t.searchText(state.rows, all.shownGroups)) : null,
      ];
  }
}
