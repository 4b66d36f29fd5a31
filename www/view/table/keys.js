// The table by keys: they move the cursor, and act on the cell that it is at.

import { typed } from "../../state/keys.js";
import { moveCursor } from "../../state/grid.js";
import { cellOf as tunedBy } from "../../state/tuning.js";
import { isStacked } from "./row.js";

/** A key that is held would do these to one row after another; the page's own keys pass over it. */
const ONCE = ["x", "i", "s"];

/**
 * @typedef {{ cursor: ReturnType<typeof import("./cursor.js").createCursor>, cells: ReturnType<typeof import("./cells.js").createCells>,
 *   heads: ReturnType<typeof import("./heads.js").createHeads>, viewport: import("./viewport.js").Viewport }} Parts
 */

/**
 * @param {App.Actions} actions @param {Parts} parts
 * @param {() => { total: number, columns: readonly import("../../state/columns.js").Column[], stack: string, itemAt: (row: number) => Core.Row | Core.Stacked | undefined }} shown
 */
export function createTableKeys(actions, { cursor, cells, heads, viewport }, shown) {
  /** Opens what stands in a row. @param {number} row */
  function choose(row) {
    const item = shown().itemAt(row);
    if (!item) return false;
    if (isStacked(item)) actions.unstack(item, row);
    else actions.details(item);
    return true;
  }

  /** @param {"exclude" | "include"} mode */
  function tune(mode) {
    const { columns, stack, itemAt } = shown();
    const item = itemAt(cursor.at.row);
    const column = columns[cursor.at.column];
    if (!item || !column) return false;
    actions.cell(mode, isStacked(item) ? { field: stack, value: item.value } : tunedBy(item, column.name));
    return true;
  }

  /** @param {string} key @param {boolean} ctrl @param {boolean} shift @returns {boolean} whether it is a key of the table */
  function press(key, ctrl, shift) {
    const { total, columns } = shown();
    if (total === 0) return false;
    const column = columns[cursor.at.column];
    if (shift && (key === "ArrowLeft" || key === "ArrowRight")) {
      if (column && !viewport.cards) heads.resize(column.name, key === "ArrowLeft" ? -1 : 1);
      return true;
    }
    const to = moveCursor(cursor.at, key, { rows: total, columns: columns.length, page: viewport.page(), ctrl });
    if (to) {
      cursor.moveTo(to);
      return true;
    }
    switch (key) {
      case "Enter": return choose(cursor.at.row);
      case "c": cells.copyAt(cursor.at); return true;
      case "m": case "ContextMenu": cells.openAt(cursor.at); return true;
      case "s": if (column) actions.sort(column.name); return true;
      case "x": return tune("exclude");
      case "i": return tune("include");
      default: return false;
    }
  }

  return {
    choose,
    press,
    /** @param {KeyboardEvent} event */
    onKey(event) {
      if (event.altKey || event.metaKey) return;
      if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return;
      if (event.repeat && ONCE.includes(typed(event))) return;
      if (press(typed(event), event.ctrlKey, event.shiftKey)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
  };
}
