// What follows from the rows and is asked for when they change: the timeline, the hints and what each line of the
// tuning hides. While logs are read it is asked for now and then only, as it is work for who merges the findings.

import { isNarrowed, queryOf } from "../state/grid.js";

/** Bars of the timeline: few enough to be told apart, also on a phone. */
const BARS = 160;
const BARS_NARROW = 64;
const WHILE_READING_MS = 1500;

/** @param {import("./page.js").Page} page */
export function deriveFrom(page) {
  const { store } = page;
  const narrow = matchMedia("(max-width: 720px)");
  let asking = false;
  let stale = false;
  let timer = 0;
  let last = -Infinity;
  /** Whether more than the view has changed, and more of that than the chosen range. */
  let rowsToo = false;
  let timesToo = false;

  function soon() {
    const reading = store.get().phase === "reading";
    if (timer && reading) return;
    // What waited for its turn while logs were read waits no longer when they are.
    clearTimeout(timer);
    const wait = reading ? Math.max(0, last + WHILE_READING_MS - performance.now()) : 0;
    timer = Number(setTimeout(() => {
      timer = 0;
      ask();
    }, wait));
  }

  async function ask() {
    if (asking) {
      stale = true;
      return;
    }
    const { view, revision } = store.get();
    const { pool } = page;
    const [rows, times] = [rowsToo, timesToo];
    const all = { ...view, range: null };
    asking = true;
    rowsToo = false;
    timesToo = false;
    last = performance.now();
    try {
      const [timeline, hints, tuning] = await Promise.all([
        times ? page.ask("timeline", { buckets: narrow.matches ? BARS_NARROW : BARS, view: queryOf(store.get(), all) }) : null,
        page.ask("hints", { view: queryOf(store.get(), view) }),
        rows ? page.ask("tuning") : null,
      ]);
      // Another session, or a change that will be answered by itself: this answer is of the past.
      if (pool === page.pool && hints && revision === store.get().revision) {
        store.set({ hints, derived: revision, ...(timeline ? { timeline: { ...timeline, whole: !isNarrowed(all) } } : {}), ...(tuning ? { tuning } : {}) });
      } else {
        rowsToo ||= rows;
        timesToo ||= times;
      }
    } catch {
      // The session was lost or closed; its successor announces itself by a new revision.
    } finally {
      asking = false;
    }
    if (stale) {
      stale = false;
      soon();
    }
  }

  narrow.addEventListener("change", () => {
    timesToo = true;
    soon();
  });
  store.subscribe((state, before) => {
    if (state.phase === "empty" || !state.summary) return;
    const rows = state.revision !== before.revision || (state.phase === "done" && before.phase !== "done");
    const changed = (/** @type {readonly (keyof Core.Query)[]} */ keys) => state.view !== before.view && keys.some((key) => state.view[key] !== before.view[key]);
    // The order of rows changes nothing here, and the chosen range only how many rows a hint has.
    const clock = state.zone !== before.zone && state.view.search !== "";
    const times = clock || changed(["search", "hint", "source", "member", "only"]);
    if (!rows && !times && !changed(["range"])) return;
    rowsToo ||= rows;
    timesToo ||= rows || times;
    soon();
  });
}
