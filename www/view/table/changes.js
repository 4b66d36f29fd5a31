// What changes in the table when the state does: only what looks different is drawn anew.

import { hasSeveralLogs, present } from "../../state/files.js";
import { setAttribute } from "../dom.js";

/** @typedef {import("./arrivals.js").Parts & { arrivals: ReturnType<typeof import("./arrivals.js").createArrivals>, filters: ReturnType<typeof import("./filters.js").createFilters>, heads: ReturnType<typeof import("./heads.js").createHeads> }} Parts */

/** @param {Parts} parts */
export function createChanges({ arrivals, atHand, cursor, drawing, filters, heads, layout, rows, toolbar, viewport }) {
  /** What it showed when it was last shown: what changes while it is hidden is drawn when it comes back. @type {App.State | null} */
  let before = null;
  /** @type {Core.Query | null} */
  let shownView = null;
  let shownHints = "";

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

  return {
    /** What is shown now. @param {App.State} now */
    paint(now) {
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
      if (now.columns !== before?.columns || now.density !== before?.density || otherFiles || shownView === null) drawing.layColumns();
      shownView = now.view;
      if (isOther || otherZone) heads.paint(now.view, now.zone);
      const hints = now.hints.map(({ id }) => id).join();
      if (otherZone || hints !== shownHints) drawing.redraw();
      shownHints = hints;
      if (now.details?.group !== before?.details?.group) markSelected(now.details);
      before = now;
      if (first) arrivals.taken(now.view, first.window);
    },
    /** The page is empty again. @param {App.State} now */
    forget(now) {
      before = null;
      viewport.gone();
      atHand.clear();
      cursor.point({ row: 0, column: 0 });
      layout.stackBy("");
      toolbar.clearSearch();
      shownView = null;
      arrivals.forget();
      filters.update(now, null);
      drawing.layColumns();
    },
  };
}
