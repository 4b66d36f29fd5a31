// The cursor of the timeline: the bar that one is at, and from where one chooses a stretch.

/** @typedef {ReturnType<typeof createCursor>} Cursor */

export function createCursor() {
  return {
    bar: 0,
    /** Where a choice by keys or by drag began; null: none goes on. */
    anchor: /** @type {number | null} */ (null),
    dragging: false,
    /** From where the choice began to here; without one, this bar alone. */
    stretch() {
      const from = this.anchor ?? this.bar;
      return { first: Math.min(from, this.bar), last: Math.max(from, this.bar) };
    },
  };
}
