// The event that the details show: read from its file, and found again among those of its group while logs are read.

import { sentence } from "./page.js";

/** How many of a group's events are listed at once. */
const MATCHES = 1000;
/** Of another event nothing is known yet, and what is known of the one before is not shown as its own. */
export const UNREAD = { evidence: null, error: null, at: "" };

/** @typedef {ReturnType<typeof createEvidence>} Evidence */

/** @param {import("./page.js").Page} page */
export function createEvidence(page) {
  const { store } = page;

  /** The event that is being read, by its turn; none: 0. */
  let awaited = 0;
  /** It was to be found in the list before it was there. */
  let missed = false;
  let counting = false;
  let stale = false;

  /** @param {number} group @param {number} index */
  async function load(group, index) {
    const mine = ++page.recall;
    awaited = mine;
    try {
      const read = await page.pool?.evidence(group, index);
      if (read && mine === page.recall) change(group, { ...read, error: null });
    } catch (error) {
      if (mine === page.recall) change(group, { evidence: null, error: sentence(error), at: "" });
    } finally {
      if (mine === awaited) awaited = 0;
      if (awaited === 0 && missed) recountSoon();
    }
  }

  /** @param {number} group @param {Partial<App.Details>} patch */
  function change(group, patch) {
    store.set(({ details }) => (details && details.group === group ? { details: { ...details, ...patch } } : {}));
  }

  /** @param {number} group @returns {Promise<App.Listed | null>} */
  const listed = (group) => page.ask("listed", { group, most: MATCHES });

  /** While logs are read a group grows, also before the event that is shown: its number changes, and how many there are. */
  async function recount() {
    const { details: before } = store.get();
    if (!before) return;
    const { group } = before;
    try {
      const found = await listed(group);
      const { details } = store.get();
      if (details?.group !== group || !found || found.count === 0) return;
      const { matches, count } = found;
      // Until the next event is there, this is the place of the one before.
      missed = awaited !== 0;
      const index = missed ? -1 : matches.findIndex(({ at }) => at === details.at);
      change(group, { matches, ...(index < 0 ? {} : { index }), row: { ...details.row, count } });
    } catch {
      // The session was lost; its successor numbers everything anew.
    }
  }

  /** One count at a time, as of a large group it takes a while; the last one always comes after the last change. */
  async function recountSoon() {
    stale = true;
    if (counting) return;
    counting = true;
    while (stale) {
      stale = false;
      await recount();
    }
    counting = false;
  }

  store.subscribe((state, before) => {
    if (state.details && state.phase === "reading" && state.revision !== before.revision) recountSoon();
  });

  return { load, change, listed };
}
