// The drawing of the table: all of it anew, what has changed, or what has come onto the screen.

/**
 * @typedef {{ atHand: ReturnType<typeof import("./window.js").createWindow>, cursor: ReturnType<typeof import("./cursor.js").createCursor>,
 *   layout: ReturnType<typeof import("./layout.js").createLayout>, rows: ReturnType<typeof import("./rows.js").createRows>, viewport: import("./viewport.js").Viewport }} Parts
 */

/** @param {Parts} parts @param {() => App.State | null} shown */
export function createDrawing({ atHand, cursor, layout, rows, viewport }, shown) {
  let frame = 0;

  /** @param {App.State} state */
  const shape = (state) => ({ columns: layout.columns, state, height: viewport.rowHeight() });

  function draw() {
    const state = shown();
    if (!state) return;
    if (!rows.draw(viewport.range(layout.total), atHand.itemAt, shape(state))) atHand.fetch();
    cursor.paint();
  }

  /** All rows anew: other data, another zone, another shape. */
  function redraw() {
    rows.clear();
    layout.makeRoom();
    draw();
  }

  return {
    draw,
    redraw,
    /** Draws at the next frame. */
    schedule() {
      if (frame) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        draw();
      });
    },
    /** Other columns, or as wide or high as they now are. */
    layColumns() {
      const state = shown();
      if (!state) return;
      layout.fit(atHand.all);
      layout.layColumns(state);
      cursor.point({ column: Math.min(cursor.at.column, layout.columns.length - 1) });
      redraw();
    },
    /** Other rows, or more in them. @param {boolean} follow whether the cursor stays at its row, wherever that now stands */
    refresh(follow) {
      const state = shown();
      if (!state) return;
      const from = cursor.at.row;
      const to = rows.refresh(atHand.rows, layout.total, shape(state)).get(from);
      layout.makeRoom();
      if (follow && to !== undefined && to !== from) {
        cursor.point({ row: to });
        viewport.follow(to - from);
      }
      draw();
    },
  };
}
