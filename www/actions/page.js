// What all actions share: the store, the app, and the pool that reads and answers.

import { createStore } from "../state/store.js";
import { en } from "../text/en.js";

/** What takes longer is spoken of. */
export const SOON_MS = 400;
/** How long a toast stays: one that offers to undo, or that warns, longer. */
const TOAST_MS = 4000;
const LONG_TOAST_MS = 12_000;

export class Page {
  /** @param {App.State} initial */
  constructor(initial) {
    this.store = createStore(initial);
    /** @type {import("../worker/pool.js").Pool | null} */
    this.pool = null;
    /** Settled when the pool stands, or can't. @type {Promise<unknown>} */
    this.starting = Promise.resolve();
    /** What was opened, by the number of the source; null: taken out. @type {(App.Input | null)[]} */
    this.inputs = [];
    /** With what encrypted archives are tried, the last one that was given first. @type {string[]} */
    this.passwords = [];
    /** Which reading of an event is the last that was asked for. */
    this.recall = 0;
    /** @type {ReturnType<typeof import("../view/app.js").createApp>} */
    this.app = /** @type {any} */ (undefined);
    /** Called when other events are shown than before: those of a group are numbered anew. @type {() => void} */
    this.retuned = () => {};
    /** Shows the state at once. */
    this.show = () => {};
    /** By what the last thing was done, and which key it was. */
    this.lastInput = "pointer";
    this.lastKey = "";
  }

  /**
   * @param {string} text @param {App.Toast["kind"]} [kind]
   * @param {{ undo?: boolean, lasts?: boolean }} [options] lasts: until it is dismissed, or something else is said
   */
  say(text, kind = "info", { undo = false, lasts = false } = {}) {
    const toast = { text, kind, undo };
    this.store.set({ toast });
    if (lasts) return;
    setTimeout(() => {
      if (this.store.get().toast === toast) this.store.set({ toast: null });
    }, kind === "info" && !undo ? TOAST_MS : LONG_TOAST_MS);
  }

  /** Takes back what was said, if it still stands there. @param {string} text */
  unsay(text) {
    if (this.store.get().toast?.text === text) this.store.set({ toast: null });
  }

  /**
   * Asks the session; without one, and when it was lost, the answer is null.
   * @param {string} method @param {unknown} [args]
   * @returns {Promise<any>}
   */
  async ask(method, args) {
    return this.pool ? this.pool.ask(method, args) : null;
  }
}

/** @param {unknown} error */
export const sentence = (error) => (error instanceof Error ? error.message : String(error || en.say.unknown));
