// One line of the tuning, as it is written or changed.

import { en } from "../text/en.js";
import { h, replace, setText, show } from "./dom.js";

/** The operators, should the core not have told yet. */
const OPERATORS = ["equals", "contains", "begins", "ends", "wildcard"];

/** @param {{ save: (entry: Core.Entry) => void, cancel: () => void }} then */
export function createEntryForm(then) {
  const t = en.tuning;
  let enabled = true;
  const mode = h("select", { id: "form-mode" }, h("option", { value: "exclude" }, t.mode.exclude), h("option", { value: "include" }, t.mode.include));
  const field = h("select", { id: "form-field" });
  const operator = h("select", { id: "form-operator" });
  const value = h("input", { type: "text", id: "form-value", class: "text-input code", autocomplete: "off", spellcheck: "false", "aria-describedby": "form-problem" });
  const note = h("input", { type: "text", id: "form-note", class: "text-input", autocomplete: "off" });
  const problem = h("p", { class: "form-problem", id: "form-problem", role: "alert", hidden: true }, t.valueMissing);
  const heading = h("h4", null, t.addHeading);

  /** @param {string} label @param {HTMLElement} control */
  const row = (label, control) => h("div", { class: "form-row" }, h("label", { for: control.id }, label), control);
  const node = h("form", { class: "entry-form", id: "entry-form", on: {
    submit: (/** @type {Event} */ event) => {
      event.preventDefault();
      show(problem, value.value === "");
      if (value.value === "") return value.focus();
      return then.save({ mode: mode.value === "include" ? "include" : "exclude", field: field.value, operator: operator.value, value: value.value, note: note.value, enabled });
    },
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      then.cancel();
    },
  } },
    heading, row(t.form.mode, mode), row(t.form.field, field), row(t.form.operator, operator), row(t.form.value, value), problem, row(t.form.note, note),
    h("div", { class: "button-row" }, h("button", { type: "submit", class: "button primary", id: "form-save" }, t.save), h("button", { type: "button", class: "button", id: "form-cancel", on: { click: () => then.cancel() } }, t.cancel)));

  return {
    node,
    focus: () => value.focus(),
    /** @param {Core.Entry | null} entry @param {readonly string[]} fields @param {readonly string[]} operators */
    fill(entry, fields, operators) {
      setText(heading, entry ? t.editHeading : t.addHeading);
      replace(field, fields.map((name) => h("option", { value: name }, name)));
      replace(operator, (operators.length > 0 ? operators : OPERATORS).map((name) => h("option", { value: name }, t.operator[name] ?? name)));
      enabled = entry?.enabled ?? true;
      mode.value = entry?.mode ?? "exclude";
      field.value = entry?.field ?? "process_name";
      operator.value = entry?.operator ?? "equals";
      value.value = entry?.value ?? "";
      note.value = entry?.note ?? "";
      show(problem, false);
    },
  };
}
