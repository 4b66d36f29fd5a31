// What the pool tells while it reads, put into the store.

import { isInParts } from "../state/files.js";
import { copiesIn, hasWarning, withNews } from "../state/summary.js";
import { en } from "../text/en.js";

/** @typedef {import("../worker/pool.js").PoolEvent} PoolEvent */

/** @param {import("./page.js").Page} page */
export function createListener(page) {
  const { store } = page;
  /** Nothing is known yet of the session that took another one's place: the rows were asked of it when it had none. */
  let unknown = false;

  /** What each kind of event changes. @type {{ [Type in PoolEvent["type"]]: (event: Extract<PoolEvent, { type: Type }>) => void }} */
  const heard = {
    added({ files: added }) {
      store.set(({ files }) => ({ files: [...files, ...added.map(({ source: index, name, size }) => newFile(index, name, size))] }));
    },
    files: ({ patches }) => changeFiles(patches),
    summary({ summary: told, window = null }) {
      const before = store.get();
      // Only another match changes the table; a hash or another count does not.
      const changed = unknown || told.totals.matches !== before.summary?.totals.matches;
      unknown = false;
      const summary = withNews(before.summary, told);
      const revision = before.revision + (changed ? 1 : 0);
      if (window) page.app.table.give(window, revision);
      // Only the hashes tell, behind the result. The list of files stays as it is: it would push away what someone is at.
      const copies = before.phase === "done" ? copiesIn(summary) - copiesIn(before.summary) : 0;
      store.set({
        summary,
        rule: told.rule ?? before.rule,
        revision,
        ...(window ? { rows: window.rows, groups: window.groups, events: window.events } : {}),
      });
      if (copies > 0) page.say(en.say.copies(copiesIn(summary)), "warning", { lasts: true });
    },
    over() {
      store.set((state) => ({
        phase: "done",
        cancelled: isInParts(state),
        endedAt: performance.now(),
        filesOpen: state.filesOpen || hasWarning(state.summary) || state.files.some((file) => file.crash !== null),
      }));
      // The verdict is there to take the focus only once it is drawn.
      page.show();
      if (!document.activeElement || document.activeElement === document.body) page.app.focusVerdict();
    },
    /** A new session numbers its groups anew, and hides nothing until it is told so again. */
    restarted() {
      page.recall += 1;
      unknown = true;
      page.say(en.say.restarted, "warning");
      const { tuning } = store.get();
      store.set(({ panel, revision }) => ({
        phase: "reading", startedAt: performance.now(), endedAt: null, cancelled: false,
        panel: panel === "details" ? null : panel, details: null, revision: revision + 1,
      }));
      if (tuning) page.ask("tune", { json: tuning.json }).catch(() => {});
    },
    fatal({ message }) {
      store.set({ fatal: { title: en.fatal.worker.title, text: en.fatal.worker.text(message), next: en.fatal.worker.next } });
    },
  };

  /** @param {PoolEvent} event */
  function listen(event) {
    if (event.type !== "files") putDown();
    /** @type {(event: PoolEvent) => void} */ (heard[event.type])(event);
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

  return {
    listen,
    /** Forgets what was told last, as all is forgotten. */
    dropTold() {
      told = [];
    },
  };
}

/** @param {number} index @param {string} name @param {number} size @returns {App.FileState} */
function newFile(index, name, size) {
  return {
    source: index, name, size, status: "queued", bytes: 0, format: null, records: 0, process_creations: 0, matches: 0,
    unreadable: 0, problems: 0, startedAt: null, endedAt: null, crash: null, hash: "none",
  };
}
