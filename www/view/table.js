// The rule's result. Only the rows on screen exist; the core sorts, searches, stacks and hands out windows of them.

import { columnsOf } from "../state/columns.js";
import { hasSeveralLogs, present } from "../state/files.js";
import { outcomes } from "../state/outcome.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { cellOf, createCells } from "./table/cells.js";
import { createCursor } from "./table/cursor.js";
import { createFilters } from "./table/filters.js";
import { createTableKeys } from "./table/keys.js";
import { createHeads } from "./table/heads.js";
import { h, setAttribute, setText, setVar, show } from "./dom.js";
import { isStacked } from "./table/row.js";
import { createRows } from "./table/rows.js";
import { createToolbar } from "./table/toolbar.js";
import { createViewport } from "./table/viewport.js";
import { createWindow } from "./table/window.js";

/** Rows fetched beyond those needed, so that scrolling seldom waits. */
const AHEAD = 60;
/** Rows that fill less have no room kept below them, in pixels. */
const SHORT = 400;

/** @param {App.Actions} actions @param {import("./menu.js").Menu} menu @param {() => void} openColumns */
export function createTable(actions, menu, openColumns) {
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
  // Takes the focus from the rows when they go, as what is pressed next may bring them back.
  const nothing = h("p", { class: "nothing", tabindex: "-1", hidden: true });
  const cut = h("p", { class: "muted small", id: "rows-cut", hidden: true });
  const node = h("section", { class: "table-region", id: "table", "aria-label": t.caption }, toolbar.node, filters.hints, filters.chips, grid, cut, nothing);

  /** @type {App.State | null} */
  let state = null;
  /** What it showed when it was last shown: what changes while it is hidden is drawn when it comes back. @type {App.State | null} */
  let before = null;
  let hidden = true;
  /** How many of the rows fit into the page. */
  let total = 0;
  /** The stack that the rows at hand are of; the table changes its columns when others have come. */
  let stack = "";
  let columns = columnsOf({ hidden: [], widths: {} }, { stack, sources: false });
  /** @type {Core.Query | null} */
  let shownView = null;
  let shownHints = "";
  let frame = 0;
  /** The value of a stack that one is on the way back to. @type {Pick<Core.Only, "value" | "row"> | null} */
  let back = null;

  const viewport = createViewport(grid, () => ({ stack, density: state?.density ?? "comfortable" }), { moved: schedule, reshaped: layColumns });
  const atHand = createWindow(actions.window, { wanted, taken, coming: (rows) => setAttribute(grid, "data-rows", rows) });
  const cells = createCells(actions, menu, () => ({ state, columns, stack, itemAt: atHand.itemAt, nodeAt: ({ row, column }) => rows.at(row)?.children[column] }), {
    point: (at) => cursor.point(at),
    focus: () => grid.focus({ preventScroll: true }),
  });
  const rows = createRows(body, cells.leave);
  const cursor = createCursor(grid, { rows, viewport }, { draw, follows: () => state?.panel === "details", rested });
  const keys = createTableKeys(actions, { cursor, cells, heads, viewport }, () => ({ total, columns, stack, itemAt: atHand.itemAt }));

  // --- rows ---

  /** @param {App.State} state */
  const shape = (state) => ({ columns, state, height: viewport.rowHeight() });

  function schedule() {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  }

  /** Other columns, or as wide or high as they now are. */
  function layColumns() {
    if (!state) return;
    fit();
    // A card has its own choice of fields.
    const chosen = viewport.cards ? { hidden: [], widths: {} } : state.columns;
    columns = columnsOf(chosen, { stack, sources: hasSeveralLogs(state) });
    // And shows the first of all, as table.css lays them out: the keys reach nothing that nobody sees.
    if (viewport.cards) columns = columns.slice(0, stack === "" ? 7 : 5);
    heads.set(columns, chosen, stack);
    heads.paint(state.view, state.zone);
    toolbar.sortable(stack, state.view);
    setAttribute(grid, "aria-colcount", columns.length);
    grid.classList.toggle("compact", state.density === "compact");
    grid.classList.toggle("stacks", stack !== "");
    cursor.point({ column: Math.min(cursor.at.column, columns.length - 1) });
    redraw();
  }

  /** As many rows as a page can hold. */
  function fit() {
    total = viewport.reachable(atHand.all);
    show(cut, total < atHand.all);
    if (total < atHand.all) setText(cut, t.cut(total));
  }

  /** Makes room for all rows. */
  const setHeight = () => setVar(grid, "--body", `${total * viewport.rowHeight()}px`);

  /** All rows anew: other data, another zone, another shape. */
  function redraw() {
    rows.clear();
    setHeight();
    draw();
  }

  /** Other rows, or more in them. @param {boolean} follow whether the cursor stays at its row, wherever that now stands */
  function refresh(follow) {
    if (!state) return;
    const from = cursor.at.row;
    const to = rows.refresh(atHand.rows, total, shape(state)).get(from);
    setHeight();
    if (follow && to !== undefined && to !== from) {
      cursor.point({ row: to });
      viewport.follow(to - from);
    }
    draw();
  }

  function draw() {
    if (!state) return;
    if (!rows.draw(viewport.range(total), atHand.itemAt, shape(state))) atHand.fetch();
    cursor.paint();
  }

  function wanted() {
    if (!state) return null;
    const { from, to } = viewport.range(total, AHEAD);
    return { view: state.view, from, to: Math.max(to, from + 2 * AHEAD) };
  }

  /** Rows have come. @param {Core.Query} view @param {App.Window} got */
  function taken(view, got) {
    const same = atHand.hold(view, got);
    fit();
    const other = view.stack !== stack;
    // Whoever is at a row by keys stays at it, wherever others push it.
    const follow = same && document.activeElement === grid;
    stack = view.stack;
    sized();
    if (other) {
      cursor.point({ row: 0, column: 0 });
      layColumns();
    } else refresh(follow);
    if (back && stack !== "") findBack(back);
  }

  /** To the value, if it is among these rows; else to the row where it stood, and once more when those there have come. @param {NonNullable<typeof back>} to */
  function findBack({ value, row }) {
    const { from, items } = atHand.rows;
    const at = items.findIndex((item) => isStacked(item) && item.value === value);
    back = at < 0 && row >= 0 ? { value, row: -1 } : null;
    const found = at < 0 ? row : from + at;
    if (found >= 0 && total > 0) cursor.moveTo({ row: Math.min(found, total - 1), column: 0 });
  }

  /** There are other rows than before, or none. */
  function sized() {
    if (!state) return;
    setAttribute(grid, "aria-rowcount", total + 1);
    const groups = state.summary ? outcomes(state.summary.totals).shownGroups : atHand.all;
    toolbar.counts(atHand.all, Math.max(atHand.all, groups), stack);
    const left = total ? nothing : grid;
    const lost = left.contains(document.activeElement);
    show(nothing, total === 0);
    show(grid, total > 0);
    if (lost) focus();
    if (total === 0) viewport.gone();
    setText(nothing, whyNothing(state.view));
    cursor.bound({ rows: total, columns: columns.length });
    grid.classList.toggle("short", total * viewport.rowHeight() < SHORT);
  }

  /** @param {Core.Query} view */
  function whyNothing({ search, hint, source, range, only }) {
    const bySearchAlone = search !== "" && !hint && source === null && !range && only.length === 0;
    return (bySearchAlone ? t : en.narrow).nothing(visibleText(search));
  }

  // --- pointer ---

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

  const focus = () => (grid.hidden ? nothing : grid).focus();

  /** Open details follow the cursor. @param {number} row */
  function rested(row) {
    const item = atHand.itemAt(row);
    if (item && !isStacked(item) && state?.panel === "details") actions.details(item);
  }

  // --- state ---

  /** The page is empty again. */
  function forget() {
    before = null;
    viewport.gone();
    atHand.clear();
    cursor.point({ row: 0, column: 0 });
    stack = "";
    toolbar.clearSearch();
    shownView = null;
    back = null;
    nothing.replaceChildren();
    if (state) filters.update(state, null);
    layColumns();
  }

  /** Another order, or other filters. @param {App.State} now */
  function otherView(now) {
    toolbar.paint(now.view);
    viewport.toTop();
    if (now.view.only !== before?.view.only || now.view.hint !== before?.view.hint) cursor.point({ row: 0 });
  }

  /** @param {App.State["details"]} details */
  function markSelected(details) {
    const group = details ? String(details.group) : "";
    for (const row of rows.all()) setAttribute(row, "aria-selected", row.dataset.group === group && group !== "" ? "true" : "false");
    // The panel takes room from the table, which moves its rows.
    if (group !== "") requestAnimationFrame(() => rows.at(cursor.at.row)?.scrollIntoView({ block: "nearest" }));
  }

  /** What is shown now. @param {App.State} now */
  function paint(now) {
    const isOther = now.view !== shownView;
    const otherZone = now.zone !== before?.zone;
    // It searches the times that are shown.
    const otherClock = now.view.search !== "" && otherZone;
    if (isOther) otherView(now);
    // First of all: the core answers while the rest is drawn.
    const first = atHand.takeGiven(now.view);
    if (first?.revision !== now.revision && (isOther || otherClock || now.revision !== before?.revision)) atHand.fetch();
    filters.update(now, before);
    const otherFiles = before === null || hasSeveralLogs(now) !== hasSeveralLogs(before) || (present(now.files).length > 1) !== (present(before.files).length > 1);
    if (now.columns !== before?.columns || now.density !== before?.density || otherFiles || shownView === null) layColumns();
    shownView = now.view;
    if (isOther || otherZone) heads.paint(now.view, now.zone);
    const hints = now.hints.map(({ id }) => id).join();
    if (otherZone || hints !== shownHints) redraw();
    shownHints = hints;
    if (now.details?.group !== before?.details?.group) markSelected(now.details);
    before = now;
    if (first) taken(now.view, first.window);
  }

  return {
    node,
    /** @param {string} key */
    key(key) {
      grid.focus({ preventScroll: true });
      return keys.press(key, false, false);
    },
    focus,
    /** The first rows, which are to be shown next. @param {App.Window} window @param {number} revision */
    give: (window, revision) => atHand.give(window, revision),
    /** @param {Core.Only} to the value of the stack that is shown again */
    comeBack(to) {
      back = to;
      focus();
    },
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
        paint(now);
        viewport.painted();
        return;
      }
      hidden = true;
      atHand.dropGiven();
      if (previous && previous.phase !== "empty" && now.phase === "empty") forget();
      if (lost) actions.focusGrid();
    },
  };
}
