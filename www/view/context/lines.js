// The lines of a context: what is said of a process, of what it did, of a trace of WMI, and what shows the event itself below.

import { later, took } from "../../state/context.js";
import { fullTime } from "../../state/time.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { evidence, rawEvidence } from "../evidence.js";
import { h, replace, setAttribute, show } from "../dom.js";
import { icon } from "../icons.js";

/** Characters of a value in a list, which may have a thousand lines; the event itself shows more. */
const MOST_SAID = 8192;
/** What a process says of itself in a field of its own is not said again. */
const OWN_FIELDS = ["process", "user", "process_id", "parent_process_name"];

/** @typedef {ReturnType<typeof createLines>} Lines */

/** What is incomplete or went wrong. @param {string} title @param {string[]} lines @param {boolean} [bad] */
export const banner = (title, lines, bad = false) => h("div", { class: `banner${bad ? " bad" : ""}`, role: bad ? "alert" : null }, icon(bad ? "error" : "warning"),
  h("div", null, h("p", null, h("strong", null, title)), lines.map((line) => h("p", null, evidence(line)))));

/** @param {App.Actions} actions @param {() => App.Zone} zone of the times that are shown */
export function createLines(actions, zone) {
  const t = en.context;

  /** @param {string} text @param {string} [look] */
  const mark = (text, look = "") => h("span", { class: `context-mark ${look}`.trim() }, text);

  /** @param {string | null} time */
  const when = (time) => (time === null ? t.noTime : h("time", null, fullTime(time, zone())));

  /** @param {{ name: string, value: string }[]} fields */
  const facts = (fields) => h("dl", { class: "context-said" }, fields.map(({ name, value }) => h("div", null, h("dt", null, name), h("dd", null, evidence(value, MOST_SAID)))));

  /** That other files hold the event, too, and which. @param {Core.Ran | Core.Happened} item */
  function files({ locator, also }) {
    if (!also) return null;
    const names = [locator, ...also.map((copy) => copy.locator)].map(({ member, source_name }) => visibleText(member ?? source_name));
    return h("span", { class: "context-mark", title: names.join("\n") }, t.files(names.length));
  }

  /** A process. @param {Core.Ran} item @param {boolean} [first] of a tree @returns {Node[]} */
  function ran(item, first = false) {
    const lived = item.ended === null ? null : took(item.time, item.ended);
    return [
      h("p", { class: "context-who" }, h("strong", null, evidence(item.process_name)), h("span", { class: "muted" }, evidence(t.pid(item.process_id))),
        first ? mark(t.thisProcess) : null,
        item.matches ? mark(t.matches, "hit") : null,
        !first && t.relation[item.relation] && item.depth === 0 ? mark(/** @type {string} */ (t.relation[item.relation])) : null,
        files(item)),
      h("p", { class: "context-what" }, evidence(item.process, MOST_SAID)),
      h("p", { class: "muted small" }, evidence(item.user), " \u00b7 ", when(item.time), lived === null ? null : ` \u00b7 ${t.ended(lived)}`),
    ];
  }

  /** What a process did. @param {Core.Happened} item @returns {Node[]} */
  const happened = (item) => [facts(item.fields), h("p", { class: "muted small" }, `EventID ${item.event_id}`, " \u00b7 ", when(item.time), " ", files(item))];

  /** A trace of a call of WMI. @param {Core.Happened} item @returns {Node[]} */
  function traced(item) {
    const type = item.fields.find(({ name }) => name === "LogonType")?.value;
    const kind = item.kind === "logon" && type !== "3" ? t.wmi.logonOther : t.wmi.kind[item.kind] ?? item.kind;
    const process = item.fields.find(({ name }) => name === "process");
    const own = item.fields.filter(({ name }) => name !== "process" && OWN_FIELDS.includes(name));
    return [
      h("p", { class: "context-who" }, h("strong", null, kind), item.same_logon ? mark(t.wmi.sameLogon, "hit") : null, files(item)),
      process ? h("p", { class: "context-what" }, evidence(process.value, MOST_SAID)) : facts(item.fields),
      h("p", { class: "muted small" }, process ? own.flatMap(({ name, value }) => [evidence(name === "process_id" ? t.pid(value || null) : value), " \u00b7 "]) : [evidence(item.provider), ` ${item.event_id} \u00b7 `], when(item.time)),
    ];
  }

  /** What shows the event itself below its line. @param {string} at @param {string} [tabindex] */
  function opener(at, tabindex = "0") {
    const place = h("div", { class: "context-event", hidden: true });
    const button = h("button", { type: "button", class: "button quiet square tiny", tabindex, title: t.open, "aria-label": t.open, "aria-expanded": "false", on: { click: () => toggle() } }, icon("file"));
    async function toggle() {
      const opens = place.hidden !== false;
      show(place, opens);
      setAttribute(button, "aria-expanded", String(opens));
      setAttribute(button, "aria-label", opens ? t.hide : t.open);
      setAttribute(button, "title", opens ? t.hide : t.open);
      if (!opens) return;
      replace(place, h("p", { class: "muted small busy" }, t.loading));
      try {
        replace(place, ...eventItself(await actions.eventAt(at)));
      } catch (error) {
        replace(place, banner(en.details.failed, [error instanceof Error ? error.message : String(error)], true));
      }
    }
    return { button, place, toggle };
  }

  /** @param {Awaited<ReturnType<App.Actions["eventAt"]>>} event */
  function eventItself(event) {
    const { member, source_name, record_id } = event.locator;
    return [
      h("div", { class: "head" },
        h("p", { class: "muted small" }, evidence(member ?? source_name), record_id === null ? null : ` \u00b7 ${en.details.locator.record} ${record_id}`),
        h("button", { type: "button", class: "button small", on: { click: () => actions.copy(event.raw, en.details.raw) } }, icon("copy"), t.copy)),
      rawEvidence(event),
    ];
  }

  /** An event of a list, which can be opened. @param {Core.Ran | Core.Happened} item @param {Core.Context} context @param {Node[]} said */
  function entry(item, context, said) {
    const { button, place } = opener(item.at);
    return h("li", { class: "context-entry" }, h("span", { class: "offset" }, later(context.process.time, item.time) ?? ""), h("div", { class: "said-of" }, said), button, place);
  }

  return { ran, happened, traced, opener, entry };
}
