// The timeline by keys: they move the cursor, with Shift they choose a stretch, and Esc lets go of it.

import { bucketCount } from "../../state/timeline.js";

/**
 * @param {import("./cursor.js").Cursor} cursor
 * @param {{ choose: (range: { first: number, last: number } | null) => void, leave: () => void, paint: () => void }} plot
 * @param {import("./readout.js").Shown} shown
 */
export function createPlotKeys(cursor, { choose, leave, paint }, shown) {
  return {
    /** @param {KeyboardEvent} event */
    onKey(event) {
      const { data, state } = shown();
      if (!data || event.altKey || event.ctrlKey || event.metaKey) return;
      const { bar } = cursor;
      const last = bucketCount(data) - 1;
      const to = { ArrowLeft: bar - 1, ArrowRight: bar + 1, ArrowDown: bar - 1, ArrowUp: bar + 1, PageUp: bar - 10, PageDown: bar + 10, Home: 0, End: last }[event.key];
      if (to !== undefined) {
        if (event.shiftKey) cursor.anchor ??= bar;
        else cursor.anchor = null;
        cursor.bar = Math.min(last, Math.max(0, to));
      } else if (event.key === "Enter" || event.key === " ") {
        const range = cursor.stretch();
        cursor.anchor = null;
        choose(range);
      } else if (event.key === "Escape" && (cursor.anchor !== null || state?.view.range)) {
        if (cursor.anchor === null) choose(null);
        cursor.anchor = null;
      } else if (event.key === "Escape") leave();
      else return;
      event.preventDefault();
      event.stopPropagation();
      paint();
    },
  };
}
