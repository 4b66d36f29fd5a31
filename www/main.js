// Wires the page: what the inputs give goes to the pool, what the pool tells goes into the store, and what
// the store holds is shown.

import "./lockdown.js";
import { deriveFrom } from "./actions/derived.js";
import { detailsActions } from "./actions/details.js";
import { fileActions } from "./actions/files.js";
import { listenForKeys } from "./actions/keys.js";
import { Page, SOON_MS, sentence } from "./actions/page.js";
import { keptPreferences, paintTheme } from "./actions/preferences.js";
import { reportActions } from "./actions/report.js";
import { tableActions } from "./actions/table.js";
import { tuningActions } from "./actions/tuning.js";
import { listenForDrops } from "./input/drop.js";
import { listenForPaste } from "./input/paste.js";
import { listenForChoices } from "./input/picker.js";
import { initialState } from "./state/initial.js";
import { en } from "./text/en.js";
import { createApp } from "./view/app.js";
import { pageSource } from "./view/dom.js";

// Before anything changes the document: this is what "Save this page" gives.
const source = pageSource();

const tool = { version: __VERSION__, build: __BUILD__ };
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const preferences = keptPreferences();
paintTheme(preferences.theme);

const page = new Page(initialState(preferences));
const { store } = page;
const files = fileActions(page, { tool, source });

/** @type {App.Actions} */
const actions = {
  ...files.actions,
  ...tableActions(page),
  ...detailsActions(page),
  ...tuningActions(page),
  ...reportActions(page),
};
page.app = createApp(root, actions, tool);

// --- show ---

/** @type {App.State | null} */
let shown = null;
/** @type {"no" | "soon" | "later"} */
let waiting = "no";
/** What reading changes by itself is shown so often: each time costs the reading a part of a processor. How far it has
 * come costs least, and is what tells that it goes on. */
const PROGRESS_MS = 250;
const READING_MS = 2000;
/** @type {ReadonlySet<string>} */
const BY_READING = new Set(["files", "filesOpen", "summary", "rule", "revision", "rows", "groups", "events", "hints", "timeline", "tuning", "derived"]);
let shownAt = -Infinity;
let timer = 0;

page.show = () => {
  waiting = "no";
  clearTimeout(timer);
  shownAt = performance.now();
  const state = store.get();
  const before = shown;
  shown = state;
  page.app.update(state, before);
};

/** Progress, and now and then all else that waits. */
function showDue() {
  if (performance.now() >= shownAt + READING_MS) return page.show();
  page.app.progress(store.get());
  timer = Number(setTimeout(showDue, PROGRESS_MS));
}

/** Whether this can wait its turn. The first rows can't: someone looks for them. @param {App.State} state @param {App.State} previous */
function canWait(state, previous) {
  const any = (/** @type {App.State} */ { summary }) => summary !== null && summary.totals.matches > 0;
  const keys = /** @type {(keyof App.State)[]} */ (Object.keys(state));
  return state.phase === "reading" && any(state) === any(previous) && keys.every((key) => BY_READING.has(key) || state[key] === previous[key]);
}

store.subscribe((state, previous) => {
  if (waiting === "soon") return;
  if (canWait(state, previous)) {
    if (waiting === "later") return;
    waiting = "later";
    timer = Number(setTimeout(showDue, PROGRESS_MS));
    return;
  }
  waiting = "soon";
  clearTimeout(timer);
  // A hidden tab paints no frames, but its title should still say "done".
  const later = () => { if (waiting === "soon") page.show(); };
  if (document.hidden) setTimeout(later, PROGRESS_MS);
  else requestAnimationFrame(later);
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

page.show();
const lacking = missing();
if (lacking !== null) {
  store.set({ fatal: { title: en.fatal.old.title, text: en.fatal.old.text(lacking), next: en.fatal.old.next } });
} else {
  files.boot();
  deriveFrom(page);
  // The browser asks, in its own words.
  addEventListener("beforeunload", (event) => { if (files.wouldLose()) event.preventDefault(); });
  listenForKeys(page);
  listenForDrops(window, {
    over: (dragging) => store.set({ dragging }),
    drop(dropped) {
      const slow = setTimeout(() => page.say(en.say.listing, "info", { lasts: true }), SOON_MS);
      const listed = () => {
        clearTimeout(slow);
        page.unsay(en.say.listing);
      };
      dropped.finally(listed).then(
        (inputs) => {
          if (inputs.length === 0) page.say(en.say.nothingDropped, "warning");
          files.actions.offer(inputs);
        },
        (error) => page.say(en.say.dropFailed(sentence(error)), "error"),
      );
    },
  });
  listenForChoices(page.app.files, page.app.folder, (chosen) => actions.open(chosen));
  listenForPaste(document, (pasted) => files.actions.offer(pasted));
}
