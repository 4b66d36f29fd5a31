// The keys of the page, wherever the focus is. Those of a single region stand with it: the table, the timeline, a menu.

import { isNarrowed } from "../state/grid.js";
import { typed } from "../state/keys.js";

/** @param {EventTarget | null} target */
const isField = (target) => target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio]), textarea, select");

/** Keys that do something when they are pressed, and nothing while they are held. */
const ONCE = ["Escape", "x", "i", "u", "s", "e", "f", "?"];

/** @param {import("./page.js").Page} page */
export function listenForKeys(page) {
  const { store, app } = page;
  const { actions } = app;
  window.addEventListener("pointerdown", () => { page.lastInput = "pointer"; }, true);
  window.addEventListener("keydown", (event) => { page.lastInput = "key"; page.lastKey = event.key; }, true);

  /** @param {KeyboardEvent} event */
  function escape(event) {
    const state = store.get();
    // What was opened last is closed first; the reading is what all of it stands on.
    if (actions.stopContext()) return true;
    // Only in the search itself: a list to choose from, also one of the table's, is no text that is to be cleared.
    if (event.target instanceof HTMLElement && event.target.id === "search" && !app.table.node.hidden) {
      if (!app.table.clearSearch()) app.table.focus();
    } else if (state.panel !== null) actions.closePanel();
    else if (state.step) actions.openStep(null);
    else if (!app.table.clearSearch()) {
      if (!isNarrowed(state.view)) {
        actions.cancel();
        return false;
      }
      actions.back();
    }
    return true;
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was one of the page's */
  function key(event) {
    const state = store.get();
    // A key that is held closes or hides one thing, not one after another.
    if (event.repeat && ONCE.includes(typed(event)) && (event.key === "Escape" || !isField(event.target))) return true;
    if (event.key === "Escape") return escape(event);
    if (isField(event.target)) return false;
    const focus = document.activeElement;
    // All but those that lead into the table act on a cell, which is not what is meant where the focus is elsewhere.
    const cells = state.rows > 0 && ("jk".includes(typed(event)) || focus === document.body || app.table.node.contains(focus));
    switch (typed(event)) {
      case "?": actions.keys(); return true;
      case "/": return app.table.focusSearch();
      case "e": if (state.summary) actions.report(); return state.summary !== null;
      case "t": if (state.phase !== "empty") app.timeline.focus(); return state.phase !== "empty";
      case "f": if (state.summary && state.summary.totals.matches > 0) actions.openTuning(); return state.summary !== null;
      case "u": if (state.summary) actions.undo(); return state.summary !== null;
      case "[": actions.step(-1); return true;
      case "]": actions.step(1); return true;
      case "c": case "x": case "i": {
        const { details } = state;
        if (details && app.details.node.contains(focus)) {
          const cell = { field: "process", value: details.row.process };
          if (typed(event) === "c") actions.copy(cell.value, cell.field);
          else actions.cell(typed(event) === "x" ? "exclude" : "include", cell);
        } else if (cells) app.table.key(typed(event));
        else return false;
        return true;
      }
      case "j": case "k": case "m": case "s": if (cells) app.table.key(typed(event)); return cells;
      default: return false;
    }
  }

  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || app.dialogOpen()) return;
    if (event.ctrlKey || event.metaKey) {
      // In a text, it undoes what was typed.
      if (event.key.toLowerCase() === "z" && !event.shiftKey && !isField(event.target) && store.get().summary) actions.undo();
      else return;
    } else if (!key(event)) return;
    event.preventDefault();
  });
}
