// The rule's result. Only the rows on screen exist; the core sorts, searches, stacks and hands out windows of them.

import { columnsOf } from "../state/columns.js";
import { hasSeveralLogs, present } from "../state/files.js";
import { moveCursor, visibleRange } from "../state/grid.js";
import { FIRST_VIEW } from "../state/initial.js";
import { outcomes } from "../state/outcome.js";
import { cellOf as tunedBy } from "../state/tuning.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { cellOf, createCells } from "./cells.js";
import { createFilters } from "./filters.js";
import { createHeads } from "./heads.js";
import { h, setAttribute, setText, setVar, show } from "./dom.js";
import { isStacked } from "./row.js";
import { createRows } from "./rows.js";
import { createToolbar } from "./toolbar.js";

/** @typedef {import("./menu.js").Menu} Menu */
/** @typedef {import("./cells.js").At} At */

const OVER = 12;
/** Rows fetched beyond those needed, so that scrolling seldom waits. */
const AHEAD = 60;
const NARROW = "(max-width: 720px)";
const ROW = { comfortable: 32, compact: 28 };
const CARD = 112;
const STACKED_CARD = 88;
/** How long the cursor rests on a row before open details follow it, in ms. */
const FOLLOW_MS = 120;
/** Firefox draws nothing higher than 17.9 million pixels, Chromium nothing higher than 33.5: rows behind could not be reached. */
const MOST_PIXELS = 17_000_000;

