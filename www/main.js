// Wires the page: what the inputs give goes to the pool, what the pool tells goes into the store, and what
// the store holds is shown.

import { listenForDrops } from "./input/drop.js";
import { listenForPaste } from "./input/paste.js";
import { listenForChoices } from "./input/picker.js";
import { packedBlock, sampleInput } from "./input/sample.js";
import { diagnostics } from "./state/diagnostics.js";
import { exportName, freshInputs } from "./state/files.js";
import { sortedBy } from "./state/grid.js";
import { initialState } from "./state/initial.js";
import { createStore } from "./state/store.js";
import { withNews } from "./state/summary.js";
import { en } from "./text/en.js";
import { createApp } from "./view/app.js";
import { copyText, download, pageSource } from "./view/dom.js";
import { Pool, workerFactory } from "./worker/pool.js";

// Before anything changes the document: this is what "Save this page" gives.
const source = pageSource();

const tool = { version: __VERSION__, build: __BUILD__ };
const root = /** @type {HTMLElement} */ (document.getElementById("app"));

// --- preferences: the only thing that is stored ---

/** @param {string} key */
function preference(key) {
  try {
    return localStorage.getItem(`sysmon-triage.${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
function keep(key, value) {
  try {
    localStorage.setItem(`sysmon-triage.${key}`, value);
  } catch {
    // A browser that stores nothing: the preference lasts as long as the page.
  }
}

const storedTheme = preference("theme");
const theme = storedTheme === "light" || storedTheme === "dark" ? storedTheme : "system";
const store = createStore(initialState({ zone: preference("zone") === "local" ? "local" : "utc", theme, verify: preference("verify") === "on" }));

/** @param {App.Theme} chosen */
function paintTheme(chosen) {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
paintTheme(theme);

// --- pool ---

/** @type {Promise<WebAssembly.Module> | null} */
let module = null;
/** @type {(() => Worker) | null} */
let spawn = null;
/** @type {Pool | null} */
let pool = null;
/** @type {App.Input[]} */
let inputs = [];
/** @type {number} */
let recall = 0;

async function startPool() {
  module ??= WebAssembly.compileStreaming
    ? WebAssembly.compileStreaming(new Response(packedBlock("wasm"), { headers: { "content-type": "application/wasm" } }))
    : new Response(packedBlock("wasm")).arrayBuffer().then((bytes) => WebAssembly.compile(bytes));
  spawn ??= workerFactory(document.getElementById("worker")?.textContent ?? "");
  const made = new Pool({ module: await module, spawn, cores: navigator.hardwareConcurrency || 2, listen, words: en.reader, broke: en.files.broke });
  const rule = /** @type {Core.Rule} */ (await made.ask("rule"));
  store.set({ rule });
  return made;
}

/** @type {Promise<Pool | null>} */
let starting = Promise.resolve(null);

function boot() {
  starting = startPool().then(
    (made) => (pool = made),
    (error) => {
      store.set({ fatal: { title: en.fatal.damaged.title, text: en.fatal.damaged.text(String(error?.message ?? error)), next: en.fatal.damaged.next } });
      return null;
    },
  );
}

/** @param {import("./worker/pool.js").PoolEvent} event */
function listen(event) {
  switch (event.type) {
    case "added":
      store.set((state) => ({ files: [...state.files, ...event.files.map(({ source: index, name, size }) => newFile(index, name, size))] }));
      break;
    case "files":
      changeFiles(event.patches);
      break;
    case "summary":
      store.set((state) => ({
        summary: withNews(state.summary, event.summary),
        rule: event.summary.rule ?? state.rule,
        // Only another match changes the table; a hash or another count does not.
        revision: state.revision + (event.summary.totals.matches === state.summary?.totals.matches ? 0 : 1),
      }));
      break;
    case "over":
      store.set((state) => ({
        phase: "done",
        endedAt: performance.now(),
        filesOpen: state.filesOpen || (state.summary?.sources ?? []).some((file) => file.problems.some((problem) => problem.severity !== "info")) || state.files.some((file) => file.crash !== null),
      }));
      if (!document.activeElement || document.activeElement === document.body) app.focusVerdict();
      break;
    case "restarted":
      // A new session numbers its groups anew.
      recall += 1;
      store.set((state) => ({ phase: "reading", details: null, revision: state.revision + 1 }));
      break;
    case "fatal":
      store.set({ fatal: { title: en.fatal.worker.title, text: en.fatal.worker.text(event.message), next: en.fatal.worker.next } });
      break;
    default:
  }
}

/** @param {number} index @param {string} name @param {number} size @returns {App.FileState} */
function newFile(index, name, size) {
  return {
    source: index, name, size, status: "queued", bytes: 0, format: null, records: 0, process_creations: 0, matches: 0,
    unreadable: 0, problems: 0, startedAt: null, endedAt: null, crash: null, hash: "none",
  };
}

/** @param {import("./worker/pool.js").Patch[]} patches */
function changeFiles(patches) {
  store.set((state) => {
    const files = [...state.files];
    for (const [index, patch] of patches) {
      const file = files[index];
      if (file) files[index] = { ...file, ...patch };
    }
    return { files };
  });
}

// --- actions ---

/** @param {string} text @param {App.Toast["kind"]} [kind] */
function say(text, kind = "info") {
  const toast = { text, kind };
  store.set({ toast });
  setTimeout(() => {
    if (store.get().toast === toast) store.set({ toast: null });
  }, kind === "info" ? 4000 : 12_000);
}

/** @param {number} group @param {number} index */
async function loadEvidence(group, index) {
  const mine = ++recall;
  try {
    const evidence = await pool?.evidence(group, index);
    if (evidence && mine === recall) changeDetails(group, { evidence, error: null });
  } catch (error) {
    if (mine === recall) changeDetails(group, { evidence: null, error: error instanceof Error ? error.message : String(error) });
  }
}

/** @param {number} group @param {Partial<App.Details>} patch */
function changeDetails(group, patch) {
  store.set(({ details }) => (details && details.group === group ? { details: { ...details, ...patch } } : {}));
}

/** How many of a group's events are listed at once. */
const MATCHES = 1000;
let searchTimer = 0;

/** @type {App.Actions} */
const actions = {
  async open(incoming) {
    await starting;
    if (!pool || store.get().fatal) return;
    if (incoming.length === 0) return;
    const { fresh, doubles } = freshInputs(inputs, incoming);
    if (doubles > 0) say(en.say.doubles(doubles), "warning");
    if (fresh.length === 0) return;
    inputs.push(...fresh);
    // A result is verified as a whole: what is added to it is read as it was.
    const { phase, verify, verified } = store.get();
    const now = phase === "empty" ? verify : verified;
    store.set({ phase: "reading", startedAt: performance.now(), endedAt: null, cancelled: false, verified: now });
    pool.add(fresh, now);
  },
  pickFiles: () => app.files.click(),
  pickFolder: () => app.folder.click(),
  async sample() {
    actions.open([await sampleInput()]);
  },
  cancel() {
    if (store.get().phase !== "reading" || store.get().cancelled) return;
    store.set({ cancelled: true });
    pool?.cancel();
  },
  reset() {
    pool?.close();
    pool = null;
    inputs = [];
    recall += 1;
    const { zone, theme: kept, verify, rule } = store.get();
    store.set({ ...initialState({ zone, theme: kept, verify }), rule });
    boot();
    show();
    document.getElementById("pick-files")?.focus();
  },
  sort(column) {
    store.set((state) => ({ view: sortedBy(state.view, column) }));
  },
  search(text) {
    clearTimeout(searchTimer);
    searchTimer = Number(setTimeout(() => store.set((state) => ({ view: { ...state.view, search: text } })), 80));
  },
  async window(view, from, to) {
    if (!pool) throw new Error("closed");
    const got = /** @type {App.Window} */ (await pool.ask("window", { view, from, to }));
    const { rows, groups } = store.get();
    if (rows !== got.rows || groups !== got.groups) store.set({ rows: got.rows, groups: got.groups });
    return got;
  },
  async details(row) {
    if (!pool) return;
    const already = store.get().details;
    const byKey = document.activeElement?.id === "grid" && lastInput === "key";
    if (already?.group === row.group) {
      if (byKey) app.details.focus();
      return;
    }
    store.set({ details: { group: row.group, row, matches: [], index: 0, evidence: null, error: null } });
    if (byKey && lastKey === "Enter") requestAnimationFrame(() => app.details.focus());
    loadEvidence(row.group, 0);
    try {
      const matches = await pool.ask("matches", { group: row.group, from: 0, to: MATCHES });
      changeDetails(row.group, { matches });
    } catch {
      // The evidence says what went wrong.
    }
  },
  step(by) {
    const { details } = store.get();
    if (!details) return;
    const last = Math.max(details.row.count, details.matches.length) - 1;
    const index = Math.min(Math.max(0, details.index + by), last);
    if (index === details.index) return;
    changeDetails(details.group, { index });
    loadEvidence(details.group, index);
  },
  closeDetails() {
    recall += 1;
    store.set({ details: null });
    // At once, as what is to have the focus may be covered until then.
    show();
    app.table.focus();
  },
  async copy(text, what) {
    if (await copyText(text)) say(en.say.copied(what));
    else say(en.say.copyFailed, "warning");
  },
  async exportAs(format) {
    const { phase, files, summary } = store.get();
    if (!pool || !summary) return;
    try {
      const { content, neutralised } = /** @type {{ content: string, neutralised: number }} */ (await pool.ask("export", { format }));
      const name = exportName(files.map((file) => file.name), format, new Date());
      download(name, content, format === "csv" ? "text/csv" : "application/json");
      // A CSV carries no hashes.
      const pending = format === "json" ? files.filter((file) => file.hash === "pending" || file.hash === "none").length : 0;
      if (phase === "reading") say(en.say.exportReading(name), "warning");
      else if (pending > 0) say(en.say.exportPending(name, pending), "warning");
      else if (neutralised > 0) say(en.say.exportNeutralised(name, neutralised), "warning");
      else say(en.say.exported(name));
    } catch (error) {
      say(en.say.exportFailed(error instanceof Error ? error.message : String(error)), "error");
    }
  },
  copyDiagnostics() {
    actions.copy(diagnostics({ ...tool, agent: navigator.userAgent }, store.get()), en.files.diagnostics);
  },
  savePage() {
    if (source === null) return say(en.say.saveByHand, "warning");
    download("index.html", source, "text/html");
    return say(en.say.saved);
  },
  zone(zone) {
    keep("zone", zone);
    store.set({ zone });
  },
  theme(chosen) {
    keep("theme", chosen);
    paintTheme(chosen);
    store.set({ theme: chosen });
  },
  verify(verify) {
    keep("verify", verify ? "on" : "off");
    store.set({ verify });
  },
  openStep: (step) => store.set({ step }),
  toggleFiles: () => store.set((state) => ({ filesOpen: !state.filesOpen })),
  keys: () => app.keys.open(),
  focusGrid() {
    if (store.get().summary?.totals.groups) app.table.focus();
    else if (store.get().phase === "empty") document.getElementById("pick-files")?.focus();
    else app.focusVerdict();
  },
  dismissToast: () => store.set({ toast: null }),
};

// --- show ---

const app = createApp(root, actions, tool);

/** @type {App.State | null} */
let shown = null;
/** @type {"no" | "soon" | "later"} */
let waiting = "no";
/** What only tells how far reading has come is shown so often: more would slow down the reading itself. */
const PROGRESS_MS = 100;

function show() {
  waiting = "no";
  const state = store.get();
  const before = shown;
  shown = state;
  app.update(state, before);
}

/** @param {App.State} state @param {App.State} previous */
function onlyProgress(state, previous) {
  const keys = /** @type {(keyof App.State)[]} */ (Object.keys(state));
  return state.phase === "reading" && keys.every((key) => key === "files" || state[key] === previous[key]);
}

store.subscribe((state, previous) => {
  if (waiting === "soon") return;
  if (onlyProgress(state, previous)) {
    if (waiting === "later") return;
    waiting = "later";
    setTimeout(() => { if (waiting === "later") show(); }, PROGRESS_MS);
    return;
  }
  waiting = "soon";
  // A hidden tab paints no frames, but its title should still say "done".
  const later = () => { if (waiting === "soon") show(); };
  if (document.hidden) setTimeout(later, PROGRESS_MS);
  else requestAnimationFrame(later);
});

// --- keys ---

let lastInput = "pointer";
let lastKey = "";
window.addEventListener("pointerdown", () => { lastInput = "pointer"; }, true);
window.addEventListener("keydown", (event) => { lastInput = "key"; lastKey = event.key; }, true);

/** @param {EventTarget | null} target */
const isField = (target) => target instanceof HTMLElement && target.matches("input, textarea, select");

window.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || app.keys.node.open) return;
  const state = store.get();
  if (event.key === "Escape") {
    if (state.phase === "reading" && !state.cancelled) actions.cancel();
    else if (isField(event.target)) {
      if (!app.table.clearSearch()) app.table.focus();
    } else if (state.details) actions.closeDetails();
    else if (state.step) actions.openStep(null);
    else if (!app.table.clearSearch()) return;
    event.preventDefault();
    return;
  }
  if (isField(event.target)) return;
  const rows = (state.summary?.totals.groups ?? 0) > 0 && state.phase !== "empty";
  switch (event.key) {
    case "?": actions.keys(); break;
    case "/": if (!rows) return; app.table.focusSearch(); break;
    case "e": if (!state.summary) return; actions.exportAs("csv"); break;
    case "E": if (!state.summary) return; actions.exportAs("json"); break;
    case "[": actions.step(-1); break;
    case "]": actions.step(1); break;
    case "j": case "k": if (!rows) return; app.table.key(event.key); break;
    case "c":
      if (state.details && app.details.node.contains(document.activeElement)) actions.copy(state.details.row.process, "process");
      else if (rows) app.table.key("c");
      else return;
      break;
    default: return;
  }
  event.preventDefault();
});

// --- start ---

/** What this browser lacks, if anything. */
function missing() {
  const words = en.fatal.missing;
  if (typeof WebAssembly !== "object") return words.wasm;
  // A function that returns a v128: valid only where SIMD is.
  const simd = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);
  if (!WebAssembly.validate(simd)) return words.simd;
  if (typeof DecompressionStream !== "function") return words.gzip;
  if (typeof Worker !== "function") return words.worker;
  return null;
}

show();
const lacking = missing();
if (lacking !== null) {
  store.set({ fatal: { title: en.fatal.old.title, text: en.fatal.old.text(lacking), next: en.fatal.old.next } });
} else {
  boot();
  listenForDrops(window, {
    over: (dragging) => store.set({ dragging }),
    drop(dropped) {
      dropped.then(
        (found) => (found.length === 0 ? say(en.say.nothingDropped, "warning") : actions.open(found)),
        (error) => say(en.say.dropFailed(error instanceof Error ? error.message : String(error)), "error"),
      );
    },
  });
  listenForChoices(app.files, app.folder, (chosen) => actions.open(chosen));
  listenForPaste(document, (pasted) => actions.open(pasted));
}
