// The cursor of the table: the cell that the keys are at.

import { setAttribute } from "../dom.js";

/** @typedef {import("./cells.js").At} At */

/** How long it rests on a row before open details follow it, in ms. */
const FOLLOW_MS = 120;

/**
 * @param {HTMLElement} grid
 * @param {{ rows: ReturnType<typeof import("./rows.js").createRows>, viewport: import("./viewport.js").Viewport }} parts
 * @param {{ draw: () => void, follows: () => boolean, rested: (row: number) => void }} table draws its rows; whether details follow; it rests on another row
 */
export function createCursor(grid, { rows, viewport }, table) {
  /** @type {At} */
  let at = { row: 0, column: 0 };
  let follow = 0;

  /** The row and the cell that are marked. @type {Element[]} */
  let marked = [];

  function paint() {
    for (const element of marked) element.classList.remove("cursor", "at");
    marked = [];
    const row = rows.at(at.row);
    const cell = row?.children[at.column];
    setAttribute(grid, "aria-activedescendant", cell?.id ?? null);
    if (!row || !cell || document.activeElement !== grid) return;
    cell.classList.add("cursor");
    row.classList.add("at");
    marked = [row, cell];
  }

  return {
    get at() {
      return at;
    },
    paint,
    /** Stands there; what is drawn next shows it. @param {Partial<At>} to */
    point(to) {
      at = { ...at, ...to };
    },
    /** Stays within the table. @param {{ rows: number, columns: number }} size */
    bound({ rows: count, columns }) {
      at = { row: Math.min(at.row, Math.max(0, count - 1)), column: Math.min(at.column, Math.max(0, columns - 1)) };
    },
    /** Goes there, and what is there is seen. @param {At} to */
    moveTo(to) {
      const rowChanged = to.row !== at.row;
      at = to;
      viewport.reveal(to.row);
      if (to.column === 0) grid.scrollLeft = 0;
      table.draw();
      // Of a card, what the keys are at is all of it.
      const row = rows.at(to.row);
      (viewport.cards ? row : row?.children[to.column])?.scrollIntoView({ block: "nearest", inline: "nearest" });
      if (!rowChanged || !table.follows()) return;
      clearTimeout(follow);
      follow = Number(setTimeout(() => table.rested(at.row), FOLLOW_MS));
    },
  };
}
