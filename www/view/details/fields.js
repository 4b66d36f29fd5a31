// The fields of an event: each value as it can be seen, and what can be done with it.

import { STACKS } from "../../state/columns.js";
import { CELL_FIELDS } from "../../state/tuning.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { evidence, evidenceLines } from "../evidence.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { cellItems } from "../menu.js";

/** Fields that are listed: an event of Windows has some thirty. */
const MOST_FIELDS = 500;
/** Characters of a value that is long. */
const LONG_VALUE = 600;

/** @typedef {ReturnType<typeof createFields>} Fields */

/** @param {App.Actions} actions @param {import("../menu.js").Menu} menu */
export function createFields(actions, menu) {
  const t = en.details;

  /** @param {string} value @param {string} what its name, which may be of the log as well */
  function copyButton(value, what) {
    const label = visibleText(t.copyValue(what));
    return h("button", { type: "button", class: "button quiet square tiny copy", title: label, "aria-label": label, on: { click: () => actions.copy(value, what) } }, icon("copy"));
  }

  /** Exclude, include, stack: for a field of the key. @param {string} field @param {string} value */
  function moreButton(field, value) {
    const label = en.menu.label(field);
    const button = h("button", { type: "button", class: "button quiet square tiny", id: `more-${field}`, title: label, "aria-label": label, "aria-haspopup": "menu", on: {
      click: () => menu.open(button, label, cellItems(actions, { field, value, tunable: true, stackable: STACKS.includes(field) }), () => document.getElementById(`more-${field}`)?.focus()),
    } }, icon("more"));
    return button;
  }

  /** A long one has its own scroll bar: what stands below must not be screens away. @param {string | null} value */
  const shown = (value) => {
    if (value === null) return h("span", { class: "null" }, t.none);
    return value.length > LONG_VALUE ? h("div", { class: "long", tabindex: "0" }, evidence(value)) : evidence(value);
  };

  return {
    copyButton,
    shown,
    /** As the event has them. @param {{ name: string, value: string | null }[]} fields */
    table: (fields) => h("table", { class: "fields" }, h("tbody", null, fields.slice(0, MOST_FIELDS).map((field) => h("tr", null,
      h("th", { scope: "row" }, evidence(field.name)), h("td", null, /^message$/i.test(field.name) && field.value ? evidenceLines(field.value) : shown(field.value)),
      h("td", { class: "tools" }, field.value === null ? null : copyButton(field.value, field.name)))),
      fields.length > MOST_FIELDS ? h("tr", null, h("td", { colspan: "3", class: "muted" }, t.moreFields(fields.length - MOST_FIELDS))) : null)),
    /** As the rule sees them, with what they are called in the event. @param {Core.Evidence["cim"]} fields */
    cimTable: (fields) => h("table", { class: "fields cim" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t.cimHead.name), h("th", { scope: "col" }, t.cimHead.value), h("td"))),
      h("tbody", null, fields.map((field) => h("tr", { class: field.key ? "key" : "" },
        h("th", { scope: "row" }, field.name, field.key ? h("span", { class: "key-mark", title: t.keyTitle }, t.key) : null,
          field.source_field ? h("span", { class: "source" }, field.source_field) : null),
        h("td", null, shown(field.value)),
        h("td", { class: "tools wide" }, field.value === null ? null : [copyButton(field.value, field.name), CELL_FIELDS.includes(field.name) ? moreButton(field.name, field.value) : null]))))),
  };
}
