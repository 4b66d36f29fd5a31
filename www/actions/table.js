// What the table shows: its order, what narrows it, how it is stacked and how it looks.

import { outcomes } from "../state/outcome.js";
import { queryOf, sortedBy, stackedBy, steppedBack, unstacked, widened } from "../state/grid.js";
import { copyText } from "../view/dom.js";
import { en } from "../text/en.js";
import { keep, paintTheme } from "./preferences.js";

/** A pause in typing after which it is searched. */
const SEARCH_MS = 80;

/** @param {import("./page.js").Page} page */
export function tableActions(page) {
  const { store } = page;
  let searchTimer = 0;

  /** @satisfies {Partial<App.Actions>} */
  const actions = {
    /** @param {string} column */
    sort: (column) => store.set((state) => ({ view: sortedBy(state.view, column) })),
    /** @param {string} text */
    search(text) {
      clearTimeout(searchTimer);
      searchTimer = Number(setTimeout(() => store.set((state) => ({ view: { ...state.view, search: text } })), SEARCH_MS));
    },
    /** @param {string} field */
    stack(field) {
      store.set((state) => (state.view.stack === field ? {} : { view: stackedBy(state.view, field), details: null, panel: state.panel === "details" ? null : state.panel }));
    },
    /** @param {Core.Stacked} item @param {number} row */
    unstack(item, row) {
      store.set((state) => ({ view: unstacked(state.view, item.value, row) }));
      page.app.table.focus();
    },
    /** @param {Partial<Core.Query>} patch */
    narrow: (patch) => store.set((state) => ({ view: { ...state.view, ...patch } })),
    widen() {
      clearTimeout(searchTimer);
      store.set((state) => ({ view: widened(state.view) }));
    },
    back() {
      const { view } = store.get();
      store.set({ view: steppedBack(view) });
      const last = view.only.at(-1);
      if (last) page.app.table.comeBack(last);
    },
    /** @param {Core.Query} view @param {number} from @param {number} to @returns {Promise<App.Window>} */
    async window(view, from, to) {
      if (!page.pool) throw new Error("closed");
      const got = /** @type {App.Window} */ (await page.pool.ask("window", { view: queryOf(store.get(), view), from, to }));
      const { rows, groups, events } = store.get();
      if (rows !== got.rows || groups !== got.groups || events !== got.events) store.set({ rows: got.rows, groups: got.groups, events: got.events });
      return got;
    },
    /** @param {App.Columns} columns */
    columns(columns) {
      keep("columns", JSON.stringify(columns));
      store.set({ columns });
    },
    /** @param {App.Density} density */
    density(density) {
      keep("density", density);
      store.set({ density });
    },
    /** @param {string} text @param {string} what */
    async copy(text, what) {
      if (await copyText(text)) page.say(en.say.copied(what));
      else page.say(en.say.copyFailed, "warning");
    },
    /** @param {App.Zone} zone */
    zone(zone) {
      keep("zone", zone);
      store.set({ zone });
    },
    /** @param {App.Theme} theme */
    theme(theme) {
      keep("theme", theme);
      paintTheme(theme);
      store.set({ theme });
    },
    /** @param {boolean} verify */
    verify(verify) {
      keep("verify", verify ? "on" : "off");
      store.set({ verify });
    },
    /** @param {App.Step | null} step */
    openStep: (step) => store.set({ step }),
    keys: () => page.app.keys.open(),
    focusGrid() {
      const { summary, phase } = store.get();
      if (phase !== "empty" && summary && outcomes(summary.totals).shown > 0) page.app.table.focus();
      else if (phase === "empty") document.getElementById("pick-files")?.focus();
      else page.app.focusVerdict();
    },
    dismissToast: () => store.set({ toast: null }),
  };
  return actions;
}
