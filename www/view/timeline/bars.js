// The bars of the timeline: a lane a host, the axis below them, and the same as a table for screen readers.

import { bars, bucketCount, hostsOf, ticks } from "../../state/timeline.js";
import { number } from "../../state/format.js";
import { endOfSpan, timesOf } from "../../state/time.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h, replace, show, svg } from "../dom.js";

const HEIGHT = 20;
/** Hosts that have a column in the table; the others are one. */
const MOST_COLUMNS = 10;
const NARROW = "(max-width: 720px)";

/** @typedef {ReturnType<typeof hostsOf>[number]} Host */

/** @param {Host} host */
export const nameOf = ({ dest, hosts }) => (dest === null ? en.timeline.others(hosts) : visibleText(dest));

export function createBars() {
  const t = en.timeline;
  const lanes = h("div", { class: "lanes" });
  const axis = h("div", { class: "axis", "aria-hidden": "true" });
  const tableHead = h("tr", null);
  const tableBody = h("tbody", null);
  const table = h("table", { id: "timeline-table" }, h("caption", null, t.table), h("thead", null, tableHead), tableBody);
  // Firefox cuts off a table, but not its caption.
  const aside = h("div", { class: "offscreen" }, table);
  /** A lane each. @type {Host[]} */
  let hosts = [];

  /** @param {Core.Timeline} data @param {App.Zone} zone */
  function drawAxis(data, zone) {
    const labels = ticks(data, matchMedia(NARROW).matches ? 2 : 5);
    // An offset stands below its time: beside it there is no room.
    const times = timesOf(labels.map(({ iso }) => iso), zone).map((text) => text.replace(" ", "\n"));
    const turned = times.some((text) => text.includes("\n"));
    if (data.whole || turned) axis.classList.toggle("turned", turned);
    replace(axis, labels.map(({ share }, at) => {
      const [text = "", before] = [times[at], times[at - 1]];
      return h("span", { class: "tick", vars: { "--share": String(share) } }, before ? endOfSpan(before, text) : text);
    }));
  }

  return {
    lanes,
    axis,
    aside,
    /** @param {number} lane @returns {Host | undefined} */
    hostOf: (lane) => hosts[lane],
    /** Where the bars of a lane lie on the screen. */
    box: () => lanes.querySelector(".lane-bars")?.getBoundingClientRect(),
    /** Lanes for a timeline that is still to come. @param {number} count */
    expect(count) {
      if (count > 0 && count !== lanes.children.length) replace(lanes, Array.from({ length: count }, () => h("div", { class: "lane" })));
    },
    /** @param {Core.Timeline} data @param {App.Zone} zone */
    draw(data, zone) {
      const count = bucketCount(data);
      hosts = hostsOf(data, Infinity);
      const most = Math.max(1, ...hosts.flatMap(({ counts }) => counts));
      replace(lanes, hosts.map((host, at) => h("div", { class: "lane", "data-lane": at },
        h("span", { class: "lane-name" }, host.dest === null ? nameOf(host) : evidence(host.dest)),
        h("span", { class: "lane-events" }, number(host.events)),
        svg("svg", { class: "lane-bars", viewBox: `0 0 ${count} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
          svg("path", { d: bars(host.counts, most, HEIGHT) })))));
      drawAxis(data, zone);
    },
    /**
     * The table of what is drawn. It has thousands of nodes, which nobody can read while they change: while logs are read there is none.
     * @param {Core.Timeline} data @param {(bar: number) => { from: string, to: string }} span when a bar begins and ends
     * @param {{ changed: boolean, reading: boolean }} now
     */
    drawTable(data, span, { changed, reading }) {
      show(aside, !reading);
      if (reading) replace(tableBody);
      if (reading || (!changed && tableBody.hasChildNodes())) return;
      const columns = hostsOf(data, MOST_COLUMNS);
      replace(tableHead, [t.columns.from, t.columns.to, ...columns.map(nameOf), t.columns.events].map((name) => h("th", { scope: "col" }, name)));
      replace(tableBody, data.totals.flatMap((n, at) => {
        if (n === 0) return [];
        const { from, to } = span(at);
        const counts = [...columns.map((host) => host.counts[at] ?? 0), n];
        return [h("tr", null, [from, to, ...counts.map(number)].map((text) => h("td", null, text)))];
      }));
    },
    /** There is none to show. */
    dropTable() {
      replace(tableBody);
      show(aside, false);
    },
    /** Nothing of a log is left. */
    forget() {
      hosts = [];
      for (const part of [lanes, axis, tableHead, tableBody]) part.replaceChildren();
    },
  };
}
