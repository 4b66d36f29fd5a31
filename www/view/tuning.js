// The tuning drawer: what is hidden and why, line by line, each with how much it hides.

import { CELL_FIELDS, placeOf, withChange, withEntry, withPreset, without } from "../state/tuning.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { createEntryForm } from "./entryform.js";
import { evidence } from "./evidence.js";
import { h, keepFocus, replace, setAttribute, setText, show } from "./dom.js";
import { icon } from "./icons.js";

/** @param {App.Actions} actions */
export function createTuning(actions) {
  const t = en.tuning;
  /** @type {Core.Tuning | null} */
  let tuning = null;
  /** The line that is being changed; -1: a new one; null: none. @type {number | null} */
  let editing = null;
  /** That line as it was when it was opened: the list may change meanwhile, and its place with it. @type {Core.Entry | null} */
  let opened = null;

  const title = h("h2", { tabindex: "-1", id: "tuning-title" }, t.heading);
  const sum = h("p", { class: "details-place", id: "tuning-sum", role: "status" });
  const undo = h("button", { type: "button", class: "button small", id: "tuning-undo", title: t.undoTitle, on: { click: () => actions.undo() } }, icon("undo"), t.undo);
  const close = h("button", { type: "button", class: "button quiet square", id: "close-tuning", "aria-label": t.close, title: t.close, on: { click: () => actions.closePanel() } }, icon("close"));
  const page = h("h1", { class: "offscreen page-heading" });

  const add = h("button", { type: "button", class: "button small", id: "add-entry", on: { click: () => edit(-1) } }, icon("plus"), t.add);
  const none = h("p", { class: "muted" }, t.none);
  const list = h("ul", { class: "entries", id: "entries" });
  const presets = h("ul", { class: "entries", id: "presets" });
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

  const refusedText = h("p", null);
  const refused = h("div", { class: "banner bad", id: "tuning-refused", role: "alert", hidden: true }, icon("error"), h("div", null, h("p", null, h("strong", null, t.refused)), refusedText));
  const input = h("input", { type: "file", id: "tuning-input", accept: ".json,application/json", class: "offscreen", tabindex: "-1", "aria-hidden": "true", on: {
    change: () => {
      const [file] = input.files ?? [];
      if (file) actions.importTuning(file);
      input.value = "";
    },
  } });
  const macro = h("pre", { class: "code-block", id: "splunk-filter", tabindex: "0", dir: "ltr" });
  const where = h("pre", { class: "code-block", id: "splunk-where", tabindex: "0", dir: "ltr", "aria-label": t.splunkWhere });
  const whereBox = h("div", { class: "where-box", hidden: true },
    h("div", { class: "head" }, h("p", { class: "muted small" }, t.splunkWhere),
      h("button", { type: "button", class: "button small", id: "copy-where", on: { click: () => actions.copy(tuning?.splunk.where ?? "", t.splunk) } }, icon("copy"), t.copyWhere)), where);
  const unseen = h("p", { class: "muted small", id: "splunk-unseen", hidden: true }, t.splunkUnseen);
  const notes = h("ul", { class: "limits" });
  const notesBox = h("div", null, h("h4", null, t.splunkNotes), notes);

  const body = h("div", { class: "details-body" },
    h("p", { class: "muted" }, t.lead),
    refused,
    h("section", { "aria-labelledby": "entries-title" },
      h("div", { class: "head" }, h("h3", { id: "entries-title" }, t.entries), add),
      addSlot, none, list, h("p", { class: "muted small" }, t.how)),
    h("section", { "aria-labelledby": "presets-title" },
      h("h3", { id: "presets-title" }, t.presets), h("p", { class: "muted small" }, t.presetsLead), presets),
    h("section", { "aria-labelledby": "tuning-file-title" },
      h("h3", { id: "tuning-file-title" }, t.file), h("p", { class: "muted small" }, t.fileText),
      h("div", { class: "button-row" },
        h("button", { type: "button", class: "button", id: "tuning-import", on: { click: () => input.click() } }, icon("upload"), t.import),
        h("button", { type: "button", class: "button", id: "tuning-export", on: { click: () => actions.exportTuning() } }, icon("download"), t.export), input)),
    h("section", { "aria-labelledby": "splunk-title" },
      h("div", { class: "head" }, h("h3", { id: "splunk-title" }, t.splunk),
        h("button", { type: "button", class: "button small", id: "copy-splunk", on: { click: () => actions.copy(tuning?.splunk.filter ?? "", t.splunk) } }, icon("copy"), t.copySplunk)),
      h("p", { class: "muted small" }, t.splunkText), macro, whereBox, unseen, notesBox));
  const node = h("aside", { class: "details tuning", id: "tuning", hidden: true, "aria-labelledby": "tuning-title" },
    page, h("div", { class: "details-head" }, h("div", { class: "details-name" }, title, sum), undo, close), body);

  /** @param {boolean} on */
  const switched = (on) => (/** @type {Core.Tuning} */ now) => (on ? t.said.on : t.said.off)(now.hidden);

  /** @param {number} at */
  function edit(at) {
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

  /** @param {string} id @param {boolean} on @param {string} label @param {string} says @param {(on: boolean) => void} change */
  function toggle(id, on, label, says, change) {
    const box = h("input", { type: "checkbox", id, checked: on, "aria-label": label, "aria-describedby": says, on: { change: () => change(box.checked) } });
    return box;
  }

  /** @param {Core.Tuning["entries"][number]} entry @param {number} at */
  function entryItem(entry, at) {
    if (editing === at) return h("li", { class: "entry editing" }, form.node);
    const label = visibleText(t.sentence(entry));
    return h("li", { class: `entry ${entry.enabled ? "" : "off"}`.trim() },
      toggle(`entry-${at}-on`, entry.enabled, t.on(label), `entry-${at}-hides`, (on) => actions.tune((file) => withChange(file, placeOf(file.entries, entry, at), { enabled: on }), switched(on))),
      h("div", { class: "entry-text" },
        h("label", { for: `entry-${at}-on`, class: "entry-line" },
          h("span", { class: `mode ${entry.mode}` }, icon(entry.mode), t.mode[entry.mode]), " ",
          h("code", null, entry.field), " ", h("span", { class: "muted" }, t.operatorShort[entry.operator] ?? entry.operator), " ",
          h("code", { class: "entry-value" }, evidence(entry.value))),
        entry.note ? h("p", { class: "muted small" }, evidence(entry.note)) : null,
        h("p", { class: "hides", id: `entry-${at}-hides`, title: t.hidesTitle(entry.hides) }, (entry.enabled ? t.hides : t.wouldHide)(entry.hides))),
      h("div", { class: "entry-tools" },
        h("button", { type: "button", class: "button quiet square tiny", id: `entry-${at}-edit`, "aria-label": `${t.edit}: ${label}`, title: t.edit, on: { click: () => edit(at) } }, icon("pencil")),
        h("button", { type: "button", class: "button quiet square tiny", id: `entry-${at}-remove`, "aria-label": `${t.remove}: ${label}`, title: t.remove, on: {
          click: async () => {
            if (await actions.tune((file) => without(file, placeOf(file.entries, entry, at)), (now) => t.said.removed(now.hidden))) document.getElementById("add-entry")?.focus();
          },
        } }, icon("trash"))));
  }

  /** @param {Core.Tuning["presets"][number]} preset */
  function presetItem({ id, name, why, enabled, hides }) {
    return h("li", { class: "entry" },
      toggle(`preset-${id}`, enabled, name, `preset-${id}-hides`, (on) => actions.tune((file) => withPreset(file, id, on), switched(on))),
      h("div", { class: "entry-text" },
        h("label", { for: `preset-${id}`, class: "entry-line" }, name),
        h("p", { class: "muted small" }, why),
        h("p", { class: `hides ${hides.events === 0 ? "nil" : ""}`.trim(), id: `preset-${id}-hides`, title: t.hidesTitle(hides) }, (enabled ? t.hides : t.wouldHide)(hides))));
  }

  function draw() {
    keepFocus(node, () => {
      const entries = tuning?.entries ?? [];
      replace(addSlot, editing === -1 ? form.node : null);
      show(add, editing !== -1);
      show(none, entries.length === 0 && editing !== -1);
      replace(list, entries.map(entryItem));
      show(list, entries.length > 0);
      replace(presets, (tuning?.presets ?? []).map(presetItem));
    });
  }

  return {
    node,
    focus: () => title.focus({ preventScroll: true }),
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const open = state.panel === "tuning" && state.phase !== "empty";
      show(node, open);
      if (!open) {
        editing = null;
        tuning = null;
        if (state.phase === "empty" && before && before.phase !== "empty") {
          draw();
          for (const part of [refusedText, macro, where, notes]) part.replaceChildren();
        }
        return;
      }
      undo.disabled = state.undo.length === 0;
      setText(page, state.rule?.name ?? "");
      show(refused, state.refused !== null);
      setText(refusedText, visibleText(state.refused ?? ""));
      if (state.refused !== null && state.refused !== before?.refused) refused.scrollIntoView({ block: "nearest" });
      if (!state.tuning || state.tuning === tuning) return;
      tuning = state.tuning;
      if (editing !== null && opened) editing = placeOf(tuning.entries, opened, editing);
      // Its line is gone, and what was to become of it.
      const gone = opened && editing === -1;
      if (gone) editing = null;
      setText(sum, t.sum(tuning.hidden, tuning.shown));
      const { splunk } = tuning;
      replace(macro, evidence(splunk.filter));
      show(whereBox, splunk.where !== "");
      replace(where, evidence(splunk.where));
      show(unseen, [splunk.filter, splunk.where].some((text) => visibleText(text) !== text));
      show(notesBox, splunk.notes.length > 0);
      replace(notes, splunk.notes.map((note) => h("li", null, evidence(note))));
      setAttribute(macro, "aria-label", t.splunk);
      draw();
      if (gone && document.activeElement === document.body) add.focus();
    },
  };
}
