// One row: why it matched, every field, and the event itself, read again from its file.

import { CELL_FIELDS } from "../state/tuning.js";
import { STACKS } from "../state/columns.js";
import { number, offset } from "../state/format.js";
import { passes } from "../state/passes.js";
import { fullTime } from "../state/time.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { createContext } from "./context.js";
import { evidence, evidenceLines, rawEvidence } from "./evidence.js";
import { h, keepFocus, replace, setAttribute, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { cellItems } from "./menu.js";

/** Fields that are listed: an event of Windows has some thirty. */
const MOST_FIELDS = 500;
/** Characters of a value that is long. */
const LONG_VALUE = 600;
/** So long the event before stays in view instead of flashing, in ms. */
const STAYS_MS = 150;

/** @param {App.Actions} actions @param {import("./menu.js").Menu} menu */
export function createDetails(actions, menu) {
  const t = en.details;
  // Where the details cover the page, its first heading is covered too: this one stands in for it.
  const page = h("h1", { class: "offscreen page-heading" });
  const name = h("h2", { tabindex: "-1", id: "details-title" });
  const place = h("p", { class: "details-place" });
  const position = h("span", { class: "position" });
  const previous = h("button", { type: "button", class: "button quiet square", "aria-label": t.previous, title: `${t.previous} ([)`, on: { click: () => actions.step(-1) } }, icon("left"));
  const next = h("button", { type: "button", class: "button quiet square", "aria-label": t.next, title: `${t.next} (])`, on: { click: () => actions.step(1) } }, icon("right"));
  const stepper = h("div", { class: "stepper" }, previous, position, next);
  const close = h("button", { type: "button", class: "button quiet square", id: "close-details", "aria-label": t.close, title: t.close, on: { click: () => actions.closePanel() } }, icon("close"));
  const context = createContext(actions);
  const body = h("div", { class: "details-body" });
  /** Runs while what shows is of the event before, under the number of the next: nothing of it can be copied or asked for. */
  let stays = 0;
  body.addEventListener("click", (event) => { if (stays) event.stopPropagation(); }, true);
  /** What had the focus when its event went. */
  let left = "";
  const node = h("aside", { class: "details", id: "details", hidden: true, "aria-labelledby": "details-title" },
    page, h("div", { class: "details-head" }, h("div", { class: "details-name" }, name, place), stepper, close), body);

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

  /** @param {string} title @param {...(Node | null)} content */
  const section = (title, ...content) => h("section", null, h("h3", null, title), content);

  /** @param {{ name: string, value: string | null }[]} fields */
  const fieldTable = (fields) => h("table", { class: "fields" }, h("tbody", null, fields.slice(0, MOST_FIELDS).map((field) => h("tr", null,
    h("th", { scope: "row" }, evidence(field.name)), h("td", null, /^message$/i.test(field.name) && field.value ? evidenceLines(field.value) : shown(field.value)),
    h("td", { class: "tools" }, field.value === null ? null : copyButton(field.value, field.name)))),
    fields.length > MOST_FIELDS ? h("tr", null, h("td", { colspan: "3", class: "muted" }, t.moreFields(fields.length - MOST_FIELDS))) : null));

  /** @param {Core.Evidence} event @param {Core.Rule | null} rule */
  function content(event, rule) {
    const { locator } = event;
    /** @param {string} label @param {Node | string | null} value */
    const fact = (label, value) => (value === null ? null : h("div", null, h("dt", null, label), h("dd", null, value)));
    return [
      section(t.why, h("ul", { class: "clauses" }, event.clauses.map((clause) => h("li", { class: clause.holds ? "holds" : "fails" },
        icon(clause.holds ? "check" : "cross"),
        h("div", null,
          h("code", { class: "clause" }, clause.text), h("span", { class: "offscreen" }, ` ${clause.holds ? t.holds : t.fails}`),
          h("p", { class: "why-value" }, shown(clause.value), clause.source_field ? h("span", { class: "muted" }, ` ${t.from} `, h("code", null, clause.source_field)) : null)))))),
      event.hints && event.hints.length > 0 ? section(t.hints,
        h("ul", { class: "hint-why" }, event.hints.map((hint) => h("li", null, h("span", { class: "hint-tag" }, hint.label), h("span", null, evidence(hint.why))))),
        h("p", { class: "muted small" }, en.hints.text)) : null,
      section(t.where, h("dl", { class: "facts tight" },
        fact(t.locator.file, evidence(locator.source_name)),
        fact(t.locator.member, locator.member === null || locator.member === undefined ? null : evidence(locator.member)),
        fact(t.locator.record, locator.record_id === null || locator.record_id === undefined ? null : String(locator.record_id)),
        fact(t.locator.offset, offset(locator.offset)),
        fact(t.locator.length, `${number(locator.length)} B`),
        fact(t.locator.form, t.form[event.raw_form] ?? event.raw_form))),
      section(t.cim, h("table", { class: "fields cim" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, t.cimHead.name), h("th", { scope: "col" }, t.cimHead.value), h("td"))),
        h("tbody", null, event.cim.map((field) => h("tr", { class: field.key ? "key" : "" },
          h("th", { scope: "row" }, field.name, field.key ? h("span", { class: "key-mark", title: t.keyTitle }, t.key) : null,
            field.source_field ? h("span", { class: "source" }, field.source_field) : null),
          h("td", null, shown(field.value)),
          h("td", { class: "tools wide" }, field.value === null ? null : [copyButton(field.value, field.name), CELL_FIELDS.includes(field.name) ? moreButton(field.name, field.value) : null])))))),
      section(t.logged,
        h("h4", null, t.data), fieldTable(event.data),
        h("h4", null, t.system), fieldTable(event.system)),
      h("section", null,
        h("div", { class: "head" }, h("h3", null, t.raw),
          h("button", { type: "button", class: "button small", on: { click: () => actions.copy(event.raw, t.raw) } }, icon("copy"), t.copyRaw)),
        h("p", { class: "muted small" }, t.rawNote), rawEvidence(event)),
      rule ? section(t.limits, h("ul", { class: "limits" }, rule.limits.map((limit) => h("li", null, limit)))) : null,
    ];
  }

  /** The context stands behind the reasons of the match, before the long lists of fields. @param {(Node | null)[]} sections */
  const around = ([why, hints, ...rest]) => [why ?? null, hints ?? null, context.node, ...rest];

  const focus = () => name.focus({ preventScroll: true });

  /** The first event is shown before its own time is known here, which is that of the row. @param {App.Details} details */
  const timeOf = ({ row, time, index }) => time ?? (index === 0 ? row.firstTime : null);

  /** Who, where and when. @param {App.Details} details @param {App.Zone} zone */
  function drawHead(details, zone) {
    const { row } = details;
    const time = timeOf(details);
    replace(name, evidence(row.process_name));
    replace(place, evidence(row.user), " \u00b7 ", evidence(row.dest), time === null ? null : [" \u00b7 ", h("time", null, fullTime(time, zone))]);
  }

  /** Which of how many, and whether the filters of the table leave it out. @param {App.Details} details @param {Core.Query} view */
  function drawStepper({ row, matches, index }, view) {
    const event = matches[index];
    const all = Math.max(row.count, matches.length);
    if (all === 1 && stepper.contains(document.activeElement)) focus();
    show(stepper, all > 1);
    setText(position, event && !passes(event, view) ? t.eventOutside(index, all) : t.event(index, all));
    // Not disabled, which would take the focus from the one that led to the end.
    setAttribute(previous, "aria-disabled", String(index === 0));
    setAttribute(next, "aria-disabled", String(index >= all - 1));
  }

  /** The event. The focus stays on the control that had it, if that is there again, else in the details. @param {App.Details} details @param {Core.Rule | null} rule */
  function drawBody({ row, evidence: event, error }, rule) {
    clearTimeout(stays);
    stays = 0;
    const at = document.activeElement;
    const had = at !== null && body.contains(at);
    const reads = event === null && error === null;
    if (had || reads) left = had ? at.id : "";
    setAttribute(body, "aria-busy", reads);
    keepFocus(body, () => replace(body,
      h("div", { class: "command" }, h("pre", { dir: "ltr", tabindex: "0" }, evidence(row.process)), copyButton(row.process, "process")),
      error !== null
        ? h("div", { class: "banner bad", role: "alert" }, icon("error"), h("div", null, h("p", null, h("strong", null, t.failed), " ", evidence(error)), h("p", null, t.failedNext)))
        : event ? around(content(event, rule)) : h("p", { class: "muted busy" }, t.loading)));
    if (had && !node.contains(document.activeElement)) focus();
    if (!reads && left !== "" && document.activeElement === name) document.getElementById(left)?.focus({ preventScroll: true });
  }

  return {
    node,
    focus,
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const { details } = state;
      context.update(state);
      show(node, details !== null && state.panel === "details");
      if (!details && before?.details) {
        clearTimeout(stays);
        stays = 0;
        for (const part of [name, place, body]) part.replaceChildren();
      }
      if (!details || state.panel !== "details") return;
      const old = before?.panel === "details" ? before.details : null;
      const turned = state.zone !== before?.zone;
      if (details === old && !turned && state.view === before?.view) return;
      // Only what has changed: while logs are read a group grows, and who reads or marks its event is not disturbed.
      const other = details.group !== old?.group;
      if (other) node.scrollTop = 0;
      setText(page, state.rule?.name ?? "");
      if (other || turned || timeOf(details) !== timeOf(old)) drawHead(details, state.zone);
      drawStepper(details, state.view);
      if (!other && details.evidence === old.evidence && details.error === old.error) return;
      if (other || details.evidence || details.error) drawBody(details, state.rule);
      else stays ||= Number(setTimeout(() => drawBody(details, state.rule), STAYS_MS));
    },
  };
}
