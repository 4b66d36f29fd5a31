// What is read: opened, added, taken out, stopped, forgotten.

import { unpackedBlock } from "../input/blocks.js";
import { core } from "../input/core.js";
import { sampleInput, warmSamples } from "../input/sample.js";
import { diagnostics } from "../state/diagnostics.js";
import { initialState, preferencesOf } from "../state/initial.js";
import { en } from "../text/en.js";
import { download } from "../view/dom.js";
import { Pool, workerFactory } from "../worker/pool.js";
import { createListener } from "./listen.js";
import { createReading } from "./reading.js";

/**
 * @param {import("./page.js").Page} page
 * @param {{ tool: { version: string, build: string }, source: string | null }} about `source`: the page's own bytes
 */
export function fileActions(page, { tool, source }) {
  const { store } = page;
  /** @type {Promise<WebAssembly.Module> | null} */
  let module = null;
  /** @type {Promise<() => Worker> | null} */
  let spawn = null;
  const { listen, dropTold } = createListener(page);
  const { read, takeOut } = createReading(page);

  async function startPool() {
    module ??= core().then((bytes) => WebAssembly.compile(bytes));
    spawn ??= unpackedBlock("worker").then((bytes) => workerFactory(new TextDecoder().decode(bytes)));
    const made = new Pool({ module: await module, spawn: await spawn, cores: navigator.hardwareConcurrency || 2, listen, words: en.reader, broke: en.files.broke });
    const [rule, forms] = await Promise.all([made.ask("rule"), made.ask("rule_forms").catch(() => [])]);
    store.set({ rule, forms });
    made.prepare(await warmSamples());
    return made;
  }

  function boot() {
    page.starting = startPool().then(
      (made) => { page.pool = made; },
      (error) => {
        store.set({ fatal: { title: en.fatal.damaged.title, text: en.fatal.damaged.text(String(error?.message ?? error)), next: en.fatal.damaged.next } });
      },
    );
  }

  function forget() {
    page.pool?.close();
    page.pool = null;
    page.inputs = [];
    page.recall += 1;
    dropTold();
    const state = store.get();
    store.set({ ...initialState(preferencesOf(state)), rule: state.rule, forms: state.forms });
    boot();
  }

  const actions = {
    /** @param {App.Input[]} incoming */
    async open(incoming) {
      await page.starting;
      if (store.get().fatal || incoming.length === 0) return;
      read(incoming);
    },
    /** What came by a drop or by pasting: onto a result, the user says what it is for. @param {App.Input[]} incoming */
    async offer(incoming) {
      await page.starting;
      const { phase, fatal } = store.get();
      // Nothing can be added any more, so there is nothing to choose: what to do stands on the page.
      if (fatal) return;
      if (phase === "empty") actions.open(incoming);
      // Those that wait already are not forgotten.
      else if (incoming.length > 0) store.set(({ waiting }) => ({ waiting: [...waiting, ...incoming] }));
    },
    /** @param {"add" | "anew" | "none"} what */
    async decide(what) {
      const { waiting, toast } = store.get();
      store.set({ waiting: [] });
      if (what === "anew") {
        forget();
        // What was said of these files still holds; a change of the tuning that is gone can't be undone.
        store.set({ toast: toast?.undo ? null : toast });
        page.show();
        await page.starting;
      }
      // What was not added before may be among these.
      if (what === "add" && !toast?.undo) store.set({ toast: null });
      if (what !== "none") actions.open(waiting);
      else if (waiting.length > 0) page.say(en.say.notAdded(waiting.map(({ name }) => name)), "warning");
    },
    pickFiles: () => page.app.files.click(),
    pickFolder: () => page.app.folder.click(),
    async sample() {
      actions.open([await sampleInput()]);
    },
    cancel() {
      if (store.get().phase !== "reading" || store.get().cancelled) return;
      store.set({ cancelled: true });
      page.pool?.cancel();
    },
    reset() {
      forget();
      page.show();
      document.getElementById("pick-files")?.focus();
    },
    /** @param {number} index */
    async remove(index) {
      const { pool } = page;
      const { phase, files } = store.get();
      const file = files[index];
      if (!pool || !file || phase !== "done") return;
      // Without a file there is no result, so the note and the tuning go with the last one.
      if (files.every((one) => one === file || one.status === "removed")) return hasWork(store.get()) ? page.app.again.open() : actions.reset();
      const anew = await takeOut(pool, index);
      if (anew === null) return;
      page.say(anew ? en.say.anew(anew) : en.say.removed(file.name));
      // To the next one, as there may be more to take out.
      page.show();
      const buttons = [...document.querySelectorAll(".file-remove")].filter((button) => button.checkVisibility());
      const next = buttons.find((button) => Number(button.id.slice("remove-".length)) > index) ?? buttons.at(-1) ?? document.getElementById("toggle-files");
      if (next instanceof HTMLElement) next.focus();
    },
    /** Reads files of which nothing or not all was read once more, from their beginning. @param {number[]} indexes */
    async retry(indexes) {
      const { pool } = page;
      /** @type {App.Input[]} */
      const inputs = [];
      for (const index of indexes) {
        const input = page.inputs[index];
        if (!pool || pool !== page.pool || !input || store.get().phase !== "done") break;
        if (await takeOut(pool, index) !== null) inputs.push(input);
      }
      if (inputs.length > 0) read(inputs);
    },
    /** Reads what a cancelled reading left. */
    readOn() {
      const { files } = store.get();
      actions.retry(files.flatMap(({ status }, index) => (status === "cancelled" ? [index] : [])));
    },
    copyDiagnostics() {
      page.app.actions.copy(diagnostics({ ...tool, agent: navigator.userAgent }, store.get()), en.files.diagnostics);
    },
    savePage() {
      if (source === null) return page.say(en.say.saveByHand, "warning");
      download("index.html", source, "text/html");
      return page.say(en.say.saved);
    },
    toggleFiles: () => store.set((state) => ({ filesOpen: !state.filesOpen })),
  };
  return { boot, actions, wouldLose: () => wouldLose(store.get()) };
}

/** Whether leaving the page would lose more than what a drop brings back at once. @param {App.State} state */
function wouldLose(state) {
  return state.fatal === null && (state.phase === "reading" || hasWork(state));
}

/** Whether starting over would lose what no file can bring back. @param {App.State} state */
function hasWork({ note, tuning }) {
  return note.trim() !== "" || (tuning !== null && (tuning.entries.length > 0 || tuning.presets.some(({ enabled }) => enabled)));
}
