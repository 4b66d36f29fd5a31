// The rule in the languages of other tools, one at a time, each with what it cannot say.

import { en } from "../text/en.js";
import { h, replace, setAttribute, setText, show } from "./dom.js";
import { icon } from "./icons.js";

/** @param {App.Actions} actions */
export function createForms(actions) {
  const t = en.forms;
  /** @type {Core.RuleForm[]} */
  let forms = [];
  let at = 0;
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": t.label, on: {
    keydown: (/** @type {KeyboardEvent} */ event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: forms.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose((to + forms.length) % forms.length);
      document.getElementById(`form-tab-${forms[at]?.id}`)?.focus();
    },
  } });
  const code = h("pre", { class: "code-block", id: "form-text", tabindex: "0", dir: "ltr" });
  const copyText = h("span", null);
  const copy = h("button", { type: "button", class: "button small", id: "copy-form", on: { click: () => { const form = forms[at]; if (form) actions.copy(form.text, form.name); } } }, icon("copy"), copyText);
  const name = h("span", { class: "muted" });
  const notes = h("ul", null);
  const noteBox = h("div", { class: "form-notes" }, h("h3", null, t.notes), notes);
  const panel = h("div", { class: "tab-panel", role: "tabpanel", id: "form-panel" }, h("div", { class: "head" }, name, copy), code, noteBox);
  const node = h("section", { class: "forms", hidden: true }, h("h2", null, t.heading), tabs, panel);

  /** @param {number} to */
  function choose(to) {
    at = to;
    const form = forms[at];
    if (!form) return;
    for (const tab of tabs.children) {
      const chosen = tab.id === `form-tab-${form.id}`;
      setAttribute(tab, "aria-selected", chosen ? "true" : "false");
      setAttribute(tab, "tabindex", chosen ? "0" : "-1");
    }
    setAttribute(panel, "aria-labelledby", `form-tab-${form.id}`);
    replace(code, form.text);
    setAttribute(code, "aria-label", form.name);
    setText(name, form.name);
    setText(copyText, t.copy(t.short[form.id] ?? form.name));
    show(noteBox, form.notes.length > 0);
    replace(notes, form.notes.map((note) => h("li", null, note)));
  }

  return {
    node,
    /** @param {App.State} state */
    update(state) {
      if (state.forms === forms) return;
      forms = state.forms;
      show(node, forms.length > 0);
      replace(tabs, forms.map((form, index) => h("button", { type: "button", role: "tab", id: `form-tab-${form.id}`, class: "tab", "aria-controls": "form-panel", title: form.name, on: { click: () => choose(index) } }, t.short[form.id] ?? form.name)));
      choose(0);
    },
  };
}