/** @param {App.Actions} actions @param {Menu} menu @param {() => void} openColumns */
export function createTable(actions, menu, openColumns) {
  const t = en.table;
  const narrow = matchMedia(NARROW);
  const filters = createFilters(actions);
  const toolbar = createToolbar(actions, { filters: [filters.stack, filters.source], openColumns, toRows: () => grid.focus() });
  const body = h("div", { role: "rowgroup", class: "grid-body" });
  const grid = h("div", {
    class: "grid", id: "grid", role: "grid", tabindex: "0", "aria-label": t.caption, "aria-readonly": "true",
    on: { scroll: () => { top = grid.scrollTop; schedule(); }, keydown: onKey, click: onClick, pointerover: onHover, pointerleave: () => cells.placeTools(null), focus: paintCursor, blur: paintCursor },
  });
  const heads = createHeads(actions, grid, () => grid.focus());
  grid.append(heads.node, body);
  // Takes the focus from the rows when they go, as what is pressed next may bring them back.
  const nothing = h("p", { class: "nothing", tabindex: "-1", hidden: true });
  const cut = h("p", { class: "muted small", id: "rows-cut", hidden: true });
  const node = h("section", { class: "table-region", id: "table", "aria-label": t.caption }, toolbar.node, filters.hints, filters.chips, grid, cut, nothing);
  const cells = createCells(actions, menu, () => ({ state, columns, stack, itemAt, nodeAt: ({ row, column }) => rows.at(row)?.children[column] }), {
    point: (at) => { cursor = at; },
    focus: () => grid.focus({ preventScroll: true }),
  });
  const rows = createRows(body, cells.leave);

  /** @type {App.State | null} */
  let state = null;
  /** What it showed when it was last shown: what changes while it is hidden is drawn when it comes back. @type {App.State | null} */
  let before = null;
  let hidden = true;
  /** Rows that came before they were asked for, in the order that a table begins with, and the revision that they are of. @type {{ window: App.Window, revision: number } | null} */
  let given = null;
  /** It was never shown, and stands at its top: to ask or to say so would lay out the page before the first rows are asked for. */
  let fresh = true;
  let all = 0;
  /** How many of them fit into the page. */
  let total = 0;
  /** @type {{ from: number, items: (Core.Row | Core.Stacked)[] }} */
  let cache = { from: 0, items: [] };
  /** The stack that the rows at hand are of; the table changes its columns when others have come. */
  let stack = "";
  let columns = columnsOf({ hidden: [], widths: {} }, { stack, sources: false });
  /** The order and the filters of those rows. @type {Core.Query | null} */
  let rowsOf = null;
  /** @type {At} */
  let cursor = { row: 0, column: 0 };
  /** @type {Core.Query | null} */
  let shownView = null;
  let shownHints = "";
  let fetching = false;
  let stale = false;
  let frame = 0;
  let follow = 0;
  /** The value of a stack that one is on the way back to. @type {Pick<Core.Only, "value" | "row"> | null} */
  let back = null;
  /** How far the grid is scrolled and how high it is: asking for them in the middle of a change would lay out the page once more. */
  let top = 0;
  let high = 0;

  const rowHeight = () => (narrow.matches ? (stack === "" ? CARD : STACKED_CARD) : ROW[state?.density ?? "comfortable"]);
  const headHeight = () => (narrow.matches ? 0 : 36);
  /** @param {App.State} state */
  const shape = (state) => ({ columns, state, height: rowHeight() });
  /** @param {number} index */
  const itemAt = (index) => cache.items[index - cache.from];
  narrow.addEventListener("change", () => layColumns());
  new ResizeObserver(([entry]) => {
    high = entry?.contentRect.height ?? 0;
    schedule();
  }).observe(grid);

  function range(over = OVER) {
    return visibleRange(top, Math.max(0, high - headHeight()), rowHeight(), total, over);
  }

  function schedule() {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  }

  // --- rows ---

  /** Other columns, or as wide or high as they now are. */
  function layColumns() {
    if (!state) return;
    fit();
    // A card has its own choice of fields.
    const chosen = narrow.matches ? { hidden: [], widths: {} } : state.columns;
    columns = columnsOf(chosen, { stack, sources: hasSeveralLogs(state) });
    // And shows the first of all, as table.css lays them out: the keys reach nothing that nobody sees.
    if (narrow.matches) columns = columns.slice(0, stack === "" ? 7 : 5);
    heads.set(columns, chosen, stack);
    heads.paint(state.view, state.zone);
    toolbar.sortable(stack, state.view);
    setAttribute(grid, "aria-colcount", columns.length);
    grid.classList.toggle("compact", state.density === "compact");
    grid.classList.toggle("stacks", stack !== "");
    cursor = { ...cursor, column: Math.min(cursor.column, columns.length - 1) };
    redraw();
  }

  /** As many rows as a page can hold. */
  function fit() {
    total = Math.min(all, Math.floor(MOST_PIXELS / rowHeight()));
    show(cut, total < all);
    if (total < all) setText(cut, t.cut(total));
  }

  /** Makes room for all rows. */
  const setHeight = () => setVar(grid, "--body", `${total * rowHeight()}px`);

  /** All rows anew: other data, another zone, another shape. */
  function redraw() {
    rows.clear();
    setHeight();
    draw();
  }

  /** Other rows, or more in them. @param {boolean} follow whether the cursor stays at its row, wherever that now stands */
  function refresh(follow) {
    if (!state) return;
    const marked = cursor.row;
    const moved = rows.refresh(cache, total, shape(state));
    if (follow) cursor = { ...cursor, row: moved.get(marked) ?? marked };
    setHeight();
    if (cursor.row !== marked) grid.scrollTop = top += (cursor.row - marked) * rowHeight();
    draw();
  }

  function draw() {
    if (!state) return;
    if (!rows.draw(range(), itemAt, shape(state))) fetchWindow();
    paintCursor();
  }

  async function fetchWindow() {
    if (!state) return;
    if (fetching) {
      stale = true;
      return;
    }
    fetching = true;
    stale = false;
    // Until they are here, what shows are the rows of before.
    setAttribute(grid, "data-rows", "coming");
    const { view } = state;
    const { from, to } = range(OVER + AHEAD);
    try {
      taken(view, await actions.window(view, from, Math.max(to, from + 2 * AHEAD)));
    } catch {
      // The session was lost or closed; its successor announces itself by a new revision.
    } finally {
      fetching = false;
    }
    if (stale) fetchWindow();
    else setAttribute(grid, "data-rows", "here");
  }

  /** Rows have come. @param {Core.Query} view @param {Awaited<ReturnType<App.Actions["window"]>>} got */
  function taken(view, got) {
    cache = { from: got.from, items: got.items };
    all = got.rows;
    fit();
    const other = view.stack !== stack;
    // Whoever is at a row by keys stays at it, wherever others push it.
    const follow = view === rowsOf && document.activeElement === grid;
    stack = view.stack;
    rowsOf = view;
    sized();
    if (other) {
      cursor = { row: 0, column: 0 };
      layColumns();
    } else refresh(follow);
    if (back && stack !== "") findBack(back);
  }

  /** To the value, if it is among these rows; else to the row where it stood, and once more when those there have come. @param {NonNullable<typeof back>} to */
  function findBack({ value, row }) {
    const at = cache.items.findIndex((item) => isStacked(item) && item.value === value);
    back = at < 0 && row >= 0 ? { value, row: -1 } : null;
    const found = at < 0 ? row : cache.from + at;
    if (found >= 0 && total > 0) moveTo({ row: Math.min(found, total - 1), column: 0 });
  }

  /** There are other rows than before, or none. */
  function sized() {
    if (!state) return;
    setAttribute(grid, "aria-rowcount", total + 1);
    const groups = state.summary ? outcomes(state.summary.totals).shownGroups : all;
    toolbar.counts(all, Math.max(all, groups), stack);
    const left = total ? nothing : grid;
    const lost = left.contains(document.activeElement);
    show(nothing, total === 0);
    show(grid, total > 0);
    if (lost) focus();
    // What is not shown stands at its top again when it is, and no event tells.
    if (total === 0) top = 0;
    const { search, hint, source, range: time, only } = state.view;
    setText(nothing, search !== "" && !hint && source === null && !time && only.length === 0 ? t.nothing(visibleText(search)) : en.narrow.nothing(visibleText(search)));
    cursor = { ...cursor, row: Math.min(cursor.row, Math.max(0, total - 1)) };
    grid.classList.toggle("short", total * rowHeight() < 400);
  }

  // --- cursor ---

  function paintCursor() {
    body.querySelector(".cell.cursor")?.classList.remove("cursor");
    body.querySelector(".row.at")?.classList.remove("at");
    const row = rows.at(cursor.row);
    const cell = row?.children[cursor.column];
    const focused = document.activeElement === grid;
    if (cell instanceof HTMLElement) {
      setAttribute(grid, "aria-activedescendant", cell.id);
      if (focused) {
        cell.classList.add("cursor");
        row?.classList.add("at");
      }
    } else setAttribute(grid, "aria-activedescendant", null);
  }

  /** @param {At} to */
  function moveTo(to) {
    const rowChanged = to.row !== cursor.row;
    cursor = to;
    const height = rowHeight();
    const begin = to.row * height;
    const room = grid.clientHeight - headHeight();
    if (begin < grid.scrollTop) grid.scrollTop = begin;
    else if (begin + height > grid.scrollTop + room) grid.scrollTop = begin + height - room;
    if (to.column === 0) grid.scrollLeft = 0;
    top = grid.scrollTop;
    draw();
    // Of a card, what the keys are at is all of it.
    const row = rows.at(to.row);
    (narrow.matches ? row : row?.children[to.column])?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (rowChanged && state?.panel === "details") followSoon();
  }

  /** Open details follow the cursor, once it rests. */
  function followSoon() {
    clearTimeout(follow);
    follow = Number(setTimeout(() => {
      const item = itemAt(cursor.row);
      if (item && !isStacked(item) && state?.panel === "details") actions.details(item);
    }, FOLLOW_MS));
  }

  /** @param {number} row */
  function choose(row) {
    const item = itemAt(row);
    if (!item) return false;
    if (isStacked(item)) actions.unstack(item, row);
    else actions.details(item);
    return true;
  }

  /** @param {"exclude" | "include"} mode */
  function tune(mode) {
    const item = itemAt(cursor.row);
    const column = columns[cursor.column];
    if (!item || !column) return false;
    if (isStacked(item)) actions.cell(mode, { field: stack, value: item.value });
    else actions.cell(mode, tunedBy(item, column.name));
    return true;
  }

  // --- keys and pointer ---

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return;
    // A key that is held would hide one row after another; the page's own keys pass over it.
    if (event.repeat && ["x", "i", "s"].includes(event.key)) return;
    if (handleKey(event.key, event.ctrlKey, event.shiftKey)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** @param {string} key @param {boolean} ctrl @param {boolean} [shift] */
  function handleKey(key, ctrl, shift = false) {
    if (total === 0) return false;
    const column = columns[cursor.column];
    if (shift && (key === "ArrowLeft" || key === "ArrowRight")) {
      if (column && !narrow.matches) heads.resize(column.name, key === "ArrowLeft" ? -1 : 1);
      return true;
    }
    const page = Math.max(1, Math.floor((grid.clientHeight - headHeight()) / rowHeight()) - 1);
    const to = moveCursor(cursor, key, { rows: total, columns: columns.length, page, ctrl });
    if (to) {
      moveTo(to);
      return true;
    }
    switch (key) {
      case "Enter": return choose(cursor.row);
      case "c": cells.copyAt(cursor); return true;
      case "m": case "ContextMenu": cells.openAt(cursor); return true;
      case "s": if (column) actions.sort(column.name); return true;
      case "x": return tune("exclude");
      case "i": return tune("include");
      default: return false;
    }
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const at = cellOf(event.target);
    if (!at || !getSelection()?.isCollapsed) return;
    cursor = { row: at.row, column: at.column };
    paintCursor();
    choose(at.row);
  }

  /** @param {Event} event */
  function onHover(event) {
    const at = cellOf(event.target);
    if (at) cells.placeTools(at.cell);
  }

  const focus = () => (grid.hidden ? nothing : grid).focus();

  // --- state ---

  /** The page is empty again. */
  function forget() {
    before = null;
    all = 0;
    top = 0;
    cache = { from: 0, items: [] };
    cursor = { row: 0, column: 0 };
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
    if (!fresh) grid.scrollTop = 0;
    top = 0;
    if (now.view.only !== before?.view.only || now.view.hint !== before?.view.hint) cursor = { ...cursor, row: 0 };
  }

  /** @param {App.State["details"]} details */
  function markSelected(details) {
    const group = details ? String(details.group) : "";
    for (const row of rows.all()) setAttribute(row, "aria-selected", row.dataset.group === group && group !== "" ? "true" : "false");
    // The panel takes room from the table, which moves its rows.
    if (group !== "") requestAnimationFrame(() => rows.at(cursor.row)?.scrollIntoView({ block: "nearest" }));
  }

  /** What is shown now. @param {App.State} now */
  function paint(now) {
    const isOther = now.view !== shownView;
    const otherZone = now.zone !== before?.zone;
    // It searches the times that are shown.
    const otherClock = now.view.search !== "" && otherZone;
    if (isOther) otherView(now);
    // First of all: the core answers while the rest is drawn.
    const first = takeGiven(now);
    if (first?.revision !== now.revision && (isOther || otherClock || now.revision !== before?.revision)) fetchWindow();
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

  /** The rows that were given, if they are those that are to be shown first. @param {App.State} now */
  function takeGiven({ view }) {
    const first = all === 0 && JSON.stringify(view) === JSON.stringify(FIRST_VIEW) ? given : null;
    given = null;
    return first;
  }

  return {
    node,
    /** @param {string} key */
    key(key) {
      grid.focus({ preventScroll: true });
      return handleKey(key, false);
    },
    focus,
    /** The first rows, which are to be shown next. @param {App.Window} window @param {number} revision */
    give(window, revision) {
      given = { window, revision };
    },
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
        // What stands at the top again since it was hidden: no event tells.
        if (hidden && !fresh) top = grid.scrollTop;
        hidden = false;
        paint(now);
        fresh = false;
        return;
      }
      hidden = true;
      given = null;
      if (previous && previous.phase !== "empty" && now.phase === "empty") forget();
      if (lost) actions.focusGrid();
    },
  };
}
