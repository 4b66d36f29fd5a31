// The rows at hand: one window of all that there are. The core sorts, searches and stacks them, and hands out windows.

import { FIRST_VIEW } from "../../state/initial.js";

/** @typedef {Core.Row | Core.Stacked} Item */

/**
 * @param {(view: Core.Query, from: number, to: number) => Promise<App.Window>} ask
 * @param {{ wanted: () => { view: Core.Query, from: number, to: number } | null, taken: (view: Core.Query, got: App.Window) => void,
 *   coming: (rows: "coming" | "here") => void }} table which rows it shows; what it does when they have come; and while what it shows is of before
 */
export function createWindow(ask, table) {
  /** @type {{ from: number, items: Item[] }} */
  let rows = { from: 0, items: [] };
  let all = 0;
  /** The order and the filters of those rows. @type {Core.Query | null} */
  let of = null;
  /** Rows that came before they were asked for, in the order that a table begins with, and the revision that they are of. @type {{ window: App.Window, revision: number } | null} */
  let given = null;
  let fetching = false;
  let stale = false;

  return {
    /** How many rows there are in all. */
    get all() {
      return all;
    },
    /** Those at hand. */
    get rows() {
      return rows;
    },
    /** @param {number} index @returns {Item | undefined} */
    itemAt: (index) => rows.items[index - rows.from],
    /** Asks for the rows that are shown, and again if others are by the time they come. */
    async fetch() {
      const want = table.wanted();
      if (!want) return;
      if (fetching) {
        stale = true;
        return;
      }
      fetching = true;
      stale = false;
      table.coming("coming");
      try {
        table.taken(want.view, await ask(want.view, want.from, want.to));
      } catch {
        // The session was lost or closed; its successor announces itself by a new revision.
      } finally {
        fetching = false;
      }
      if (stale) this.fetch();
      else table.coming("here");
    },
    /** Keeps these rows. @param {Core.Query} view @param {App.Window} got @returns {boolean} whether they are of the same order and filters as those before */
    hold(view, got) {
      rows = { from: got.from, items: got.items };
      all = got.rows;
      const same = view === of;
      of = view;
      return same;
    },
    /** The first rows, which are to be shown next. @param {App.Window} window @param {number} revision */
    give(window, revision) {
      given = { window, revision };
    },
    /** The rows that were given, if they are those that are to be shown first. @param {Core.Query} view */
    takeGiven(view) {
      const first = all === 0 && JSON.stringify(view) === JSON.stringify(FIRST_VIEW) ? given : null;
      given = null;
      return first;
    },
    dropGiven() {
      given = null;
    },
    clear() {
      rows = { from: 0, items: [] };
      all = 0;
    },
  };
}
