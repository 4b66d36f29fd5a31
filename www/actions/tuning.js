// The tuning filter: each change goes to the core as a whole file, and each can be undone.

import { exportName, present } from "../state/files.js";
import { active, allOff, entryOf, fileOf, withEntry } from "../state/tuning.js";
import { en } from "../text/en.js";
import { download } from "../view/dom.js";
import { sentence } from "./page.js";

/** So many changes can be undone. */
const MOST_UNDO = 100;
/** More than a thousand entries with the longest values that the core takes. */
const MOST_BYTES = 256 * 1024 * 1024;

/** @param {ArrayBuffer} bytes @returns {string | null} nothing: they are no UTF-8 */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** @param {import("./page.js").Page} page */
export function tuningActions(page) {
  const { store } = page;
  const t = en.tuning;

  /** Changes wait for each other: each builds on what the one before has left. @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  function inTurn(work) {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  /**
   * @param {string} json
   * @returns {Promise<Core.Tuning | null>} null: there is nothing to tune
   */
  async function apply(json) {
    const { pool } = page;
    if (!pool) return null;
    const tuning = /** @type {Core.Tuning | null} */ (await pool.ask("tune", { json }).catch((error) => {
      // Started over meanwhile.
      if (pool !== page.pool) return null;
      throw error;
    }));
    if (!tuning) return null;
    store.set((state) => ({ tuning, refused: null, revision: state.revision + 1 }));
    page.retuned();
    return tuning;
  }

  /**
   * @param {(file: Core.TuningFile) => string} make the next file, from what is now
   * @param {(tuning: Core.Tuning, before: Core.TuningFile) => string} say
   * @returns {Promise<boolean>} false: refused, and nothing has changed
   */
  const change = (make, say) => inTurn(async () => {
    const { tuning: now } = store.get();
    const file = fileOf(now);
    try {
      const tuning = await apply(make(file));
      if (!tuning) return false;
      store.set((state) => ({ undo: [...state.undo, now?.json ?? JSON.stringify(file)].slice(-MOST_UNDO) }));
      page.say(say(tuning, file), "info", { undo: true });
      return true;
    } catch (error) {
      store.set({ refused: sentence(error) });
      return false;
    }
  });

  /** @satisfies {Partial<App.Actions>} */
  const actions = {
    openTuning() {
      store.set({ panel: "tuning", refused: null });
      page.show();
      page.app.tuning.focus();
    },
    /** @param {(file: Core.TuningFile) => Core.TuningFile} make @param {(tuning: Core.Tuning) => string} say */
    tune: (make, say) => change((file) => JSON.stringify(make(file)), say),
    /** @param {Core.Entry["mode"]} mode @param {App.Cell} cell */
    async cell(mode, cell) {
      const done = await actions.tune((file) => withEntry(file, entryOf(cell, mode)), (tuning) => t.said[mode](cell.field, cell.value, tuning.hidden));
      const { refused } = store.get();
      if (!done && refused !== null) page.say(refused, "error");
    },
    showAll() {
      actions.tune(allOff, () => t.said.all);
    },
    undo: () => inTurn(async () => {
      const { undo } = store.get();
      const json = undo.at(-1);
      if (json === undefined) return page.say(t.said.nothing);
      try {
        const tuning = await apply(json);
        if (!tuning) return;
        store.set({ undo: undo.slice(0, -1) });
        page.say(t.said.undone(tuning.hidden), "info", { undo: undo.length > 1 });
      } catch (error) {
        page.say(sentence(error), "error");
      }
    }),
    /** @param {File} file */
    async importTuning(file) {
      if (file.size > MOST_BYTES) return store.set({ refused: t.tooLarge });
      const bytes = await file.arrayBuffer().catch(() => null);
      if (bytes === null) return store.set({ refused: t.unreadable });
      const text = decoded(bytes);
      if (text === null) return store.set({ refused: t.otherEncoding });
      await change(() => text, (tuning, { entries }) => t.said.imported(active(tuning), tuning.hidden, entries.length));
    },
    exportTuning() {
      const { tuning, files } = store.get();
      if (!tuning) return;
      const name = exportName(present(files).map((file) => file.name), "json", new Date(), "tuning");
      download(name, tuning.json, "application/json");
      page.say(en.say.exported(name));
    },
  };
  return actions;
}
