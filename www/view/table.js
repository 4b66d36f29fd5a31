// The rule's result. Only the rows on screen exist; the core sorts, searches and hands out windows of them.

import { COLUMNS, cellValue } from "../state/columns.js";
import { number } from "../state/format.js";
import { moveCursor, visibleRange } from "../state/grid.js";
import { fullTime, wholeSeconds } from "../state/time.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { evidence } from "./evidence.js";
import { h, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";

const OVER = 12;
/** Rows fetched beyond those needed, so that scrolling seldom waits. */
const AHEAD = 60;
const NARROW = "(max-width: 720px)";
const ROW = 32;
const CARD = 112;
/** Below this a tooltip helps; above it, the details do. */
const MOST_TITLE = 1000;

/** @param {App.Actions} actions */
export function createTable(actions) {
  const t = en.table;
  const narrow = matchMedia(NARROW);

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
  const count = h("span", { class: "row-count", role: "status" });
  const sortSelect = h("select", { id: "sort-by", "aria-label": t.sortBy, on: { change: () => actions.sort(sortSelect.value) } },
    COLUMNS.map(({ name }) => h("option", { value: name }, name)));
  const sortTurn = h("button", { type: "button", class: "button square", "aria-label": t.sortBy, on: { click: () => actions.sort(sortSelect.value) } }, icon("up"));
  const toolbar = h("div", { class: "toolbar" },
    h("div", { class: "search" }, icon("search"), search, h("kbd", null, t.searchKey)),
    count, h("span", { class: "grow" }),
    h("div", { class: "sort-narrow" }, sortSelect, sortTurn));

  const heads = COLUMNS.map((column, index) => {
    const zone = column.kind === "time" ? h("span", { class: "zone" }) : null;
    const node = h("div", { role: "columnheader", class: `cell head-cell ${column.kind}`, "aria-colindex": index + 1, "aria-sort": "none", id: `head-${column.name}` },
      h("button", { type: "button", tabindex: "-1", title: t.sortTitle(column.name), on: { click: () => { actions.sort(column.name); grid.focus(); } } },
        h("span", null, column.name), zone, icon("up", "sort-mark")));
    return { column, node, zone };
  });
  const body = h("div", { role: "rowgroup", class: "grid-body" });
  const grid = h("div", {
    class: "grid", id: "grid", role: "grid", tabindex: "0", "aria-label": t.caption, "aria-colcount": COLUMNS.length, "aria-readonly": "true",
    on: { scroll: () => schedule(), keydown: onKey, click: onClick, pointerover: onHover, pointerleave: () => placeCopy(null), focus: () => { paintCursor(); }, blur: () => paintCursor() },
  }, h("div", { role: "rowgroup", class: "grid-head" }, h("div", { role: "row", class: "row head-row", "aria-rowindex": "1" }, heads.map(({ node }) => node))), body);
  const nothing = h("p", { class: "nothing", hidden: true });
  const copy = h("button", { type: "button", class: "button square tiny cell-copy", tabindex: "-1", on: { click: (/** @type {Event} */ event) => { event.stopPropagation(); copyCell(copyAt); } } }, icon("copy"));
  const node = h("section", { class: "table-region", "aria-label": t.caption }, toolbar, grid, nothing);

  /** @type {App.State | null} */
  let state = null;
  let total = 0;
  /** @type {{ from: number, items: Core.Row[] }} */
  let cache = { from: 0, items: [] };
  /** What a row shows, by which it is known that it need not be drawn again. @type {WeakMap<HTMLElement, string>} */
  const faces = new WeakMap();
  /** @param {Core.Row | undefined} item */
  const face = (item) => (item ? `${item.group} ${item.count} ${item.firstTime} ${item.lastTime}` : "");
  /** @type {Map<number, HTMLElement>} */
  let drawn = new Map();
  let cursor = { row: 0, column: 0 };
  /** @type {{ row: number, column: number } | null} */
  let copyAt = null;
  /** @type {Core.View | null} */
  let shownView = null;
  let fetching = false;
  let stale = false;
  let frame = 0;
  let follow = 0;

  const rowHeight = () => (narrow.matches ? CARD : ROW);
  const headHeight = () => (narrow.matches ? 0 : 36);
  narrow.addEventListener("change", () => redraw());
  new ResizeObserver(() => schedule()).observe(grid);

  function range(over = OVER) {
    return visibleRange(grid.scrollTop, Math.max(0, grid.clientHeight - headHeight()), rowHeight(), total, over);
  }

  function schedule() {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  }

  /** All rows anew: other data, another zone, another shape. */
  function redraw() {
    drawn.forEach((row) => row.remove());
    drawn = new Map();
    setVar(grid, "--body", `${total * rowHeight()}px`);
    draw();
  }

  /** Other rows, or more in them: those that stay the same keep their nodes, so no click on them is lost. */
  function refresh() {
    for (const [index, row] of drawn) {
      const item = itemAt(index);
      if (index < total && (!item || faces.get(row) === face(item))) continue;
      row.remove();
      drawn.delete(index);
    }
    setVar(grid, "--body", `${total * rowHeight()}px`);
    draw();
  }

  function draw() {
    if (!state) return;
    const { from, to } = range();
    for (const [index, row] of drawn) {
      if (index < from || index >= to) {
        row.remove();
        drawn.delete(index);
      }
    }
    let missing = false;
    for (let index = from; index < to; index += 1) {
      if (drawn.has(index)) continue;
      const item = cache.items[index - cache.from];
      if (!item) {
        missing = true;
        continue;
      }
      const row = drawRow(item, index);
      drawn.set(index, row);
      // In order, for screen readers that walk the document.
      let before = null;
      for (let later = index + 1; later < to && !before; later += 1) before = drawn.get(later) ?? null;
      body.insertBefore(row, before);
    }
    if (missing) fetchWindow();
    paintCursor();
  }

  /** @param {Core.Row} item @param {number} index */
  function drawRow(item, index) {
    const row = h("div", {
      role: "row", class: "row", "data-row": index, "data-group": item.group, "aria-rowindex": index + 2,
      "aria-selected": state?.details?.group === item.group ? "true" : "false",
      vars: { "--top": `${index * rowHeight()}px` },
    });
    faces.set(row, face(item));
    COLUMNS.forEach((column, at) => {
      const value = cellValue(item, column.name);
      let content;
      let title = "";
      if (column.kind === "time") {
        const zone = state?.zone ?? "utc";
        content = value === "" ? h("span", { class: "null" }, t.noTime) : wholeSeconds(value, zone);
        title = value === "" ? t.noTimeTitle : `${fullTime(value, "utc")}\n${fullTime(value, "local")}`;
      } else if (column.name === "count") {
        content = [number(item.count), h("span", { class: "narrow-only" }, ` ${t.eventWord(item.count)}`)];
      } else {
        content = evidence(value);
        title = visibleText(value.slice(0, MOST_TITLE));
      }
      row.append(h("div", {
        role: "gridcell", class: `cell ${column.kind} c-${column.name}`, id: `cell-${index}-${at}`, "data-column": at, "aria-colindex": at + 1, title,
      }, h("span", { class: "cell-text" }, content)));
    });
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
    const { from, to } = range(OVER + AHEAD);
    try {
      const got = await actions.window(state.view, from, Math.max(to, from + 2 * AHEAD));
      cache = { from: got.from, items: got.items };
      total = got.rows;
      sized(got);
      refresh();
    } catch {
      // The session was lost or closed; its successor announces itself by a new revision.
    } finally {
      fetching = false;
    }
    if (stale) fetchWindow();
  }

  /** @param {App.Window} got */
  function sized({ rows, groups }) {
    setAttribute(grid, "aria-rowcount", rows + 1);
    setText(count, t.rows(rows, groups));
    show(nothing, rows === 0 && groups > 0);
    if (state) setText(nothing, t.nothing(visibleText(state.view.search)));
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
        placeCopy(cell);
      }
    } else setAttribute(grid, "aria-activedescendant", null);
  }

  /** @param {{ row: number, column: number }} to */
  function moveTo(to) {
    const rowChanged = to.row !== cursor.row;
    cursor = to;
    const height = rowHeight();
    const top = to.row * height;
    const room = grid.clientHeight - headHeight();
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + height > grid.scrollTop + room) grid.scrollTop = top + height - room;
    if (to.column === 0) grid.scrollLeft = 0;
    draw();
    if (!narrow.matches) drawn.get(to.row)?.children[to.column]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (rowChanged && state?.details) {
      clearTimeout(follow);
      follow = Number(setTimeout(() => {
        const item = itemAt(cursor.row);
        if (item && state?.details) actions.details(item);
      }, 120));
    }
  }

  /** @param {number} index */
  const itemAt = (index) => cache.items[index - cache.from];

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return;
    if (handleKey(event.key, event.ctrlKey)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** @param {string} key @param {boolean} ctrl */
  function handleKey(key, ctrl) {
    if (total === 0) return false;
    const page = Math.max(1, Math.floor((grid.clientHeight - headHeight()) / rowHeight()) - 1);
    const to = moveCursor(cursor, key, { rows: total, columns: COLUMNS.length, page, ctrl });
    if (to) {
      moveTo(to);
      return true;
    }
    if (key === "Enter") {
      const item = itemAt(cursor.row);
      if (item) actions.details(item);
      return item !== undefined;
    }
    if (key === "c") {
      copyCell(cursor);
      return true;
    }
    return false;
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
    const item = itemAt(at.row);
    if (item) actions.details(item);
  }

  /** @param {Event} event */
  function onHover(event) {
    const at = cellOf(event.target);
    if (at) placeCopy(at.cell);
  }

  /** The one copy button moves to the cell that is pointed at. @param {HTMLElement | null} cell */
  function placeCopy(cell) {
    if (!cell) {
      const row = document.activeElement === grid ? drawn.get(cursor.row)?.children[cursor.column] : null;
      if (row instanceof HTMLElement) placeCopy(row);
      else copy.remove();
      return;
    }
    const at = cellOf(cell);
    if (!at) return;
    copyAt = at;
    const label = t.copy(COLUMNS[at.column]?.name ?? "");
    setAttribute(copy, "title", label);
    setAttribute(copy, "aria-label", label);
    if (copy.parentNode !== cell) cell.append(copy);
  }

  /** The exact value, not what the cell prints. @param {{ row: number, column: number } | null} at */
  function copyCell(at) {
    const item = at && itemAt(at.row);
    const column = at && COLUMNS[at.column];
    if (item && column) actions.copy(cellValue(item, column.name), column.name);
  }

  return {
    node,
    /** @param {string} key */
    key(key) {
      grid.focus({ preventScroll: true });
      return handleKey(key, false);
    },
    focus: () => grid.focus({ preventScroll: false }),
    focusSearch() {
      search.focus();
      search.select();
    },
    /** Empties the search. @returns {boolean} whether there was one */
    clearSearch() {
      if (search.value === "") return false;
      search.value = "";
      actions.search("");
      return true;
    },
    /** @param {App.State} now @param {App.State | null} before */
    update(now, before) {
      const shown = now.phase !== "empty" && (now.summary?.totals.groups ?? 0) > 0;
      state = now;
      show(node, shown);
      // While reading, the status line speaks; this one would not stop.
      setAttribute(count, "aria-live", now.phase === "reading" ? "off" : "polite");
      if (!shown) {
        if (before && before.phase !== "empty" && now.phase === "empty") {
          total = 0;
          cache = { from: 0, items: [] };
          cursor = { row: 0, column: 0 };
          search.value = "";
          shownView = null;
          redraw();
        }
        return;
      }
      for (const { zone } of heads) if (zone) setText(zone, t.zone[now.zone]);
      const otherView = now.view !== shownView;
      shownView = now.view;
      if (otherView) {
        for (const { column, node: head } of heads) {
          const sorted = now.view.sort === column.name;
          setAttribute(head, "aria-sort", sorted ? (now.view.descending ? "descending" : "ascending") : "none");
        }
        sortSelect.value = now.view.sort;
        sortTurn.classList.toggle("turned", now.view.descending);
        const word = now.view.descending ? t.order.descending : t.order.ascending;
        setAttribute(sortTurn, "title", word);
        setAttribute(sortTurn, "aria-label", `${t.sortBy} ${now.view.sort}, ${word}`);
        if (search.value !== now.view.search && document.activeElement !== search) search.value = now.view.search;
        grid.scrollTop = 0;
      }
      if (otherView || now.revision !== before?.revision) fetchWindow();
      if (now.zone !== before?.zone) redraw();
      if (now.details?.group !== before?.details?.group) {
        const group = now.details ? String(now.details.group) : "";
        for (const row of drawn.values()) setAttribute(row, "aria-selected", row.dataset.group === group ? "true" : "false");
        // The panel takes room from the table, which moves its rows.
        if (group !== "") requestAnimationFrame(() => drawn.get(cursor.row)?.scrollIntoView({ block: "nearest" }));
      }
    },
  };
}
