// The states without a row. None of them is an all-clear, and each says what to do next.

import { isLocked } from "../state/files.js";
import { number } from "../state/format.js";
import { noMatchKind, outcomes } from "../state/outcome.js";
import { en } from "../text/en.js";
import { evidence } from "./evidence.js";
import { h, refresh, setAttribute, show } from "./dom.js";
import { icon } from "./icons.js";
import { period } from "./verdict.js";

/** Kinds of records that are named; the funnel has all. */
const MOST_KINDS = 12;

/** @param {NonNullable<ReturnType<typeof noMatchKind>>} kind @param {Core.Summary} summary */
export function titleOf(kind, { totals }) {
  const t = en.noMatch;
  switch (kind) {
    case "all_hidden": return t.all_hidden.title(totals.hidden, outcomes(totals).leftOut);
    case "no_match": return t.no_match.title(totals.process_creations);
    default: return t[kind].title;
  }
}

const SYSMON = "Microsoft-Windows-Sysmon";

/** What to do next. @param {NonNullable<ReturnType<typeof noMatchKind>>} kind @param {Core.Summary} summary @returns {string[]} */
export function stepsOf(kind, { events, sources, totals }) {
  const { next } = en.noMatch[kind];
  // Windows logs process creations of its own.
  const security = events.filter(({ event_id: id, channel }) => id === 4688 && channel === "Security").reduce((sum, one) => sum + one.count, 0);
  const has = en.noMatch.no_process_creations;
  const about = totals.process_creations > 0 || totals.records === 0 ? [] : [...(security > 0 ? [has.security(security)] : []), events.some(({ provider }) => provider === SYSMON) ? has.configuration : has.channel];
  const locked = sources.some(isLocked) ? [en.noMatch.locked] : [];
  return [...locked, ...about, ...next];
}

/** @param {App.Actions} actions */
export function createNoMatch(actions) {
  const t = en.noMatch;
  const node = h("section", { class: "no-match", id: "no-match", hidden: true, "aria-label": t.label });

  /** @param {Core.Summary} summary @param {App.Zone} zone */
  function seen(summary, zone) {
    const { hosts, host_count, firstTime, lastTime } = summary.seen;
    if (hosts.length === 0) return null;
    return h("dl", { class: "facts" },
      h("div", null, h("dt", null, t.no_match.seenHosts), h("dd", null,
        h("ul", { class: "hosts" }, hosts.map(({ name, count }) => h("li", null, evidence(name), " ", h("b", null, number(count)))),
          host_count > hosts.length ? h("li", { class: "muted" }, en.funnel.moreHosts(host_count - hosts.length)) : null))),
      firstTime !== null && lastTime !== null
        ? h("div", null, h("dt", null, t.no_match.seenPeriod), h("dd", null,
          period(firstTime, lastTime, zone)))
        : null);
  }

  /** @param {Core.Summary} summary */
  function kinds(summary) {
    if (summary.events.length === 0) return null;
    return h("div", null, h("h3", null, t.no_process_creations.found),
      h("ul", { class: "kinds" }, summary.events.slice(0, MOST_KINDS).map((kind) => h("li", null,
        h("b", null, number(kind.count)), " \u00d7 EventID ", h("b", null, kind.event_id === null ? en.funnel.unknown : String(kind.event_id)), " ",
        evidence(kind.channel || kind.provider || en.funnel.unknown))),
        summary.events.length > MOST_KINDS ? h("li", { class: "muted" }, t.no_process_creations.more(summary.events.length - MOST_KINDS)) : null));
  }

  return {
    node,
    /** @param {App.State} state @param {App.State | null} previous */
    update(state, previous) {
      const { summary } = state;
      const kind = summary && state.phase === "done" ? noMatchKind(summary) : null;
      show(node, kind !== null);
      if (!summary || kind === null) return;
      if (summary === previous?.summary && state.zone === previous?.zone && state.phase === previous?.phase) return;
      setAttribute(node, "data-kind", kind);
      const words = t[kind];
      const title = titleOf(kind, summary);
      refresh(node,
        h("div", { class: "no-match-icon" }, icon(kind === "no_match" ? "info" : "warning")),
        h("div", { class: "no-match-text" },
          h("h2", { tabindex: "-1", id: "no-match-title" }, title),
          h("p", null, words.text),
          state.cancelled ? h("p", null, t.cancelled) : null,
          kind === "no_match" || kind === "coverage_unknown" ? seen(summary, state.zone) : null,
          summary.totals.process_creations === 0 ? kinds(summary) : null,
          h("h3", null, t.nextHeading),
          h("ul", null, stepsOf(kind, summary).map((step) => h("li", null, step))),
          kind === "all_hidden" ? h("div", { class: "button-row" },
            h("button", { type: "button", class: "button primary", id: "no-match-show-all", on: { click: () => actions.showAll() } }, en.tuning.banner.showAll),
            h("button", { type: "button", class: "button", id: "no-match-tuning", on: { click: () => actions.openTuning() } }, en.tuning.banner.look)) : null));
    },
  };
}
