// When it happened: a lane a host, of which a stretch can be chosen by drag or by keys. The table shows that stretch.

import { bucketCount, bucketsOf, hostsIn, rangeOf } from "../state/timeline.js";
import { isNarrowed } from "../state/grid.js";
import { endOfSpan, millis, timesOf } from "../state/time.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { h, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";
import { createBars, nameOf } from "./timeline/bars.js";

/** More than are seen without scrolling. */
const MOST_LANES = 6;
/** Hosts that the readout names; the others are one. */
const MOST_NAMED = 3;
/** Less than this many pixels is a press, not a drag. */
const DRAG = 4;
/** So long one may be on the way to a timeline that is still to come. */
const AWAITED_MS = 3000;

/** @param {App.Actions} actions */
export function createTimeline(actions) {
  const t = en.timeline;
  /** @type {App.State | null} */
  let state = null;
  /** @type {Core.Timeline | null} */
  let data = null;
  let cursor = 0;
  /** Where a choice by keys or by drag began; null: none goes on. @type {number | null} */
  let anchor = null;
  let dragFrom = 0;
  let dragging = false;
  /** When someone wanted to come here, but nothing was here yet, and did nothing else since. */
  let awaited = -Infinity;
  /** Lanes of the last one that nothing narrowed: while one searches, the search stays where it is. */
  let kept = 0;
  for (const type of ["keydown", "pointerdown", "wheel"]) addEventListener(type, () => { awaited = -Infinity; }, { capture: true, passive: true });

  const facts = h("span", { class: "muted small" });
  const clear = h("button", { type: "button", class: "button small", id: "clear-range", hidden: true, on: { click: () => { choose(null); plot.focus(); } } }, icon("close"), t.clear);
  const bars = createBars();
  const chosen = h("div", { class: "plot-range", hidden: true });
  const mark = h("div", { class: "plot-cursor", hidden: true });
  const plot = h("div", {
    class: "plot", id: "timeline-plot", role: "slider", tabindex: "0", "aria-label": t.label, "aria-valuemin": "0",
    on: { keydown: onKey, pointerdown: onDown, pointermove: onMove, pointerup: onUp, pointercancel: () => { dragging = false; anchor = null; paint(); }, pointerleave: () => { if (!dragging) say(null); }, focus: () => paint(), blur: () => { anchor = null; say(null); paint(); } },
  }, bars.lanes, h("div", { class: "plot-over", "aria-hidden": "true" }, chosen, mark));
  const readout = h("p", { class: "readout muted small", id: "timeline-readout" });
  const node = h("section", { class: "timeline", id: "timeline", "aria-label": t.heading, hidden: true },
    h("div", { class: "timeline-head" }, h("h2", null, t.heading), facts, readout, clear),
    h("div", { class: "plot-box" }, plot), bars.axis, bars.aside);

  /** @param {number} first @param {number} [last] */
  function span(first, last = first) {
    if (!data || !state) return { from: "", to: "" };
    const range = rangeOf(data, first, last);
    const [from = "", to = ""] = timesOf([range.from, range.to], state.zone);
    return { from, to: endOfSpan(from, to) };
  }

  /** What stands in these bars. @param {number} first @param {number} last */
  function words(first, last) {
    if (!data) return "";
    const { from, to } = span(first, last);
    const { events, named, others } = hostsIn(data, first, last, MOST_NAMED);
    const shown = data.laneCount > 1 ? named.map(({ dest, events: n }) => ({ dest: visibleText(dest), events: n })) : [];
    return t.at(from, to, events, t.shares(shown, others));
  }

  /** @param {number | null} at @param {number} [lane] */
  function say(at, lane = -1) {
    if (!data || at === null) return setText(readout, data && state?.view.range && bucketsOf(data, state.view.range, bucketCount(data)) === null ? t.outside : t.help);
    const one = bars.hostOf(lane);
    if (!one) return setText(readout, words(at, at));
    const { from, to } = span(at);
    return setText(readout, t.host(nameOf(one), from, to, one.counts[at] ?? 0));
  }

  /** @param {{ first: number, last: number } | null} range */
  function choose(range) {
    if (range === null) actions.narrow({ range });
    else if (data) actions.narrow({ range: rangeOf(data, range.first, range.last) });
  }

  function paint() {
    if (!data) return;
    const count = bucketCount(data);
    const focused = document.activeElement === plot;
    const pending = anchor === null ? null : { first: Math.min(anchor, cursor), last: Math.max(anchor, cursor) };
    const range = pending ?? (state?.view.range ? bucketsOf(data, state.view.range, count) : null);
    show(chosen, range !== null);
    if (range) {
      setVar(chosen, "--from", String(range.first / count));
      setVar(chosen, "--to", String((range.last + 1) / count));
    }
    show(mark, focused && !dragging);
    setVar(mark, "--from", String(cursor / count));
    setVar(mark, "--to", String((cursor + 1) / count));
    setAttribute(plot, "aria-valuemax", count - 1);
    setAttribute(plot, "aria-valuenow", cursor);
    // At an end of a chosen stretch the words are about all of it, as the button beside them is.
    const { first, last } = range && (cursor === range.first || cursor === range.last) ? range : { first: cursor, last: cursor };
    const whole = words(first, last);
    setAttribute(plot, "aria-valuetext", whole);
    if (focused || dragging) setText(readout, whole);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (!data || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = bucketCount(data) - 1;
    const to = { ArrowLeft: cursor - 1, ArrowRight: cursor + 1, ArrowDown: cursor - 1, ArrowUp: cursor + 1, PageUp: cursor - 10, PageDown: cursor + 10, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      if (event.shiftKey) anchor ??= cursor;
      else anchor = null;
      cursor = Math.min(last, Math.max(0, to));
    } else if (event.key === "Enter" || event.key === " ") {
      const from = anchor ?? cursor;
      anchor = null;
      choose({ first: Math.min(from, cursor), last: Math.max(from, cursor) });
    } else if (event.key === "Escape" && (anchor !== null || state?.view.range)) {
      if (anchor === null) choose(null);
      anchor = null;
    } else if (event.key === "Escape") actions.focusGrid();
    else return;
    event.preventDefault();
    event.stopPropagation();
    paint();
  }

  /** @param {PointerEvent} event */
  function bucketAt(event) {
    const box = bars.box();
    if (!data || !box) return 0;
    const count = bucketCount(data);
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  }

  /** @param {PointerEvent} event */
  function onDown(event) {
    if (event.button !== 0 || !data) return;
    // Beside the bars, at the names of hosts, a press is for scrolling or nothing.
    const box = bars.box();
    if (!box || event.clientX < box.left || event.clientX > box.right) return;
    plot.setPointerCapture(event.pointerId);
    dragFrom = event.clientX;
    dragging = true;
    cursor = bucketAt(event);
    anchor = cursor;
    paint();
  }

  /** @param {PointerEvent} event */
  function onMove(event) {
    if (dragging) {
      cursor = bucketAt(event);
      paint();
      return;
    }
    const lane = event.target instanceof Element ? event.target.closest(".lane") : null;
    const box = bars.box();
    if (!(lane instanceof HTMLElement) || !box || event.clientX < box.left) say(null);
    else say(bucketAt(event), Number(lane.dataset.lane));
  }

  /** @param {PointerEvent} event */
  function onUp(event) {
    if (!dragging || anchor === null) return;
    cursor = bucketAt(event);
    const range = { first: Math.min(anchor, cursor), last: Math.max(anchor, cursor) };
    const press = Math.abs(event.clientX - dragFrom) < DRAG;
    dragging = false;
    anchor = null;
    // A press on a chosen stretch lets go of it; elsewhere it chooses the one bar.
    if (press && state?.view.range) choose(null);
    else if (press && !data?.totals[cursor]) paint();
    else choose(range);
    paint();
  }

  function draw() {
    if (!data || !state) return;
    cursor = Math.min(cursor, Math.max(0, bucketCount(data) - 1));
    setText(facts, [t.hosts(data.lanes.length, data.laneCount), t.bar(data.stepMs), data.untimed > 0 ? t.untimed(data.untimed) : ""].filter(Boolean).join(" \u00b7 "));
    bars.draw(data, state.zone);
    say(null);
  }

  /** How many hosts a timeline will have that was not told yet, or will have again when nothing narrows it. @param {App.State} state */
  function lanesOf({ phase, timeline, summary }) {
    if (phase === "empty" || !summary) return 0;
    const { hosts, firstTime, lastTime } = summary.verdict;
    if (timeline !== null) return timeline.whole || hosts === 0 ? 0 : kept;
    return firstTime !== null && lastTime !== null && millis(lastTime) > millis(firstTime) ? Math.min(hosts, MOST_LANES) : 0;
  }

  function focus() {
    if (!data) {
      awaited = performance.now();
      return;
    }
    awaited = -Infinity;
    plot.scrollIntoView({ block: "nearest" });
    plot.focus({ preventScroll: true });
  }

  return {
    node, focus,
    /** @param {App.State} now @param {App.State | null} before */
    update(now, before) {
      state = now;
      const { timeline } = now;
      const shown = now.phase !== "empty" && timeline !== null && timeline.lanes.length > 0 && timeline.from !== null && timeline.to !== null
        && millis(timeline.to) > millis(timeline.from) && timeline.stepMs > 0;
      if (now.phase === "empty" || timeline?.whole) kept = shown ? Math.min(timeline?.lanes.length ?? 0, MOST_LANES) : 0;
      setVar(bars.lanes, "--kept", String(kept));
      const lanesToCome = shown ? 0 : lanesOf(now);
      const leaves = !shown && document.activeElement === plot;
      show(node, shown || lanesToCome > 0);
      // Where nothing narrows the table any more, another one is on its way.
      const idle = lanesToCome > 0 && timeline !== null && isNarrowed(now.view);
      node.classList.toggle("coming", lanesToCome > 0 && !idle);
      node.classList.toggle("idle", idle);
      data = shown ? timeline : null;
      bars.expect(lanesToCome);
      if (now.phase === "empty") {
        bars.forget();
        for (const part of [facts, readout]) part.replaceChildren();
        setAttribute(plot, "aria-valuetext", null);
      }
      // The focus is not lost with it.
      if (leaves) actions.focusGrid();
      if (idle) setText(facts, timeline.lanes.length === 0 ? t.none : t.moment);
      show(clear, now.view.range !== null);
      if (!shown) return bars.dropTable();
      const other = timeline !== before?.timeline || now.zone !== before?.zone;
      if (other) draw();
      bars.drawTable(timeline, span, { changed: other, reading: now.phase === "reading" });
      paint();
      if (performance.now() - awaited < AWAITED_MS) focus();
    },
  };
}

