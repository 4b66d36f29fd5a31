// The arithmetic of the table: which rows are on screen, and where a key moves the cursor.

import { clockBetween } from "./time.js";

/**
 * @param {number} scrollTop
 * @param {number} height of the viewport
 * @param {number} rowHeight
 * @param {number} total rows
 * @param {number} over rows kept ready on each side
 */
export function visibleRange(scrollTop, height, rowHeight, total, over) {
  const first = Math.floor(scrollTop / rowHeight) - over;
  const last = Math.ceil((scrollTop + height) / rowHeight) + over;
  const from = Math.min(Math.max(0, first), Math.max(0, total));
  return { from, to: Math.max(from, Math.min(total, last)) };
}

/**
 * @param {{ row: number, column: number }} at
 * @param {string} key
 * @param {{ rows: number, columns: number, page: number, ctrl?: boolean }} size
 * @returns {{ row: number, column: number } | null} null: not a key that moves
 */
export function moveCursor(at, key, size) {
  let { row, column } = at;
  switch (key) {
    case "ArrowDown": case "j": row += 1; break;
    case "ArrowUp": case "k": row -= 1; break;
    case "ArrowRight": column += 1; break;
    case "ArrowLeft": column -= 1; break;
    case "PageDown": row += size.page; break;
    case "PageUp": row -= size.page; break;
    case "Home": if (size.ctrl) row = 0; column = 0; break;
    case "End": if (size.ctrl) row = size.rows - 1; column = size.columns - 1; break;
    default: return null;
  }
  return {
    row: Math.min(Math.max(0, row), Math.max(0, size.rows - 1)),
    column: Math.min(Math.max(0, column), Math.max(0, size.columns - 1)),
  };
}

/**
 * A second choice of the same column turns the order round.
 * @param {Core.Query} view
 * @param {string} column
 * @returns {Core.Query}
 */
export function sortedBy(view, column) {
  return view.sort === column ? { ...view, descending: !view.descending } : { ...view, sort: column, descending: false };
}

/**
 * Stacked by a field, the rarest first; or again by the rule. What narrows the table narrows its stacks too.
 * @param {Core.Query} view @param {string} stack
 * @returns {Core.Query}
 */
export function stackedBy(view, stack) {
  return { ...view, stack, sort: stack === "" ? "firstTime" : "events", descending: false };
}

/**
 * From a stacked row back to the rule's rows that hold its value. How the stack was ordered is kept, and where the row stood.
 * @param {Core.Query} view @param {string} value @param {number} [row]
 * @returns {Core.Query}
 */
export function unstacked(view, value, row = 0) {
  const { stack: field, sort, descending } = view;
  return { ...stackedBy(view, ""), only: [...view.only, { field, value, sort, descending, row }] };
}

/**
 * What the core is asked: it searches times as they are shown.
 * @param {Pick<App.State, "zone" | "summary">} state @param {Core.Query} view
 * @returns {Core.Query}
 */
export function queryOf({ zone, summary }, view) {
  const { firstTime = null, lastTime = null } = summary?.verdict ?? {};
  if (zone === "utc" || view.search === "" || firstTime === null || lastTime === null) return view;
  return { ...view, clock: clockBetween(firstTime, lastTime) };
}

/** Whether anything but the tuning keeps rows from the table. @param {Core.Query} view */
export function isNarrowed({ search, hint, source, range, only }) {
  return search !== "" || hint !== "" || source !== null || range !== null || only.length > 0;
}

/** Nothing narrows it any more. @param {Core.Query} view @returns {Core.Query} */
export function widened(view) {
  return { ...view, search: "", hint: "", source: null, member: "", range: null, only: [] };
}

/** One step back: to the stack that a value was chosen in last, and then out of one filter after another, the last chip first. @param {Core.Query} view @returns {Core.Query} */
export function steppedBack(view) {
  const last = view.only.at(-1);
  if (!last) {
    if (view.hint !== "") return { ...view, hint: "" };
    if (view.source !== null) return { ...view, source: null, member: "" };
    return view.range ? { ...view, range: null } : widened(view);
  }
  const { field: stack, sort, descending } = last;
  return { ...view, stack, sort, descending, only: view.only.slice(0, -1) };
}
