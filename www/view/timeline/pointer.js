// The timeline by pointer: a drag chooses a stretch, a press one bar, and what is pointed at is told.

import { bucketCount } from "../../state/timeline.js";

/** Less than this many pixels is a press, not a drag. */
const DRAG = 4;

/**
 * @param {import("./cursor.js").Cursor} cursor
 * @param {{ bars: ReturnType<typeof import("./bars.js").createBars>, readout: ReturnType<typeof import("./readout.js").createReadout> }} parts
 * @param {{ choose: (range: { first: number, last: number } | null) => void, hold: (pointer: number) => void, paint: () => void }} plot `hold` keeps the pointer
 * @param {import("./readout.js").Shown} shown
 */
export function createPlotPointer(cursor, { bars, readout }, { choose, hold, paint }, shown) {
  let dragFrom = 0;

  /** @param {PointerEvent} event */
  function bucketAt(event) {
    const { data } = shown();
    const box = bars.box();
    if (!data || !box) return 0;
    const count = bucketCount(data);
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  }

  return {
    /** @param {PointerEvent} event */
    onDown(event) {
      if (event.button !== 0 || !shown().data) return;
      // Beside the bars, at the names of hosts, a press is for scrolling or nothing.
      const box = bars.box();
      if (!box || event.clientX < box.left || event.clientX > box.right) return;
      hold(event.pointerId);
      dragFrom = event.clientX;
      cursor.dragging = true;
      cursor.bar = bucketAt(event);
      cursor.anchor = cursor.bar;
      paint();
    },
    /** @param {PointerEvent} event */
    onMove(event) {
      if (cursor.dragging) {
        cursor.bar = bucketAt(event);
        paint();
        return;
      }
      const lane = event.target instanceof Element ? event.target.closest(".lane") : null;
      const box = bars.box();
      if (!(lane instanceof HTMLElement) || !box || event.clientX < box.left) readout.say(null);
      else readout.say(bucketAt(event), Number(lane.dataset.lane));
    },
    /** @param {PointerEvent} event */
    onUp(event) {
      if (!cursor.dragging || cursor.anchor === null) return;
      cursor.bar = bucketAt(event);
      const range = cursor.stretch();
      const press = Math.abs(event.clientX - dragFrom) < DRAG;
      cursor.dragging = false;
      cursor.anchor = null;
      const { data, state } = shown();
      // A press on a chosen stretch lets go of it; elsewhere it chooses the one bar.
      if (press && state?.view.range) choose(null);
      else if (press && !data?.totals[cursor.bar]) paint();
      else choose(range);
      paint();
    },
    onCancel() {
      cursor.dragging = false;
      cursor.anchor = null;
      paint();
    },
    onLeave() {
      if (!cursor.dragging) readout.say(null);
    },
  };
}
