// The page before anything was dropped.

import { en } from "../text/en.js";
import { h, show } from "./dom.js";
import { icon } from "./icons.js";

/** @param {App.Actions} actions @param {HTMLElement} rule "What this rule checks" */
export function createWelcome(actions, rule) {
  const t = en.welcome;
  const verify = h("input", { type: "checkbox", id: "verify", on: { change: () => actions.verify(verify.checked) } });
  const slot = h("div", { class: "rule-slot" });
  const node = h("main", { class: "welcome", id: "welcome" },
    h("h1", null, t.heading),
    h("p", { class: "lead" }, t.lead),
    h("div", { class: "target" },
      h("div", { class: "target-icon" }, icon("drop")),
      h("p", { class: "target-title" }, t.dropHere),
      h("div", { class: "target-buttons" },
        h("button", { type: "button", class: "button primary", id: "pick-files", on: { click: () => actions.pickFiles() } }, icon("file"), t.files),
        h("button", { type: "button", class: "button", id: "pick-folder", on: { click: () => actions.pickFolder() } }, icon("folder"), t.folder),
        h("button", { type: "button", class: "button", id: "try-sample", on: { click: () => actions.sample() } }, icon("flask"), t.sample)),
      h("p", { class: "muted" }, t.paste)),
    h("dl", { class: "formats" }, t.formats.map(([name, what]) => h("div", null, h("dt", null, name), h("dd", null, what)))),
    h("p", { class: "muted small center" }, t.formatsNote),
    h("label", { class: "check muted small", title: t.verifyTitle }, verify, t.verify),
    h("div", { class: "trust" },
      icon("shield"),
      h("div", null,
        h("p", null, h("strong", null, t.trustTitle), " ", t.trust),
        h("p", { class: "save" },
          h("button", { type: "button", class: "button link", id: "save-page", on: { click: () => actions.savePage() } }, icon("download"), t.save),
          h("span", { class: "muted" }, t.saveNote)),
        h("p", { class: "muted small", id: "check-page" }, t.check[0], t.check.slice(1).flatMap((command, index) => [index > 0 ? ", " : " ", h("code", null, command)]), "."))),
    slot);
  return {
    node,
    /** @param {App.State} state */
    update(state) {
      show(node, state.phase === "empty" && state.fatal === null);
      verify.checked = state.verify;
      if (state.phase === "empty" && rule.parentNode !== slot) slot.append(rule);
    },
  };
}
