// The arithmetic of the table: which rows are on screen, and where a key moves the cursor.

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
 * @param {Core.View} view
 * @param {string} column
 * @returns {Core.View}
 */
export function sortedBy(view, column) {
  return view.sort === column ? { ...view, descending: !view.descending } : { ...view, sort: column, descending: false };
}
