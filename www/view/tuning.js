// The tuning drawer: what is hidden and why, line by line, each with how much it hides.

import { en } from "../text/en.js";
import { h, keepFocus, replace, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { createEntries } from "./tuning/entries.js";
import { createTuningFile } from "./tuning/file.js";
import { presetItem } from "./tuning/items.js";
import { createSplunk } from "./tuning/splunk.js";

/** @param {App.Actions} actions */
export function createTuning(actions) {
  const t = en.tuning;
  /** @type {Core.Tuning | null} */
  let tuning = null;

  const title = h("h2", { tabindex: "-1", id: "tuning-title" }, t.heading);
  const sum = h("p", { class: "details-place", id: "tuning-sum", role: "status" });
  const undo = h("button", { type: "button", class: "button small", id: "tuning-undo", title: t.undoTitle, on: { click: () => actions.undo() } }, icon("undo"), t.undo);
  const close = h("button", { type: "button", class: "button quiet square", id: "close-tuning", "aria-label": t.close, title: t.close, on: { click: () => actions.closePanel() } }, icon("close"));
  const page = h("h1", { class: "offscreen page-heading" });

  const entries = createEntries(actions, () => tuning, draw);
  const presets = h("ul", { class: "entries", id: "presets" });
  const file = createTuningFile(actions);
  const splunk = createSplunk(actions, () => tuning);
  const body = h("div", { class: "details-body" },
    h("p", { class: "muted" }, t.lead),
    file.refused,
    entries.node,
    h("section", { "aria-labelledby": "presets-title" },
      h("h3", { id: "presets-title" }, t.presets), h("p", { class: "muted small" }, t.presetsLead), presets),
    file.node,
    splunk.node);
  const node = h("aside", { class: "details tuning", id: "tuning", hidden: true, "aria-labelledby": "tuning-title" },
    page, h("div", { class: "details-head" }, h("div", { class: "details-name" }, title, sum), undo, close), body);

  function draw() {
    keepFocus(node, () => {
      entries.draw();
      replace(presets, (tuning?.presets ?? []).map((preset) => presetItem(actions, preset)));
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
        entries.close();
        tuning = null;
        if (state.phase === "empty" && before && before.phase !== "empty") {
          draw();
          file.forget();
          splunk.forget();
        }
        return;
      }
      undo.disabled = state.undo.length === 0;
      setText(page, state.rule?.name ?? "");
      file.update(state, before);
      if (!state.tuning || state.tuning === tuning) return;
      tuning = state.tuning;
      const gone = entries.follow(tuning);
      setText(sum, t.sum(tuning.hidden, tuning.shown));
      splunk.draw(tuning);
      draw();
      if (gone && document.activeElement === document.body) entries.focus();
    },
  };
}
