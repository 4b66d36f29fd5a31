// The cells of the table: the pair of buttons at the one that is pointed at, and what can be done with its value.

import { STACKS, cellValue } from "../../state/columns.js";
import { CELL_FIELDS } from "../../state/tuning.js";
import { en } from "../../text/en.js";
import { h, setAttribute } from "../dom.js";
import { icon } from "../icons.js";
import { cellItems } from "../menu.js";
import { isStacked, sourceNames } from "./row.js";

/** @typedef {{ row: number, column: number }} At */
/**
 * What the table shows now.
 * @typedef {{ state: App.State | null, columns: readonly import("../../state/columns.js").Column[], stack: string, itemAt: (row: number) => Core.Row | Core.Stacked | undefined,
 *   nodeAt: (at: At) => Element | undefined }} Shown
 */

/** The place of a cell. @param {EventTarget | null} target */
export function cellOf(target) {
  const cell = target instanceof Element ? target.closest(".grid-body .cell") : null;
  const row = cell?.closest(".row");
  if (!(cell instanceof HTMLElement) || !(row instanceof HTMLElement)) return null;
  return { cell, row: Number(row.dataset.row), column: Number(cell.dataset.column) };
}

/**
 * @param {App.Actions} actions @param {import("../menu.js").Menu} menu
 * @param {() => Shown} shown @param {{ point: (at: At) => void, focus: () => void }} grid what moves the cursor, and gives the focus to the table
 */
export function createCells(actions, menu, shown, grid) {
  const t = en.table;
  /** @type {At | null} */
  let pointed = null;
  /** @param {() => void} act */
  const pressed = (act) => ({ click: (/** @type {Event} */ event) => { event.stopPropagation(); act(); } });
  const copy = h("button", { type: "button", class: "button square tiny cell-copy", tabindex: "-1", on: pressed(() => copyAt(pointed)) }, icon("copy"));
  const more = h("button", { type: "button", class: "button square tiny cell-more", tabindex: "-1", "aria-haspopup": "menu", on: pressed(() => openAt(pointed)) }, icon("more"));
  const tools = h("span", { class: "cell-tools" }, copy, more);

  /** What a column is called, where a value of it is spoken of. @param {number} column */
  function fieldAt(column) {
    const { columns, stack } = shown();
    const name = columns[column]?.name ?? "";
    return name === "value" ? stack : name;
  }

  /** @param {At} at */
  function valueAt({ row, column }) {
    const { state, columns, itemAt } = shown();
    const item = itemAt(row);
    const name = columns[column]?.name;
    if (!item || name === undefined || !state) return null;
    if (isStacked(item) || (name !== "hints" && name !== "sources")) return { item, field: fieldAt(column), value: cellValue(item, name) };
    const { hints } = state;
    const texts = name === "hints" ? item.hints.map((id) => hints.find((hint) => hint.id === id)?.label ?? id) : sourceNames(item, state);
    return { item, field: name, value: texts.join(", ") };
  }

  /** The one pair of buttons moves to the cell that is pointed at. @param {HTMLElement | null} cell */
  function placeTools(cell) {
    const at = cellOf(cell);
    if (!cell || !at) {
      tools.remove();
      return;
    }
    pointed = { row: at.row, column: at.column };
    const field = fieldAt(at.column);
    for (const [button, label] of /** @type {const} */ ([[copy, t.copy(field)], [more, en.menu.open(field)]])) {
      setAttribute(button, "title", label);
      setAttribute(button, "aria-label", label);
    }
    if (tools.parentNode !== cell) cell.append(tools);
  }

  /** The exact value, not what the cell prints. @param {At | null} at */
  function copyAt(at) {
    const found = at && valueAt(at);
    if (found) actions.copy(found.value, found.field);
  }

  /** @param {At | null} at */
  function openAt(at) {
    const found = at && valueAt(at);
    const cell = at && shown().nodeAt(at);
    if (!found || !cell) return;
    const { item, field, value } = found;
    grid.point(at);
    const items = cellItems(actions, { field, value, tunable: CELL_FIELDS.includes(field), stackable: shown().stack === "" && STACKS.includes(field) });
    if (!isStacked(item)) items.push({ icon: "info", text: en.menu.details, run: () => actions.details(item) });
    menu.open(cell, en.menu.label(field), items, grid.focus);
  }

  return {
    placeTools,
    copyAt,
    openAt,
    /** The buttons are of the place where the pointer is, and no row takes the focus of one along. @param {HTMLElement} row */
    leave(row) {
      if (!row.contains(tools)) return;
      const focused = tools.contains(document.activeElement);
      placeTools(null);
      if (focused) grid.focus();
    },
  };
}
