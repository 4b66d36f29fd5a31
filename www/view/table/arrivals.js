// Rows that have come: the table takes their stack and their number, and without any it says why there is none.

import { outcomes } from "../../state/outcome.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { h, setAttribute, setText, show } from "../dom.js";
import { isStacked } from "./row.js";

/** Rows that fill less have no room kept below them, in pixels. */
const SHORT = 400;

/** @typedef {import("./drawing.js").Parts & { drawing: ReturnType<typeof import("./drawing.js").createDrawing>, toolbar: ReturnType<typeof import("./toolbar.js").createToolbar> }} Parts */

/** @param {Core.Query} view */
function whyNothing({ search, hint, source, range, only }) {
  const bySearchAlone = search !== "" && !hint && source === null && !range && only.length === 0;
  return (bySearchAlone ? en.table : en.narrow).nothing(visibleText(search));
}

/** @param {HTMLElement} grid @param {Parts} parts @param {() => App.State | null} shown */
export function createArrivals(grid, { atHand, cursor, drawing, layout, toolbar, viewport }, shown) {
  // Takes the focus from the rows when they go, as what is pressed next may bring them back.
  const nothing = h("p", { class: "nothing", tabindex: "-1", hidden: true });
  /** The value of a stack that one is on the way back to. @type {Pick<Core.Only, "value" | "row"> | null} */
  let back = null;

  const focus = () => (grid.hidden ? nothing : grid).focus();

  /** To the value, if it is among these rows; else to the row where it stood, and once more when those there have come. @param {NonNullable<typeof back>} to */
  function findBack({ value, row }) {
    const { from, items } = atHand.rows;
    const at = items.findIndex((item) => isStacked(item) && item.value === value);
    back = at < 0 && row >= 0 ? { value, row: -1 } : null;
    const found = at < 0 ? row : from + at;
    if (found >= 0 && layout.total > 0) cursor.moveTo({ row: Math.min(found, layout.total - 1), column: 0 });
  }

  /** There are other rows than before, or none. */
  function sized() {
    const state = shown();
    if (!state) return;
    const { columns, stack, total } = layout;
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

  return {
    nothing,
    focus,
    /** Rows have come. @param {Core.Query} view @param {App.Window} got */
    taken(view, got) {
      const same = atHand.hold(view, got);
      layout.fit(atHand.all);
      // Whoever is at a row by keys stays at it, wherever others push it.
      const follow = same && document.activeElement === grid;
      const other = layout.stackBy(view.stack);
      sized();
      if (other) {
        cursor.point({ row: 0, column: 0 });
        drawing.layColumns();
      } else drawing.refresh(follow);
      if (back && layout.stack !== "") findBack(back);
    },
    /** @param {Core.Only} to the value of the stack that is shown again */
    comeBack(to) {
      back = to;
      focus();
    },
    forget() {
      back = null;
      nothing.replaceChildren();
    },
  };
}
