// What the timeline says beside its heading: what stands in the bars that one is at, or points at.

import { bucketCount, bucketsOf, hostsIn, rangeOf } from "../../state/timeline.js";
import { endOfSpan, timesOf } from "../../state/time.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { h, setText } from "../dom.js";
import { nameOf } from "./bars.js";

/** Hosts that the readout names; the others are one. */
const MOST_NAMED = 3;

/** @typedef {() => { data: Core.Timeline | null, state: App.State | null }} Shown what the timeline shows now */

/** @param {ReturnType<typeof import("./bars.js").createBars>} bars @param {Shown} shown */
export function createReadout(bars, shown) {
  const t = en.timeline;
  const node = h("p", { class: "readout muted small", id: "timeline-readout" });

  /** When these bars begin and end. @param {number} first @param {number} [last] */
  function span(first, last = first) {
    const { data, state } = shown();
    if (!data || !state) return { from: "", to: "" };
    const range = rangeOf(data, first, last);
    const [from = "", to = ""] = timesOf([range.from, range.to], state.zone);
    return { from, to: endOfSpan(from, to) };
  }

  /** What stands in these bars. @param {number} first @param {number} last */
  function words(first, last) {
    const { data } = shown();
    if (!data) return "";
    const { from, to } = span(first, last);
    const { events, named, others } = hostsIn(data, first, last, MOST_NAMED);
    const hosts = data.laneCount > 1 ? named.map(({ dest, events: n }) => ({ dest: visibleText(dest), events: n })) : [];
    return t.at(from, to, events, t.shares(hosts, others));
  }

  return {
    node,
    span,
    words,
    /** @param {number | null} at @param {number} [lane] */
    say(at, lane = -1) {
      const { data, state } = shown();
      if (!data || at === null) return setText(node, data && state?.view.range && bucketsOf(data, state.view.range, bucketCount(data)) === null ? t.outside : t.help);
      const one = bars.hostOf(lane);
      if (!one) return setText(node, words(at, at));
      const { from, to } = span(at);
      return setText(node, t.host(nameOf(one), from, to, one.counts[at] ?? 0));
    },
  };
}
