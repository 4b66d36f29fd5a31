// What is read: opened, added, taken out, stopped, forgotten.

import { unpackedBlock } from "../input/blocks.js";
import { core } from "../input/core.js";
import { haveSameBytes } from "../input/same.js";
import { sampleInput, warmSamples } from "../input/sample.js";
import { diagnostics } from "../state/diagnostics.js";
import { freshInputs, hasFailed, namedApart, present } from "../state/files.js";
import { initialState, preferencesOf } from "../state/initial.js";
import { copiesIn, hasWarning, withNews } from "../state/summary.js";
import { en } from "../text/en.js";
import { download } from "../view/dom.js";
import { Pool, workerFactory } from "../worker/pool.js";
import { SOON_MS, sentence } from "./page.js";

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

  /** Nothing is known yet of the session that took another one's place: the rows were asked of it when it had none. */
  let unknown = false;

  /** @param {import("../worker/pool.js").PoolEvent} event */
  function listen(event) {
    if (event.type !== "files") putDown();
    switch (event.type) {
      case "added":
        store.set((state) => ({ files: [...state.files, ...event.files.map(({ source: index, name, size }) => newFile(index, name, size))] }));
        break;
      case "files":
        changeFiles(event.patches);
        break;
      case "summary": {
        // Only another match changes the table; a hash or another count does not.
        const before = store.get();
        const changed = unknown || event.summary.totals.matches !== before.summary?.totals.matches;
        unknown = false;
        const summary = withNews(before.summary, event.summary);
        const revision = before.revision + (changed ? 1 : 0);
        const { window = null } = event;
        if (window) page.app.table.give(window, revision);
        // Only the hashes tell, behind the result. The list of files stays as it is: it would push away what someone is at.
        const copies = before.phase === "done" ? copiesIn(summary) - copiesIn(before.summary) : 0;
        store.set({
          summary,
          rule: event.summary.rule ?? before.rule,
          revision,
          ...(window ? { rows: window.rows, groups: window.groups, events: window.events } : {}),
        });
        if (copies > 0) page.say(en.say.copies(copiesIn(summary)), "warning", { lasts: true });
        break;
      }
      case "over":
        store.set((state) => ({
          phase: "done",
          cancelled: isInParts(state),
          endedAt: performance.now(),
          filesOpen: state.filesOpen || hasWarning(state.summary) || state.files.some((file) => file.crash !== null),
        }));
        // The verdict is there to take the focus only once it is drawn.
        page.show();
        if (!document.activeElement || document.activeElement === document.body) page.app.focusVerdict();
        break;
      case "restarted": {
        // A new session numbers its groups anew, and hides nothing until it is told so again.
        page.recall += 1;
        unknown = true;
        page.say(en.say.restarted, "warning");
        const { tuning } = store.get();
        store.set((state) => ({ phase: "reading", startedAt: performance.now(), endedAt: null, cancelled: false, panel: state.panel === "details" ? null : state.panel, details: null, revision: state.revision + 1 }));
        if (tuning) page.ask("tune", { json: tuning.json }).catch(() => {});
        break;
      }
      case "fatal":
        store.set({ fatal: { title: en.fatal.worker.title, text: en.fatal.worker.text(event.message), next: en.fatal.worker.next } });
        break;
      default:
    }
  }

  /** What was told of the files and does not stand in their list yet. @type {import("../worker/pool.js").Patch[][]} */
  let told = [];

  /** All that is told in one go changes the list once: it may have a hundred thousand files. @param {import("../worker/pool.js").Patch[]} patches */
  function changeFiles(patches) {
    if (told.length === 0) queueMicrotask(putDown);
    told.push(patches);
  }

  function putDown() {
    if (told.length === 0) return;
    const patches = told.flat();
    told = [];
    store.set((state) => {
      const files = [...state.files];
      for (const [index, patch] of patches) {
        const file = files[index];
        if (file) files[index] = { ...file, ...patch };
      }
      return { files };
    });
  }

  /** Readings wait for each other: which files are new depends on those before. @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @param {App.Input[]} incoming */
  function read(incoming) {
    const { pool } = page;
    if (pool) last = last.then(() => readNew(pool, incoming)).catch((error) => { if (pool === page.pool) page.say(en.say.readFailed(sentence(error)), "error"); });
  }

  /** @param {NonNullable<typeof page.pool>} pool @param {App.Input[]} incoming */
  async function readNew(pool, incoming) {
    const fresh = await sortOut(pool, incoming);
    if (fresh.length === 0 || pool !== page.pool) return;
    // Not all at once: an engine takes some hundred thousand arguments at most.
    for (const input of fresh) page.inputs.push(input);
    // A result is verified as a whole: what is added to it is read as it was.
    const { phase, verify, verified, startedAt } = store.get();
    const now = phase === "empty" ? verify : verified;
    // What comes while others are read is read along with them.
    const since = phase === "reading" ? startedAt : performance.now();
    store.set({ phase: "reading", startedAt: since, endedAt: null, cancelled: false, verified: now });
    const names = namedApart(present(store.get().files).map(({ name }) => name), fresh.map(({ name }) => name));
    pool.add(fresh.map((input, index) => ({ ...input, name: names[index] ?? input.name })), now);
  }

  /** Whether reading it was stopped, failed, or broke down. @param {App.Input} input */
  function isInPart(input) {
    const { files, summary } = store.get();
    const index = page.inputs.indexOf(input);
    const status = files[index]?.status;
    return status === "cancelled" || status === "crashed" || hasFailed(summary?.sources[index]);
  }

  /**
   * Which of the files are to be read: not those that are there already. One that was read in part only is read anew, in
   * place of that part.
   * @param {NonNullable<typeof page.pool>} pool @param {App.Input[]} incoming
   */
  async function sortOut(pool, incoming) {
    const still = () => pool === page.pool;
    const slow = setTimeout(() => page.say(en.say.comparing, "info", { lasts: true }), SOON_MS);
    const { fresh, doubles, unsure } = await freshInputs(page.inputs.filter((input) => input !== null), incoming,
      (one, other) => haveSameBytes(one, other, still));
    clearTimeout(slow);
    page.unsay(en.say.comparing);
    if (!still()) return [];
    const anew = new Map(doubles.filter(({ of }) => isInPart(of)).map(({ input, of }) => [of, input]));
    // A session that is lost meanwhile reads it anew by itself.
    for (const of of [...anew.keys()]) if (await takeOut(pool, page.inputs.indexOf(of)) === null) anew.delete(of);
    if (!still()) return [];
    const left = doubles.filter(({ of }) => !anew.has(of)).map(({ input }) => input.name);
    const said = [left.length > 0 ? en.say.doubles(left) : "", unsure.length > 0 ? en.say.unsure(unsure.map(({ name }) => name)) : ""];
    if (said.some(Boolean)) page.say(said.filter(Boolean).join(" "), "warning");
    return [...fresh, ...anew.values()];
  }

  function forget() {
    page.pool?.close();
    page.pool = null;
    page.inputs = [];
    page.recall += 1;
    told = [];
    const state = store.get();
    store.set({ ...initialState(preferencesOf(state)), rule: state.rule, forms: state.forms });
    boot();
  }

  /**
   * Takes a file out of the result: its groups are gone or smaller, and what was shown of them with it.
   * @param {NonNullable<typeof page.pool>} pool @param {number} index
   * @returns {Promise<number | null>} how many others are read anew, as their matches have room now; null: it is being read, and stays, or
   * all was started over meanwhile, and its number may be another file's
   */
  async function takeOut(pool, index) {
    const crowded = await pool.remove(index);
    if (crowded === null || pool !== page.pool) return null;
    const anew = crowded.flatMap((other) => page.inputs[other] ?? []);
    const gone = [index, ...crowded];
    for (const one of gone) page.inputs[one] = null;
    page.recall += 1;
    store.set((state) => ({
      revision: state.revision + 1,
      cancelled: isInParts(state),
      details: null,
      panel: state.details && state.panel === "details" ? null : state.panel,
      view: gone.includes(state.view.source ?? -1) ? { ...state.view, source: null, member: "" } : state.view,
    }));
    if (anew.length > 0) read(anew);
    return anew.length;
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

/** Whether some file is there in part only, as reading it was stopped. @param {App.State} state */
function isInParts({ files }) {
  return files.some(({ status }) => status === "cancelled");
}

/** @param {number} index @param {string} name @param {number} size @returns {App.FileState} */
function newFile(index, name, size) {
  return {
    source: index, name, size, status: "queued", bytes: 0, format: null, records: 0, process_creations: 0, matches: 0,
    unreadable: 0, problems: 0, startedAt: null, endedAt: null, crash: null, hash: "none",
  };
}
