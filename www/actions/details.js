// One row and the event behind it, read again from its file.

import { passes } from "../state/passes.js";
import { en } from "../text/en.js";
import { UNREAD, createEvidence } from "./evidence.js";

/** @typedef {import("./page.js").Page} Page */

/** @param {Page} page */
export function detailsActions(page) {
  const { store } = page;
  const evidence = createEvidence(page);

  page.retuned = () => findAgain(page, evidence, () => actions.closePanel());

  /** @satisfies {Partial<App.Actions>} */
  const actions = {
    /** @param {Core.Row} row */
    details: (row) => openRow(page, evidence, row),
    /** @param {number} by */
    step(by) {
      const { details } = store.get();
      if (!details) return;
      const last = Math.max(details.row.count, details.matches.length) - 1;
      const index = Math.min(Math.max(0, details.index + by), last);
      if (index === details.index) return;
      // Until it was read, the time of an event that is not listed is not known.
      evidence.change(details.group, { ...UNREAD, index, time: details.matches[index]?.time ?? null });
      evidence.load(details.group, index);
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

/** Shows a row, and the first of its events that passes the filters. @param {Page} page @param {import("./evidence.js").Evidence} evidence @param {Core.Row} row */
async function openRow(page, { change, listed, load }, row) {
  const { pool, store } = page;
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
  if (!isPart) load(row.group, 0);
  try {
    const found = await listed(row.group);
    const { details, view } = store.get();
    if (!found || details?.group !== row.group) return;
    const index = isPart ? Math.max(0, found.matches.findIndex((one) => passes(one, view))) : details.index;
    change(row.group, { matches: found.matches, index, time: details.time ?? found.matches[index]?.time ?? null, row: { ...details.row, count: found.count } });
    if (isPart) load(row.group, index);
  } catch {
    // The evidence says what went wrong.
    if (isPart) load(row.group, 0);
  }
}

/** The first event of the row that is shown, as the tuning hides others now. @param {Page} page @param {import("./evidence.js").Evidence} evidence @param {() => void} close without any event */
async function findAgain({ store }, { change, listed, load }, close) {
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
      load(group, 0);
    } else if (store.get().panel === "details") close();
    else store.set({ details: null });
  } catch {
    // The session was lost; its successor numbers everything anew.
  }
}
