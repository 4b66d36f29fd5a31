// What is shown of an event: why it matched, where it stands, all its fields, and itself as it was logged.

import { number, offset } from "../../state/format.js";
import { en } from "../../text/en.js";
import { evidence, rawEvidence } from "../evidence.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

const t = en.details;

/** @param {string} title @param {...(Node | null)} content */
const section = (title, ...content) => h("section", null, h("h3", null, title), content);

/** Each clause of the rule, and what the event has for it. @param {Core.Evidence} event @param {import("./fields.js").Fields} fields */
const why = ({ clauses }, { shown }) => section(t.why, h("ul", { class: "clauses" }, clauses.map((clause) => h("li", { class: clause.holds ? "holds" : "fails" },
  icon(clause.holds ? "check" : "cross"),
  h("div", null,
    h("code", { class: "clause" }, clause.text), h("span", { class: "offscreen" }, ` ${clause.holds ? t.holds : t.fails}`),
    h("p", { class: "why-value" }, shown(clause.value), clause.source_field ? h("span", { class: "muted" }, ` ${t.from} `, h("code", null, clause.source_field)) : null))))));

/** @param {Core.Evidence} event */
const remarks = ({ hints }) => (hints && hints.length > 0 ? section(t.hints,
  h("ul", { class: "hint-why" }, hints.map((hint) => h("li", null, h("span", { class: "hint-tag" }, hint.label), h("span", null, evidence(hint.why))))),
  h("p", { class: "muted small" }, en.hints.text)) : null);

/** @param {string} label @param {Node | string | null} value */
const fact = (label, value) => (value === null ? null : h("div", null, h("dt", null, label), h("dd", null, value)));

/** Where it stands. @param {Core.Evidence} event */
const place = ({ locator, raw_form: form }) => section(t.where, h("dl", { class: "facts tight" },
  fact(t.locator.file, evidence(locator.source_name)),
  fact(t.locator.member, locator.member === null || locator.member === undefined ? null : evidence(locator.member)),
  fact(t.locator.record, locator.record_id === null || locator.record_id === undefined ? null : String(locator.record_id)),
  fact(t.locator.offset, offset(locator.offset)),
  fact(t.locator.length, `${number(locator.length)} B`),
  fact(t.locator.form, t.form[form] ?? form)));

/**
 * @param {App.Actions} actions @param {import("./fields.js").Fields} fields
 * @param {Node} context stands behind the reasons of the match, before the long lists of fields
 * @param {Core.Evidence} event @param {Core.Rule | null} rule
 */
export function eventSections(actions, fields, context, event, rule) {
  return [
    why(event, fields),
    remarks(event),
    context,
    place(event),
    section(t.cim, fields.cimTable(event.cim)),
    section(t.logged,
      h("h4", null, t.data), fields.table(event.data),
      h("h4", null, t.system), fields.table(event.system)),
    h("section", null,
      h("div", { class: "head" }, h("h3", null, t.raw),
        h("button", { type: "button", class: "button small", on: { click: () => actions.copy(event.raw, t.raw) } }, icon("copy"), t.copyRaw)),
      h("p", { class: "muted small" }, t.rawNote), rawEvidence(event)),
    rule ? section(t.limits, h("ul", { class: "limits" }, rule.limits.map((limit) => h("li", null, limit)))) : null,
  ];
}
