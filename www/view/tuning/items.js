// A line of the tuning and a preset: each with its switch, and with how much it hides.

import { placeOf, withChange, withPreset, without } from "../../state/tuning.js";
import { visibleText } from "../../state/visible.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

const t = en.tuning;

/** @param {boolean} on */
const switched = (on) => (/** @type {Core.Tuning} */ now) => (on ? t.said.on : t.said.off)(now.hidden);

/** @param {string} id @param {boolean} on @param {string} label @param {string} says @param {(on: boolean) => void} change */
function toggle(id, on, label, says, change) {
  const box = h("input", { type: "checkbox", id, checked: on, "aria-label": label, "aria-describedby": says, on: { change: () => change(box.checked) } });
  return box;
}

/** @param {App.Actions} actions @param {Core.Tuning["entries"][number]} entry @param {number} at @param {() => void} edit */
export function entryItem(actions, entry, at, edit) {
  const label = visibleText(t.sentence(entry));
  return h("li", { class: `entry ${entry.enabled ? "" : "off"}`.trim() },
    toggle(`entry-${at}-on`, entry.enabled, t.on(label), `entry-${at}-hides`, (on) => actions.tune((file) => withChange(file, placeOf(file.entries, entry, at), { enabled: on }), switched(on))),
    h("div", { class: "entry-text" },
      h("label", { for: `entry-${at}-on`, class: "entry-line" },
        h("span", { class: `mode ${entry.mode}` }, icon(entry.mode), t.mode[entry.mode]), " ",
        h("code", null, entry.field), " ", h("span", { class: "muted" }, t.operatorShort[entry.operator] ?? entry.operator), " ",
        h("code", { class: "entry-value" }, evidence(entry.value))),
      entry.note ? h("p", { class: "muted small" }, evidence(entry.note)) : null,
      h("p", { class: "hides", id: `entry-${at}-hides`, title: t.hidesTitle(entry.hides) }, (entry.enabled ? t.hides : t.wouldHide)(entry.hides))),
    h("div", { class: "entry-tools" },
      h("button", { type: "button", class: "button quiet square tiny", id: `entry-${at}-edit`, "aria-label": `${t.edit}: ${label}`, title: t.edit, on: { click: edit } }, icon("pencil")),
      h("button", { type: "button", class: "button quiet square tiny", id: `entry-${at}-remove`, "aria-label": `${t.remove}: ${label}`, title: t.remove, on: {
        click: async () => {
          if (await actions.tune((file) => without(file, placeOf(file.entries, entry, at)), (now) => t.said.removed(now.hidden))) document.getElementById("add-entry")?.focus();
        },
      } }, icon("trash"))));
}

/** @param {App.Actions} actions @param {Core.Tuning["presets"][number]} preset */
export function presetItem(actions, { id, name, why, enabled, hides }) {
  return h("li", { class: "entry" },
    toggle(`preset-${id}`, enabled, name, `preset-${id}-hides`, (on) => actions.tune((file) => withPreset(file, id, on), switched(on))),
    h("div", { class: "entry-text" },
      h("label", { for: `preset-${id}`, class: "entry-line" }, name),
      h("p", { class: "muted small" }, why),
      h("p", { class: `hides ${hides.events === 0 ? "nil" : ""}`.trim(), id: `preset-${id}-hides`, title: t.hidesTitle(hides) }, (enabled ? t.hides : t.wouldHide)(hides))));
}
