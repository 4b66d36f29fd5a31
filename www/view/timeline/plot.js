// The plot of the timeline: the bars, the stretch of them that is chosen, and the one that the keys are at.

import { bucketCount, bucketsOf, rangeOf } from "../../state/timeline.js";
import { en } from "../../text/en.js";
import { h, setAttribute, setText, setVar, show } from "../dom.js";
import { createCursor } from "./cursor.js";
import { createPlotKeys } from "./keys.js";
import { createPlotPointer } from "./pointer.js";

/**
 * @param {App.Actions} actions
 * @param {{ bars: ReturnType<typeof import("./bars.js").createBars>, readout: ReturnType<typeof import("./readout.js").createReadout> }} parts
 * @param {import("./readout.js").Shown} shown
 */
export function createPlot(actions, { bars, readout }, shown) {
  const cursor = createCursor();
  const keys = createPlotKeys(cursor, { choose, leave: () => actions.focusGrid(), paint }, shown);
  const pointer = createPlotPointer(cursor, { bars, readout }, { choose, hold: (id) => node.setPointerCapture(id), paint }, shown);
  const chosen = h("div", { class: "plot-range", hidden: true });
  const mark = h("div", { class: "plot-cursor", hidden: true });
  const node = h("div", {
    class: "plot", id: "timeline-plot", role: "slider", tabindex: "0", "aria-label": en.timeline.label, "aria-valuemin": "0",
    on: {
      keydown: keys.onKey, pointerdown: pointer.onDown, pointermove: pointer.onMove, pointerup: pointer.onUp, pointercancel: pointer.onCancel, pointerleave: pointer.onLeave,
      focus: () => paint(), blur: () => { cursor.anchor = null; readout.say(null); paint(); },
    },
  }, bars.lanes, h("div", { class: "plot-over", "aria-hidden": "true" }, chosen, mark));

  /** @param {{ first: number, last: number } | null} range */
  function choose(range) {
    const { data } = shown();
    if (range === null) actions.narrow({ range });
    else if (data) actions.narrow({ range: rangeOf(data, range.first, range.last) });
  }

  function paint() {
    const { data, state } = shown();
    if (!data) return;
    const { bar, dragging } = cursor;
    const count = bucketCount(data);
    const focused = document.activeElement === node;
    const pending = cursor.anchor === null ? null : cursor.stretch();
    const range = pending ?? (state?.view.range ? bucketsOf(data, state.view.range, count) : null);
    show(chosen, range !== null);
    if (range) {
      setVar(chosen, "--from", String(range.first / count));
      setVar(chosen, "--to", String((range.last + 1) / count));
    }
    show(mark, focused && !dragging);
    setVar(mark, "--from", String(bar / count));
    setVar(mark, "--to", String((bar + 1) / count));
    setAttribute(node, "aria-valuemax", count - 1);
    setAttribute(node, "aria-valuenow", bar);
    // At an end of a chosen stretch the words are about all of it, as the button beside them is.
    const { first, last } = range && (bar === range.first || bar === range.last) ? range : { first: bar, last: bar };
    const whole = readout.words(first, last);
    setAttribute(node, "aria-valuetext", whole);
    if (focused || dragging) setText(readout.node, whole);
  }

  return {
    node,
    choose,
    paint,
    /** Stays within so many bars. @param {number} count */
    bound(count) {
      cursor.bar = Math.min(cursor.bar, Math.max(0, count - 1));
    },
  };
}
