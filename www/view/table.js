// The rule's result. Only the rows on screen exist; the core sorts, searches, stacks and hands out windows of them.

import { COLUMNS, STACKS, STACK_COLUMNS, cellValue, columnsOf } from "../state/columns.js";
import { hasSeveralLogs, present } from "../state/files.js";
import { moveCursor, visibleRange } from "../state/grid.js";
import { outcomes } from "../state/outcome.js";
import { CELL_FIELDS, cellOf as tunedBy } from "../state/tuning.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { createFilters } from "./filters.js";
import { createHeads } from "./heads.js";
import { cellItems, createMenu } from "./menu.js";
import { h, replace, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";
import { drawRow, identity, isStacked, placeRow, sourceNames, updateRow } from "./row.js";

const OVER = 12;
/** Rows fetched beyond those needed, so that scrolling seldom waits. */
const AHEAD = 60;
const NARROW = "(max-width: 720px)";
const ROW = { comfortable: 32, compact: 28 };
const CARD = 112;
const STACKED_CARD = 88;

/** @typedef {{ row: number, column: number }} At */

/** @param {App.Actions} actions @param {ReturnType<typeof createMenu>} menu @param {() => void} openColumns */
export function createTable(actions, menu, openColumns) {
  const t = en.table;
  const narrow = matchMedia(NARROW);
  const filters = createFilters(actions);

  const search = h("input", {
    type: "search", id: "search", class: "search-input", placeholder: t.search, "aria-label": t.search, autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    on: {
      input: () => actions.search(search.value),
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" || event.key === "ArrowDown") {
          event.preventDefault();
          event.stopPropagation();
          grid.focus();
        }
      },
    },
  });
  const counted = h("span", null);
  // Where there is no room for it, it is there to be read aloud.
  const next = h("span", { class: "row-next" });
  const count = h("span", { class: "row-count", role: "status" }, counted, next);
  const sortSelect = h("select", { id: "sort-by", "aria-label": t.sortBy, on: { change: () => actions.sort(sortSelect.value) } });
  const sortTurn = h("button", { type: "button", class: "button square", "aria-label": t.sortBy, on: { click: () => actions.sort(sortSelect.value) } }, icon("up"));
  const tuning = h("button", { type: "button", class: "button", id: "open-tuning", title: en.tuning.openTitle, on: { click: () => actions.openTuning() } }, icon("filter"), en.tuning.open);
  const columnsButton = h("button", { type: "button", class: "button", id: "open-columns", title: en.columns.title, on: { click: openColumns } }, icon("columns"), en.columns.open);
  const toolbar = h("div", { class: "toolbar" },
    h("div", { class: "search" }, icon("search"), search, h("kbd", null, t.searchKey)),
    filters.stack, filters.source, count, h("span", { class: "grow" }),
    h("div", { class: "sort-narrow" }, sortSelect, sortTurn), columnsButton, tuning);

  const body = h("div", { role: "rowgroup", class: "grid-body" });
  const grid = h("div", {
    class: "grid", id: "grid", role: "grid", tabindex: "0", "aria-label": t.caption, "aria-readonly": "true",
    on: { scroll: () => { top = grid.scrollTop; schedule(); }, keydown: onKey, click: onClick, pointerover: onHover, pointerleave: () => placeTools(null), focus: () => { paintCursor(); }, blur: () => paintCursor() },
  });
  const heads = createHeads(actions, grid, () => grid.focus());
  grid.append(heads.node, body);
  // Takes the focus from the rows when they go, as what is pressed next may bring them back.
  const nothing = h("p", { class: "nothing", tabindex: "-1", hidden: true });
  const copy = h("button", { type: "button", class: "button square tiny cell-copy", tabindex: "-1", on: { click: (/** @type {Event} */ event) => { event.stopPropagation(); copyCell(toolsAt); } } }, icon("copy"));
  const more = h("button", { type: "button", class: "button square tiny cell-more", tabindex: "-1", "aria-haspopup": "menu", on: { click: (/** @type {Event} */ event) => { event.stopPropagation(); openMenu(toolsAt); } } }, icon("more"));
  const tools = h("span", { class: "cell-tools" }, copy, more);
  const node = h("section", { class: "table-region", id: "table", "aria-label": t.caption }, toolbar, filters.hints, filters.chips, grid, nothing);

  /** @type {App.State | null} */
  let state = null;
  /** What it showed when it was last shown: what changes while it is hidden is drawn when it comes back. @type {App.State | null} */
  let before = null;
  let hidden = true;
  let total = 0;
  /** @type {{ from: number, items: (Core.Row | Core.Stacked)[] }} */
  let cache = { from: 0, items: [] };
  /** The stack that the rows at hand are of; the table changes its columns when others have come. */
  let stack = "";
  let columns = columnsOf({ hidden: [], widths: {} }, { stack, sources: false });
  /** The order and the filters of those rows. @type {Core.Query | null} */
  let rowsOf = null;
  /** @type {Map<number, HTMLElement>} */
  let drawn = new Map();
  /** What each of them shows. @type {WeakMap<HTMLElement, Core.Row | Core.Stacked>} */
  const said = new WeakMap();
  /** @type {At} */
  let cursor = { row: 0, column: 0 };
  /** @type {At | null} */
  let toolsAt = null;
  /** @type {Core.Query | null} */
  let shownView = null;
  let shownHints = "";
  let fetching = false;
  let stale = false;
  let frame = 0;
  let follow = 0;
  /** How far the grid is scrolled and how high it is: asking for them in the middle of a change would lay out the page once more. */
  let top = 0;
  let high = 0;

  const rowHeight = () => (narrow.matches ? (stack === "" ? CARD : STACKED_CARD) : ROW[state?.density ?? "comfortable"]);
  const headHeight = () => (narrow.matches ? 0 : 36);
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

  /** Other columns, or as wide or high as they now are. */
  function layColumns() {
    if (!state) return;
    // A card has its own choice of fields.
    const chosen = narrow.matches ? { hidden: [], widths: {} } : state.columns;
    columns = columnsOf(chosen, { stack, sources: hasSeveralLogs(state) });
    // And shows the first of all, as table.css lays them out: the keys reach nothing that nobody sees.
    if (narrow.matches) columns = columns.slice(0, stack === "" ? 7 : 5);
    heads.set(columns, chosen, stack);
    heads.paint(state.view, state.zone);
    const sortable = stack === "" ? COLUMNS : STACK_COLUMNS;
    replace(sortSelect, sortable.map(({ name }) => h("option", { value: name }, name === "value" ? stack : name)));
    sortSelect.value = state.view.sort;
    setAttribute(grid, "aria-colcount", columns.length);
    grid.classList.toggle("compact", state.density === "compact");
    grid.classList.toggle("stacks", stack !== "");
    cursor = { ...cursor, column: Math.min(cursor.column, columns.length - 1) };
    redraw();
  }

  /** All rows anew: other data, another zone, another shape. */
  function redraw() {
    drawn.forEach((row) => row.remove());
    drawn = new Map();
    setVar(grid, "--body", `${total * rowHeight()}px`);
    draw();
  }

  /** Other rows, or more in them: those that were there keep their nodes, wherever they now stand. @param {boolean} follow */
  function refresh(follow) {
    const marked = cursor.row;
    const left = new Map([...drawn].flatMap(([index, row]) => {
      const item = said.get(row);
      return item ? [[identity(item), { row, index, item }]] : [];
    }));
    drawn = new Map();
    cache.items.forEach((item, at) => {
      const found = left.get(identity(item));
      if (!found || !state) return;
      left.delete(identity(item));
      if (found.index !== cache.from + at) move(found.row, cache.from + at);
      updateRow(found.row, found.item, item, { columns, state });
      said.set(found.row, item);
      drawn.set(cache.from + at, found.row);
      if (follow && found.index === marked) cursor = { ...cursor, row: cache.from + at };
    });
    for (const { row, index } of left.values()) {
      // What is not at hand stays until it is.
      if (index < total && !itemAt(index)) drawn.set(index, row);
      else takeOut(row);
    }
    setVar(grid, "--body", `${total * rowHeight()}px`);
    if (cursor.row !== marked) grid.scrollTop = top += (cursor.row - marked) * rowHeight();
    draw();
  }

  /** @param {HTMLElement} row @param {number} index */
  function move(row, index) {
    leave(row);
    placeRow(row, index, rowHeight());
  }

  /** The buttons are of the place where the pointer is, and no row takes the focus of one along. @param {HTMLElement} row */
  function leave(row) {
    if (!row.contains(tools)) return;
    const focused = tools.contains(document.activeElement);
    placeTools(null);
    if (focused) grid.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} row */
  function takeOut(row) {
    leave(row);
    row.remove();
  }

  function draw() {
    if (!state) return;
    const { from, to } = range();
    for (const [index, row] of drawn) {
      if (index < from || index >= to) {
        takeOut(row);
        drawn.delete(index);
      }
    }
    let missing = false;
    /** @type {HTMLElement | null} */
    let above = null;
    for (let index = from; index < to; index += 1) {
      const row = drawn.get(index) ?? draft(index, state);
      missing ||= !itemAt(index);
      if (!row) continue;
      putBehind(above, row);
      above = row;
    }
    if (missing) fetchWindow();
    paintCursor();
  }

  /** In order, for screen readers that walk the document. What is taken out loses the press that is on it, so the row stays
   * and the one in its way goes to the end. @param {HTMLElement | null} above @param {HTMLElement} row */
  function putBehind(above, row) {
    const next = () => (above ? above.nextElementSibling : body.firstElementChild);
    const inTheWay = next();
    if (inTheWay && inTheWay !== row && inTheWay.nextElementSibling === row) body.append(inTheWay);
    if (next() !== row) body.insertBefore(row, next());
  }

  /** A row that is not there yet, if it is known what it says. @param {number} index @param {App.State} state */
  function draft(index, state) {
    const item = itemAt(index);
    if (!item) return null;
    const row = drawRow(item, { columns, state });
    placeRow(row, index, rowHeight());
    said.set(row, item);
    drawn.set(index, row);
    return row;
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
      const got = await actions.window(view, from, Math.max(to, from + 2 * AHEAD));
      cache = { from: got.from, items: got.items };
      total = got.rows;
      const other = view.stack !== stack;
      // Whoever is at a row by keys stays at it, wherever others push it.
      const follow = view === rowsOf && document.activeElement === grid;
      stack = view.stack;
      rowsOf = view;
      sized(got);
      if (other) {
        cursor = { row: 0, column: 0 };
        layColumns();
      } else refresh(follow);
    } catch {
      // The session was lost or closed; its successor announces itself by a new revision.
    } finally {
      fetching = false;
    }
    if (stale) fetchWindow();
    else setAttribute(grid, "data-rows", "here");
  }

  /** @param {Core.Size} got */
  function sized({ rows }) {
    if (!state) return;
    setAttribute(grid, "aria-rowcount", rows + 1);
    const groups = state.summary ? outcomes(state.summary.totals).shownGroups : rows;
    setText(counted, stack === "" ? t.rows(rows, Math.max(rows, groups)) : en.stack.values(rows, stack));
    setText(next, stack === "" ? "" : `. ${en.stack.next}`);
    const left = rows ? nothing : grid;
    const lost = left.contains(document.activeElement);
    show(nothing, rows === 0);
    show(grid, rows > 0);
    if (lost) focus();
    // What is not shown stands at its top again when it is, and no event tells.
    if (rows === 0) top = 0;
    const { search: text, hint, source, range: time, only } = state.view;
    setText(nothing, text !== "" && !hint && source === null && !time && only.length === 0 ? t.nothing(visibleText(text)) : en.narrow.nothing);
    cursor = { ...cursor, row: Math.min(cursor.row, Math.max(0, rows - 1)) };
    grid.classList.toggle("short", rows * rowHeight() < 400);
  }

  // --- cursor ---

  function paintCursor() {
    body.querySelector(".cell.cursor")?.classList.remove("cursor");
    body.querySelector(".row.at")?.classList.remove("at");
    const row = drawn.get(cursor.row);
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
    const row = drawn.get(to.row);
    (narrow.matches ? row : row?.children[to.column])?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (rowChanged && state?.panel === "details") {
      clearTimeout(follow);
      follow = Number(setTimeout(() => {
        const item = itemAt(cursor.row);
        if (item && !isStacked(item) && state?.panel === "details") actions.details(item);
      }, 120));
    }
  }

  /** @param {number} index */
  const itemAt = (index) => cache.items[index - cache.from];

  /** @param {Core.Row | Core.Stacked | undefined} item */
  function choose(item) {
    if (!item) return false;
    if (isStacked(item)) actions.unstack(item);
    else actions.details(item);
    return true;
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return;
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
    const item = itemAt(cursor.row);
    switch (key) {
      case "Enter": return choose(item);
      case "c": copyCell(cursor); return true;
      case "m": case "ContextMenu": openMenu(cursor); return true;
      case "s": if (column) actions.sort(column.name); return true;
      case "x": case "i": {
        if (!item || !column) return false;
        const mode = key === "x" ? "exclude" : "include";
        if (isStacked(item)) actions.cell(mode, { field: stack, value: item.value });
        else actions.cell(mode, tunedBy(item, column.name));
        return true;
      }
      default: return false;
    }
  }

  /** @param {EventTarget | null} target */
  function cellOf(target) {
    const cell = target instanceof Element ? target.closest(".grid-body .cell") : null;
    const row = cell?.closest(".row");
    if (!(cell instanceof HTMLElement) || !(row instanceof HTMLElement)) return null;
    return { cell, row: Number(row.dataset.row), column: Number(cell.dataset.column) };
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const at = cellOf(event.target);
    if (!at || !getSelection()?.isCollapsed) return;
    cursor = { row: at.row, column: at.column };
    paintCursor();
    choose(itemAt(at.row));
  }

  /** @param {Event} event */
  function onHover(event) {
    const at = cellOf(event.target);
    if (at) placeTools(at.cell);
  }

  /** What a column is called, where a value of it is spoken of. @param {number} at */
  function fieldAt(at) {
    const name = columns[at]?.name ?? "";
    return name === "value" ? stack : name;
  }

  /** The one pair of buttons moves to the cell that is pointed at. @param {HTMLElement | null} cell */
  function placeTools(cell) {
    const at = cellOf(cell);
    if (!cell || !at) {
      tools.remove();
      return;
    }
    toolsAt = at;
    const field = fieldAt(at.column);
    for (const [button, label] of /** @type {const} */ ([[copy, t.copy(field)], [more, en.menu.open(field)]])) {
      setAttribute(button, "title", label);
      setAttribute(button, "aria-label", label);
    }
    if (tools.parentNode !== cell) cell.append(tools);
  }

  /** @param {At} at */
  function valueAt({ row, column }) {
    const item = itemAt(row);
    const name = columns[column]?.name;
    if (!item || name === undefined || !state) return null;
    if (isStacked(item) || (name !== "hints" && name !== "sources")) return { item, field: fieldAt(column), value: cellValue(item, name) };
    const { hints } = state;
    const texts = name === "hints" ? item.hints.map((id) => hints.find((hint) => hint.id === id)?.label ?? id) : sourceNames(item, state);
    return { item, field: name, value: texts.join(", ") };
  }

  /** The exact value, not what the cell prints. @param {At | null} at */
  function copyCell(at) {
    const found = at && valueAt(at);
    if (found) actions.copy(found.value, found.field);
  }

  const focus = () => (grid.hidden ? nothing : grid).focus();

  /** @param {At | null} at */
  function openMenu(at) {
    const found = at && valueAt(at);
    const cell = at && drawn.get(at.row)?.children[at.column];
    if (!found || !cell) return;
    const { item, field, value } = found;
    cursor = { row: at.row, column: at.column };
    const items = cellItems(actions, { field, value, tunable: CELL_FIELDS.includes(field), stackable: stack === "" && STACKS.includes(field) });
    if (!isStacked(item)) items.push({ icon: "info", text: en.menu.details, run: () => actions.details(item) });
    menu.open(cell, en.menu.label(field), items, () => grid.focus({ preventScroll: true }));
  }

  return {
    node,
    /** @param {string} key */
    key(key) {
      grid.focus({ preventScroll: true });
      return handleKey(key, false);
    },
    focus,
    /** Also when it left no row. @returns {boolean} whether there is a table to search */
    focusSearch() {
      search.focus();
      search.select();
      return !node.hidden;
    },
    /** Empties the search. @returns {boolean} whether there was one */
    clearSearch() {
      if (search.value === "") return false;
      search.value = "";
      actions.search("");
      return true;
    },
    /** @param {App.State} now @param {App.State | null} previous */
    update(now, previous) {
      const shown = now.phase !== "empty" && now.summary !== null && outcomes(now.summary.totals).shown > 0;
      const lost = !shown && node.contains(document.activeElement);
      state = now;
      show(node, shown);
      // While reading, the status line speaks; this one would not stop.
      setAttribute(count, "aria-live", now.phase === "reading" ? "off" : "polite");
      if (!shown) {
        hidden = true;
        if (previous && previous.phase !== "empty" && now.phase === "empty") {
          before = null;
          total = 0;
          top = 0;
          cache = { from: 0, items: [] };
          cursor = { row: 0, column: 0 };
          stack = "";
          search.value = "";
          shownView = null;
          layColumns();
        }
        if (lost) actions.focusGrid();
        return;
      }
      // What stands at the top again since it was hidden: no event tells.
      if (hidden) top = grid.scrollTop;
      hidden = false;
      filters.update(now, before);
      const otherFiles = before === null || hasSeveralLogs(now) !== hasSeveralLogs(before) || (present(now.files).length > 1) !== (present(before.files).length > 1);
      if (now.columns !== before?.columns || now.density !== before?.density || otherFiles || shownView === null) layColumns();
      const otherView = now.view !== shownView;
      shownView = now.view;
      if (otherView || now.zone !== before?.zone) heads.paint(now.view, now.zone);
      if (otherView) {
        sortSelect.value = now.view.sort;
        sortTurn.classList.toggle("turned", now.view.descending);
        const word = now.view.descending ? t.order.descending : t.order.ascending;
        setAttribute(sortTurn, "title", word);
        setAttribute(sortTurn, "aria-label", `${t.sortBy} ${now.view.sort}, ${word}`);
        if (search.value !== now.view.search && document.activeElement !== search) search.value = now.view.search;
        grid.scrollTop = top = 0;
        if (now.view.only !== before?.view.only || now.view.hint !== before?.view.hint) cursor = { ...cursor, row: 0 };
      }
      // It searches the times that are shown.
      const otherClock = now.view.search !== "" && now.zone !== before?.zone;
      if (otherView || otherClock || now.revision !== before?.revision) fetchWindow();
      const hints = now.hints.map(({ id }) => id).join();
      if (now.zone !== before?.zone || hints !== shownHints) redraw();
      shownHints = hints;
      if (now.details?.group !== before?.details?.group) {
        const group = now.details ? String(now.details.group) : "";
        for (const row of drawn.values()) setAttribute(row, "aria-selected", row.dataset.group === group && group !== "" ? "true" : "false");
        // The panel takes room from the table, which moves its rows.
        if (group !== "") requestAnimationFrame(() => drawn.get(cursor.row)?.scrollIntoView({ block: "nearest" }));
      }
      before = now;
    },
  };
}
