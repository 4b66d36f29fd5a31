// When it happened: a lane a host, of which a stretch can be chosen by drag or by keys. The table shows that stretch.

import { bucketCount } from "../state/timeline.js";
import { isNarrowed } from "../state/grid.js";
import { millis } from "../state/time.js";
import { en } from "../text/en.js";
import { h, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";
import { createBars } from "./timeline/bars.js";
import { createComing } from "./timeline/coming.js";
import { createPlot } from "./timeline/plot.js";
import { createReadout } from "./timeline/readout.js";

/** So long one may be on the way to a timeline that is still to come. */
const AWAITED_MS = 3000;

/** The timeline that can be drawn now; null: there is none. @param {App.State} state */
function drawable({ phase, timeline }) {
  const drawn = phase !== "empty" && timeline !== null && timeline.lanes.length > 0 && timeline.from !== null && timeline.to !== null
    && millis(timeline.to) > millis(timeline.from) && timeline.stepMs > 0;
  return drawn ? timeline : null;
}

/** @param {App.Actions} actions */
export function createTimeline(actions) {
  const t = en.timeline;
  /** @type {App.State | null} */
  let state = null;
  /** @type {Core.Timeline | null} */
  let data = null;
  /** When someone wanted to come here, but nothing was here yet, and did nothing else since. */
  let awaited = -Infinity;
  for (const type of ["keydown", "pointerdown", "wheel"]) addEventListener(type, () => { awaited = -Infinity; }, { capture: true, passive: true });

  const facts = h("span", { class: "muted small" });
  const clear = h("button", { type: "button", class: "button small", id: "clear-range", hidden: true, on: { click: () => { plot.choose(null); plot.node.focus(); } } }, icon("close"), t.clear);
  const bars = createBars();
  const coming = createComing();
  const readout = createReadout(bars, () => ({ data, state }));
  const plot = createPlot(actions, { bars, readout }, () => ({ data, state }));
  const node = h("section", { class: "timeline", id: "timeline", "aria-label": t.heading, hidden: true },
    h("div", { class: "timeline-head" }, h("h2", null, t.heading), facts, readout.node, clear),
    h("div", { class: "plot-box" }, plot.node), bars.axis, bars.aside);

  function draw() {
    if (!data || !state) return;
    plot.bound(bucketCount(data));
    setText(facts, [t.hosts(data.lanes.length, data.laneCount), t.bar(data.stepMs), data.untimed > 0 ? t.untimed(data.untimed) : ""].filter(Boolean).join(" \u00b7 "));
    bars.draw(data, state.zone);
    readout.say(null);
  }

  /** Nothing of a log is left. */
  function forget() {
    bars.forget();
    for (const part of [facts, readout.node]) part.replaceChildren();
    setAttribute(plot.node, "aria-valuetext", null);
  }

  function focus() {
    if (!data) {
      awaited = performance.now();
      return;
    }
    awaited = -Infinity;
    plot.node.scrollIntoView({ block: "nearest" });
    plot.node.focus({ preventScroll: true });
  }

  return {
    node, focus,
    /** @param {App.State} now @param {App.State | null} before */
    update(now, before) {
      state = now;
      const { timeline } = now;
      const shown = drawable(now);
      setVar(bars.lanes, "--kept", String(coming.keep(now, shown)));
      const lanesToCome = shown ? 0 : coming.lanesOf(now);
      const leaves = !shown && document.activeElement === plot.node;
      show(node, shown !== null || lanesToCome > 0);
      // Where nothing narrows the table any more, another one is on its way.
      const idle = lanesToCome > 0 && timeline !== null && isNarrowed(now.view);
      node.classList.toggle("coming", lanesToCome > 0 && !idle);
      node.classList.toggle("idle", idle);
      data = shown;
      bars.expect(lanesToCome);
      if (now.phase === "empty") forget();
      // The focus is not lost with it.
      if (leaves) actions.focusGrid();
      if (idle) setText(facts, timeline.lanes.length === 0 ? t.none : t.moment);
      show(clear, now.view.range !== null);
      if (!shown) return bars.dropTable();
      const other = timeline !== before?.timeline || now.zone !== before?.zone;
      if (other) draw();
      bars.drawTable(shown, readout.span, { changed: other, reading: now.phase === "reading" });
      plot.paint();
      if (performance.now() - awaited < AWAITED_MS) focus();
    },
  };
}
