// The rows of the table that are drawn: those on the screen and some beyond. A row that is still there keeps its node.

import { drawRow, identity, placeRow, updateRow } from "./row.js";

/** @typedef {Core.Row | Core.Stacked} Item */
/** What rows look like. @typedef {{ columns: readonly import("../../state/columns.js").Column[], state: App.State, height: number }} Shape */

/** @param {HTMLElement} body @param {(row: HTMLElement) => void} leave what is to be done before a row moves or goes */
export function createRows(body, leave) {
  /** @type {Map<number, HTMLElement>} */
  let drawn = new Map();
  /** What each of them shows. @type {WeakMap<HTMLElement, Item>} */
  const said = new WeakMap();

  /** @param {HTMLElement} row */
  function takeOut(row) {
    leave(row);
    row.remove();
  }

  /** In order, for screen readers that walk the document. What is taken out loses the press that is on it, so the row stays
   * and the one in its way goes to the end. @param {HTMLElement | null} above @param {HTMLElement} row */
  function putBehind(above, row) {
    const next = () => (above ? above.nextElementSibling : body.firstElementChild);
    const inTheWay = next();
    if (inTheWay && inTheWay !== row && inTheWay.nextElementSibling === row) body.append(inTheWay);
    if (next() !== row) body.insertBefore(row, next());
  }

  /** A row that is not there yet, if it is known what it says. @param {number} index @param {Item | undefined} item @param {Shape} shape */
  function draft(index, item, shape) {
    if (!item) return null;
    const row = drawRow(item, shape);
    placeRow(row, index, shape.height);
    said.set(row, item);
    drawn.set(index, row);
    return row;
  }

  return {
    /** @param {number} index */
    at: (index) => drawn.get(index),
    all: () => drawn.values(),
    /** Takes out all of them. */
    clear() {
      drawn.forEach((row) => row.remove());
      drawn = new Map();
    },
    /**
     * Other rows, or more in them: those that were there keep their nodes, wherever they now stand.
     * @param {{ from: number, items: Item[] }} window @param {number} total how many rows there are in all @param {Shape} shape
     * @returns {Map<number, number>} where each that was drawn stands now
     */
    refresh({ from, items }, total, shape) {
      const left = new Map([...drawn].flatMap(([index, row]) => {
        const item = said.get(row);
        return item ? [[identity(item), { row, index, item }]] : [];
      }));
      /** @type {Map<number, number>} */
      const moved = new Map();
      drawn = new Map();
      items.forEach((item, at) => {
        const found = left.get(identity(item));
        if (!found) return;
        left.delete(identity(item));
        const index = from + at;
        if (found.index !== index) {
          leave(found.row);
          placeRow(found.row, index, shape.height);
        }
        updateRow(found.row, found.item, item, shape);
        said.set(found.row, item);
        drawn.set(index, found.row);
        moved.set(found.index, index);
      });
      for (const { row, index } of left.values()) {
        // What is not at hand stays until it is.
        if (index < total && !items[index - from]) drawn.set(index, row);
        else takeOut(row);
      }
      return moved;
    },
    /**
     * Draws the rows `from..to`, and no others.
     * @param {{ from: number, to: number }} range @param {(index: number) => Item | undefined} itemAt @param {Shape} shape
     * @returns {boolean} whether it is known what all of them say
     */
    draw({ from, to }, itemAt, shape) {
      for (const [index, row] of drawn) {
        if (index < from || index >= to) {
          takeOut(row);
          drawn.delete(index);
        }
      }
      let known = true;
      /** @type {HTMLElement | null} */
      let above = null;
      for (let index = from; index < to; index += 1) {
        const row = drawn.get(index) ?? draft(index, itemAt(index), shape);
        known &&= itemAt(index) !== undefined;
        if (!row) continue;
        putBehind(above, row);
        above = row;
      }
      return known;
    },
  };
}
