// The lines of the tuning: one of them, or a new one, can be written at a time.

import { CELL_FIELDS, placeOf, withChange, withEntry } from "../../state/tuning.js";
import { en } from "../../text/en.js";
import { createEntryForm } from "../entryform.js";
import { h, replace, show } from "../dom.js";
import { icon } from "../icons.js";
import { entryItem } from "./items.js";

/** @param {App.Actions} actions @param {() => Core.Tuning | null} shown @param {() => void} draw draws the drawer, and these lines with it */
export function createEntries(actions, shown, draw) {
  const t = en.tuning;
  /** The line that is being changed; -1: a new one; null: none. @type {number | null} */
  let editing = null;
  /** That line as it was when it was opened: the list may change meanwhile, and its place with it. @type {Core.Entry | null} */
  let opened = null;

  const add = h("button", { type: "button", class: "button small", id: "add-entry", on: { click: () => edit(-1) } }, icon("plus"), t.add);
  const none = h("p", { class: "muted" }, t.none);
  const list = h("ul", { class: "entries", id: "entries" });
  const form = createEntryForm({
    async save(entry) {
      const at = editing ?? -1;
      const line = opened;
      const done = line
        ? await actions.tune((file) => withChange(file, placeOf(file.entries, line, at), entry), (now) => t.said.changed(now.hidden))
        : await actions.tune((file) => withEntry(file, { ...entry, enabled: true }), (now) => t.said.added(now.hidden));
      if (done) leave(at);
    },
    cancel: () => leave(editing),
  });
  const addSlot = h("div", { class: "form-slot" });
  const node = h("section", { "aria-labelledby": "entries-title" },
    h("div", { class: "head" }, h("h3", { id: "entries-title" }, t.entries), add),
    addSlot, none, list, h("p", { class: "muted small" }, t.how));

  /** @param {number} at */
  function edit(at) {
    const tuning = shown();
    editing = at;
    opened = tuning?.entries[at] ?? null;
    // As if opened anew: what was refused before is done with.
    actions.openTuning();
    form.fill(opened, tuning?.fields ?? CELL_FIELDS, tuning?.operators ?? []);
    draw();
    form.focus();
  }

  /** @param {number | null} at where the focus goes back to */
  function leave(at) {
    editing = null;
    draw();
    document.getElementById(at === null || at < 0 ? "add-entry" : `entry-${at}-edit`)?.focus();
  }

  return {
    node,
    focus: () => add.focus(),
    /** None is written any more. */
    close() {
      editing = null;
    },
    /** Finds the line that is being changed among those of now. @param {Core.Tuning} tuning @returns {boolean} whether it is gone, and what was to become of it */
    follow({ entries }) {
      if (editing === null || !opened) return false;
      editing = placeOf(entries, opened, editing);
      if (editing >= 0) return false;
      editing = null;
      return true;
    },
    draw() {
      const entries = shown()?.entries ?? [];
      replace(addSlot, editing === -1 ? form.node : null);
      show(add, editing !== -1);
      show(none, entries.length === 0 && editing !== -1);
      replace(list, entries.map((entry, at) => (editing === at ? h("li", { class: "entry editing" }, form.node) : entryItem(actions, entry, at, () => edit(at)))));
      show(list, entries.length > 0);
    },
  };
}
