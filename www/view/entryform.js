// One line of the tuning, as it is written or changed.

import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { evidence } from "./evidence.js";
import { h, replace, setText, show } from "./dom.js";

/** The operators, should the core not have told yet. */
const OPERATORS = ["equals", "contains", "begins", "ends", "wildcard"];

/** @param {{ save: (entry: Omit<Core.Entry, "enabled">) => void, cancel: () => void }} then */
export function createEntryForm(then) {
  const t = en.tuning;
  /** The value as it came, and as the field shows it: a field can't hold every character, and unless somebody writes
   * in it, none may change. */
  let exact = "";
  let plain = "";
  const mode = h("select", { id: "form-mode" }, h("option", { value: "exclude" }, t.mode.exclude), h("option", { value: "include" }, t.mode.include));
  const field = h("select", { id: "form-field" });
  const operator = h("select", { id: "form-operator" });
  // A value may have several lines, which an input would join.
  const value = h("textarea", { id: "form-value", class: "text-input code", rows: 1, spellcheck: "false", "aria-describedby": "form-problem form-unseen", on: { input: () => see() } });
  const note = h("input", { type: "text", id: "form-note", class: "text-input", autocomplete: "off", on: { input: () => see() } });
  const unseen = h("p", { class: "form-unseen", id: "form-unseen", hidden: true });
  const problem = h("p", { class: "form-problem", id: "form-problem", role: "alert", hidden: true }, t.valueMissing);
  const heading = h("h4", null, t.addHeading);

  const given = () => (value.value === plain ? exact : value.value);

  /** A field shows as nothing what can't be seen, and turns around at what turns around: then it is said beside it. */
  function see() {
    const hidden = [given(), note.value].filter((text) => visibleText(text) !== text);
    show(unseen, hidden.length > 0);
    replace(unseen, t.unseen, hidden.flatMap((text) => [" ", evidence(text)]));
  }

  /** @param {string} label @param {HTMLElement} control */
  const row = (label, control) => h("div", { class: "form-row" }, h("label", { for: control.id }, label), control);
  const node = h("form", { class: "entry-form", id: "entry-form", on: {
    submit: (/** @type {Event} */ event) => {
      event.preventDefault();
      show(problem, value.value === "");
      if (value.value === "") return value.focus();
      return then.save({ mode: mode.value === "include" ? "include" : "exclude", field: field.value, operator: operator.value, value: given(), note: note.value });
    },
    keydown: (/** @type {KeyboardEvent} */ event) => {
      const saves = event.key === "Enter" && event.target === value && !event.shiftKey && !event.isComposing;
      if (!saves && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (saves) node.requestSubmit();
      else then.cancel();
    },
  } },
    heading, row(t.form.mode, mode), row(t.form.field, field), row(t.form.operator, operator), row(t.form.value, value), problem, row(t.form.note, note), unseen,
    h("div", { class: "button-row" }, h("button", { type: "submit", class: "button primary", id: "form-save" }, t.save), h("button", { type: "button", class: "button", id: "form-cancel", on: { click: () => then.cancel() } }, t.cancel)));

  return {
    node,
    focus: () => value.focus(),
    /** @param {Core.Entry | null} entry @param {readonly string[]} fields @param {readonly string[]} operators */
    fill(entry, fields, operators) {
      setText(heading, entry ? t.editHeading : t.addHeading);
      replace(field, fields.map((name) => h("option", { value: name }, name)));
      replace(operator, (operators.length > 0 ? operators : OPERATORS).map((name) => h("option", { value: name }, t.operator[name] ?? name)));
      mode.value = entry?.mode ?? "exclude";
      field.value = entry?.field ?? "process_name";
      operator.value = entry?.operator ?? "equals";
      value.value = exact = entry?.value ?? "";
      plain = value.value;
      note.value = entry?.note ?? "";
      show(problem, false);
      see();
    },
  };
}
