// The arithmetic of the timeline: which stretch of time a bar stands for, and how high it is.

import { millis } from "./time.js";

/** What the core takes for a time: nanoseconds since 1970 in 64 bits, so the years 1677 to 2262. */
const MOST_MS = 9_223_372_036_854;

/** @param {number} ms */
export function isoOf(ms) {
  return new Date(Math.max(-MOST_MS, Math.min(MOST_MS, ms))).toISOString();
}

/**
 * The range that bars stand for, with both of these bars: it begins with the first one, and ends before its end time.
 * @param {Core.Timeline} timeline @param {number} a @param {number} b
 * @returns {{ from: string, to: string }}
 */
export function rangeOf(timeline, a, b) {
  const start = millis(timeline.from ?? "");
  const [first, last] = a <= b ? [a, b] : [b, a];
  // A bar's end is the next one's beginning. The last event stands in the last bar, whose end is beyond it.
  return { from: isoOf(Math.floor(start + first * timeline.stepMs)), to: isoOf(Math.ceil(start + (last + 1) * timeline.stepMs)) };
}

/**
 * The bars that a range covers; null when it lies outside.
 * @param {Core.Timeline} timeline @param {{ from: string, to: string }} range @param {number} buckets
 */
export function bucketsOf(timeline, range, buckets) {
  const start = millis(timeline.from ?? "");
  const first = Math.round((millis(range.from) - start) / timeline.stepMs);
  const last = Math.round((millis(range.to) - start) / timeline.stepMs) - 1;
  if (last < 0 || first >= buckets) return null;
  return { first: Math.max(0, first), last: Math.min(buckets - 1, Math.max(first, last)) };
}

/** @param {Core.Timeline} timeline */
export function bucketCount(timeline) {
  return timeline.totals.length;
}

/**
 * The hosts with most events, and the others as one, so that together they are all. `hosts`: how many it stands for.
 * @param {Core.Timeline} timeline @param {number} most
 * @returns {{ dest: string | null, hosts: number, events: number, counts: number[] }[]}
 */
export function hostsOf({ totals, lanes, laneCount }, most) {
  const shown = lanes.slice(0, most);
  const hosts = laneCount - shown.length;
  const own = shown.map(({ dest, events, counts }) => ({ dest, hosts: 1, events, counts }));
  if (hosts === 0) return own;
  const counts = totals.map((total, at) => shown.reduce((rest, lane) => rest - (lane.counts[at] ?? 0), total));
  return [...own, { dest: null, hosts, events: counts.reduce((sum, n) => sum + n, 0), counts }];
}

/**
 * The events of some bars, and the hosts that have most of them.
 * @param {Core.Timeline} timeline @param {number} first @param {number} last @param {number} most
 */
export function hostsIn({ totals, lanes }, first, last, most) {
  const sum = (/** @type {number[]} */ counts) => counts.slice(first, last + 1).reduce((all, n) => all + n, 0);
  const named = lanes.map(({ dest, counts }) => ({ dest, events: sum(counts) })).filter((host) => host.events > 0)
    .sort((a, b) => b.events - a.events).slice(0, most);
  const events = sum(totals);
  return { events, named, others: named.reduce((rest, host) => rest - host.events, events) };
}

/**
 * One lane as the outline of its bars, in a box of `counts.length` by `height`. One event among thousands must be
 * seen, so the height grows with the root of the count.
 * @param {number[]} counts @param {number} most @param {number} height
 */
export function bars(counts, most, height) {
  return counts.map((count, at) => {
    if (count === 0) return "";
    const tall = Math.max(4, Math.sqrt(count / Math.max(1, most)) * height);
    return `M${at} ${height}v-${Math.round(tall * 10) / 10}h1V${height}z`;
  }).join("");
}

/**
 * Where the axis is labelled: at its ends and at even steps between.
 * @param {Core.Timeline} timeline @param {number} labels
 * @returns {{ share: number, iso: string }[]}
 */
export function ticks(timeline, labels) {
  if (timeline.from === null) return [];
  const start = millis(timeline.from);
  const span = timeline.stepMs * bucketCount(timeline);
  return Array.from({ length: labels }, (_, at) => {
    const share = labels === 1 ? 0 : at / (labels - 1);
    return { share, iso: isoOf(Math.round(start + share * span)) };
  });
}
