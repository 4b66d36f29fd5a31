// What is read: opened, added, taken out, stopped, forgotten.

import { sampleInput } from "../input/sample.js";
import { diagnostics } from "../state/diagnostics.js";
import { initialState, preferencesOf } from "../state/initial.js";
import { wouldLose } from "../state/loss.js";
import { en } from "../text/en.js";
import { download } from "../view/dom.js";
import { createListener } from "./listen.js";
import { createReading } from "./reading.js";
import { removalActions } from "./removal.js";
import { createStart } from "./start.js";

/**
 * @param {import("./page.js").Page} page
 * @param {{ tool: { version: string, build: string }, source: string | null }} about `source`: the page's own bytes
 */
export function fileActions(page, { tool, source }) {
  const { store } = page;
  const { listen, dropTold } = createListener(page);
  const boot = createStart(page, listen);
  const reading = createReading(page);

  function forget() {
    page.pool?.close();
    page.pool = null;
    page.inputs = [];
    page.passwords = [];
    page.recall += 1;
    dropTold();
    const state = store.get();
    store.set({ ...initialState(preferencesOf(state)), rule: state.rule, forms: state.forms });
    boot();
  }

  function reset() {
    forget();
    page.show();
    document.getElementById("pick-files")?.focus();
  }

  const actions = {
    /** @param {App.Input[]} incoming */
    async open(incoming) {
      await page.starting;
      if (store.get().fatal || incoming.length === 0) return;
      reading.read(incoming);
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
    reset,
    ...removalActions(page, reading, reset),
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
