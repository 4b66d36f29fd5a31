// The rule's result. Only the rows on screen exist; the core sorts, searches, stacks and hands out windows of them.

import { outcomes } from "../state/outcome.js";
import { en } from "../text/en.js";
import { createArrivals } from "./table/arrivals.js";
import { cellOf, createCells } from "./table/cells.js";
import { createChanges } from "./table/changes.js";
import { createCursor } from "./table/cursor.js";
import { createDrawing } from "./table/drawing.js";
import { createFilters } from "./table/filters.js";
import { createTableKeys } from "./table/keys.js";
import { createHeads } from "./table/heads.js";
import { createLayout } from "./table/layout.js";
import { h, setAttribute, show } from "./dom.js";
import { isStacked } from "./table/row.js";
import { createRows } from "./table/rows.js";
import { createToolbar } from "./table/toolbar.js";
import { createViewport } from "./table/viewport.js";
import { createWindow } from "./table/window.js";

/** Rows fetched beyond those needed, so that scrolling seldom waits. */
const AHEAD = 60;

/** @param {App.Actions} actions @param {import("./menu.js").Menu} menu @param {() => void} openColumns */
export function createTable(actions, menu, openColumns) {
  /** @type {App.State | null} */
  let state = null;
  let hidden = true;
  const { node, grid, arrivals, atHand, changes, keys, toolbar, viewport } = createParts(actions, menu, openColumns, () => state);

  return {
    node,
    /** @param {string} key */
    key(key) {
      grid.focus({ preventScroll: true });
      return keys.press(key, false, false);
    },
    focus: arrivals.focus,
    /** The first rows, which are to be shown next. @param {App.Window} window @param {number} revision */
    give: (window, revision) => atHand.give(window, revision),
    comeBack: arrivals.comeBack,
    /** Also when it left no row. @returns {boolean} whether there is a table to search */
    focusSearch() {
      toolbar.focusSearch();
      return !node.hidden;
    },
    /** Empties the search. @returns {boolean} whether there was one */
    clearSearch() {
      const any = toolbar.clearSearch();
      if (any) actions.search("");
      return any;
    },
    /** @param {App.State} now @param {App.State | null} previous */
    update(now, previous) {
      const shown = now.phase !== "empty" && now.summary !== null && outcomes(now.summary.totals).shown > 0;
      const lost = !shown && node.contains(document.activeElement);
      state = now;
      show(node, shown);
      toolbar.reads(now.phase === "reading");
      if (shown) {
        if (hidden) viewport.shown();
        hidden = false;
        changes.paint(now);
        viewport.painted();
        return;
      }
      hidden = true;
      atHand.dropGiven();
      if (previous && previous.phase !== "empty" && now.phase === "empty") changes.forget(now);
      if (lost) actions.focusGrid();
    },
  };
}

/**
 * The parts of the table, each with those that it needs.
 * @param {App.Actions} actions @param {import("./menu.js").Menu} menu @param {() => void} openColumns @param {() => App.State | null} shown
 */
function createParts(actions, menu, openColumns, shown) {
  const t = en.table;
  const filters = createFilters(actions);
  const toolbar = createToolbar(actions, { filters: [filters.stack, filters.source], openColumns, toRows: () => grid.focus() });
  const body = h("div", { role: "rowgroup", class: "grid-body" });
  const grid = h("div", {
    class: "grid", id: "grid", role: "grid", tabindex: "0", "aria-label": t.caption, "aria-readonly": "true",
    on: {
      keydown: (/** @type {KeyboardEvent} */ event) => keys.onKey(event), click: onClick,
      pointerover: onHover, pointerleave: () => cells.placeTools(null), focus: () => cursor.paint(), blur: () => cursor.paint(),
    },
  });
  const heads = createHeads(actions, grid, () => grid.focus());
  grid.append(heads.node, body);

  const viewport = createViewport(grid, () => ({ stack: layout.stack, density: shown()?.density ?? "comfortable" }), { moved: () => drawing.schedule(), reshaped: () => drawing.layColumns() });
  const atHand = createWindow(actions.window, { wanted, taken: (view, got) => arrivals.taken(view, got), coming: (rows) => setAttribute(grid, "data-rows", rows) });
  const layout = createLayout(grid, { heads, toolbar, viewport });
  const cells = createCells(actions, menu, () => ({ state: shown(), columns: layout.columns, stack: layout.stack, itemAt: atHand.itemAt, nodeAt: ({ row, column }) => rows.at(row)?.children[column] }), {
    point: (at) => cursor.point(at),
    focus: () => grid.focus({ preventScroll: true }),
  });
  const rows = createRows(body, cells.leave);
  const cursor = createCursor(grid, { rows, viewport }, { draw: () => drawing.draw(), follows: () => shown()?.panel === "details", rested });
  const keys = createTableKeys(actions, { cursor, cells, heads, viewport }, () => ({ total: layout.total, columns: layout.columns, stack: layout.stack, itemAt: atHand.itemAt }));
  const drawing = createDrawing({ atHand, cursor, layout, rows, viewport }, shown);
  const arrivals = createArrivals(grid, { atHand, cursor, drawing, layout, rows, toolbar, viewport }, shown);
  const changes = createChanges({ arrivals, atHand, cursor, drawing, filters, heads, layout, rows, toolbar, viewport });
  const node = h("section", { class: "table-region", id: "table", "aria-label": t.caption }, toolbar.node, filters.hints, filters.chips, grid, layout.cut, arrivals.nothing);

  function wanted() {
    const state = shown();
    if (!state) return null;
    const { from, to } = viewport.range(layout.total, AHEAD);
    return { view: state.view, from, to: Math.max(to, from + 2 * AHEAD) };
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const at = cellOf(event.target);
    if (!at || !getSelection()?.isCollapsed) return;
    cursor.point({ row: at.row, column: at.column });
    cursor.paint();
    keys.choose(at.row);
  }

  /** @param {Event} event */
  function onHover(event) {
    const at = cellOf(event.target);
    if (at) cells.placeTools(at.cell);
  }

  /** Open details follow the cursor. @param {number} row */
  function rested(row) {
    const item = atHand.itemAt(row);
    if (item && !isStacked(item) && shown()?.panel === "details") actions.details(item);
  }

  return { node, grid, arrivals, atHand, changes, keys, toolbar, viewport };
}
