// One row and the event behind it, read again from its file.

import { passes } from "../state/passes.js";
import { en } from "../text/en.js";
import { sentence } from "./page.js";

/** How many of a group's events are listed at once. */
const MATCHES = 1000;
/** Of another event nothing is known yet, and what is known of the one before is not shown as its own. */
const UNREAD = { evidence: null, error: null, at: "" };

/** @param {import("./page.js").Page} page */
export function detailsActions(page) {
  const { store } = page;

  /** The event that is being read, by its turn; none: 0. */
  let awaited = 0;
  /** It was to be found in the list before it was there. */
  let missed = false;

  /** @param {number} group @param {number} index */
  async function loadEvidence(group, index) {
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

  let counting = false;
  let stale = false;

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

  page.retuned = async () => {
    const { details } = store.get();
    if (!details) return;
    const { group, row } = details;
    try {
      const found = await listed(group);
      const { details: now } = store.get();
      if (now?.group !== group || !found) return;
      const { matches, count } = found;
      if (count > 0) {
        // Where it is the same event as before, there is nothing to take away.
        change(group, { ...(matches[0]?.at === now.at ? {} : UNREAD), matches, index: 0, time: matches[0]?.time ?? null, row: { ...row, count } });
        loadEvidence(group, 0);
      } else if (store.get().panel === "details") actions.closePanel();
      else store.set({ details: null });
    } catch {
      // The session was lost; its successor numbers everything anew.
    }
  };

  /** @satisfies {Partial<App.Actions>} */
  const actions = {
    /** @param {Core.Row} row */
    async details(row) {
      const { pool } = page;
      if (!pool) return;
      const { details: already, panel } = store.get();
      const byKey = document.activeElement?.id === "grid" && page.lastInput === "key";
      if (already?.group === row.group && panel === "details") {
        change(row.group, { row });
        if (byKey) page.app.details.focus();
        return;
      }
      store.set({ panel: "details", details: { group: row.group, row, matches: [], index: 0, ...UNREAD, time: null } });
      if (byKey && page.lastKey === "Enter") requestAnimationFrame(() => page.app.details.focus());
      // Where some of its events pass the filters, the first one of these is wanted, and the list tells which that is.
      const isPart = row.passing < row.count;
      if (!isPart) loadEvidence(row.group, 0);
      try {
        const found = await listed(row.group);
        const { details, view } = store.get();
        if (!found || details?.group !== row.group) return;
        const index = isPart ? Math.max(0, found.matches.findIndex((one) => passes(one, view))) : details.index;
        change(row.group, { matches: found.matches, index, time: details.time ?? found.matches[index]?.time ?? null, row: { ...details.row, count: found.count } });
        if (isPart) loadEvidence(row.group, index);
      } catch {
        // The evidence says what went wrong.
        if (isPart) loadEvidence(row.group, 0);
      }
    },
    /** @param {number} by */
    step(by) {
      const { details } = store.get();
      if (!details) return;
      const last = Math.max(details.row.count, details.matches.length) - 1;
      const index = Math.min(Math.max(0, details.index + by), last);
      if (index === details.index) return;
      // Until it was read, the time of an event that is not listed is not known.
      change(details.group, { ...UNREAD, index, time: details.matches[index]?.time ?? null });
      loadEvidence(details.group, index);
    },
    /** @param {number} group @param {string} at @param {number} minutes @param {(progress: App.ContextProgress) => void} onProgress */
    async context(group, at, minutes, onProgress) {
      return page.pool ? page.pool.context(group, at, { minutes }, onProgress) : null;
    },
    stopContext: () => page.pool?.stopContext() ?? false,
    /** @param {string} at */
    async eventAt(at) {
      if (!page.pool) throw new Error(en.reader.closed);
      return page.pool.eventAt(at);
    },
    closePanel() {
      const { panel, details } = store.get();
      // The tuning stood before them.
      if (panel === "tuning" && details) {
        store.set({ panel: "details" });
        page.show();
        page.app.details.focus();
        return;
      }
      page.pool?.stopContext();
      page.recall += 1;
      store.set({ panel: null, details: null });
      // At once, as what is to have the focus may be covered until then.
      page.show();
      page.app.actions.focusGrid();
    },
  };
  return actions;
}
