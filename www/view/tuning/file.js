// The tuning as a file: taken in, given out, and why one was refused.

import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { h, setText, show } from "../dom.js";
import { icon } from "../icons.js";

/** @param {App.Actions} actions */
export function createTuningFile(actions) {
  const t = en.tuning;
  const refusedText = h("p", null);
  const refused = h("div", { class: "banner bad", id: "tuning-refused", role: "alert", hidden: true }, icon("error"), h("div", null, h("p", null, h("strong", null, t.refused)), refusedText));
  const input = h("input", { type: "file", id: "tuning-input", accept: ".json,application/json", class: "offscreen", tabindex: "-1", "aria-hidden": "true", on: {
    change: () => {
      const [file] = input.files ?? [];
      if (file) actions.importTuning(file);
      input.value = "";
    },
  } });
  const node = h("section", { "aria-labelledby": "tuning-file-title" },
    h("h3", { id: "tuning-file-title" }, t.file), h("p", { class: "muted small" }, t.fileText),
    h("div", { class: "button-row" },
      h("button", { type: "button", class: "button", id: "tuning-import", on: { click: () => input.click() } }, icon("upload"), t.import),
      h("button", { type: "button", class: "button", id: "tuning-export", on: { click: () => actions.exportTuning() } }, icon("download"), t.export), input));

  return {
    node,
    refused,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      show(refused, state.refused !== null);
      setText(refusedText, visibleText(state.refused ?? ""));
      if (state.refused !== null && state.refused !== before?.refused) refused.scrollIntoView({ block: "nearest" });
    },
    /** Nothing of a file is left. */
    forget: () => refusedText.replaceChildren(),
  };
}
