// The layout of the table: how its rows are stacked, which columns they have, and how many of them fit into a page.

import { columnsOf } from "../../state/columns.js";
import { hasSeveralLogs } from "../../state/files.js";
import { en } from "../../text/en.js";
import { h, setAttribute, setText, setVar, show } from "../dom.js";

/**
 * @param {HTMLElement} grid
 * @param {{ heads: ReturnType<typeof import("./heads.js").createHeads>, toolbar: ReturnType<typeof import("./toolbar.js").createToolbar>, viewport: import("./viewport.js").Viewport }} parts
 */
export function createLayout(grid, { heads, toolbar, viewport }) {
  const cut = h("p", { class: "muted small", id: "rows-cut", hidden: true });
  /** How many of the rows fit into the page. */
  let total = 0;
  /** The stack that the rows at hand are of; the table changes its columns when others have come. */
  let stack = "";
  let columns = columnsOf({ hidden: [], widths: {} }, { stack, sources: false });

  return {
    cut,
    get total() {
      return total;
    },
    get stack() {
      return stack;
    },
    get columns() {
      return columns;
    },
    /** The rows at hand are of this stack. @param {string} now @returns {boolean} whether it is another one */
    stackBy(now) {
      const other = now !== stack;
      stack = now;
      return other;
    },
    /** As many rows as a page can hold. @param {number} all */
    fit(all) {
      total = viewport.reachable(all);
      show(cut, total < all);
      if (total < all) setText(cut, en.table.cut(total));
    },
    /** Makes room for all rows. */
    makeRoom: () => setVar(grid, "--body", `${total * viewport.rowHeight()}px`),
    /** Other columns, or as wide or high as they now are. @param {App.State} state */
    layColumns(state) {
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
    },
  };
}
