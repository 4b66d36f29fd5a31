// What is hidden, in the printed report: the lines and presets of the tuning that are on.

import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h } from "../dom.js";
import { section } from "./section.js";

const t = en.paper;

/** @param {Pick<Core.Tuning, "entries" | "presets">} tuning */
export function tuningSection(tuning) {
  const lines = tuning.entries.filter(({ enabled }) => enabled);
  const presets = tuning.presets.filter(({ enabled }) => enabled);
  return section(t.tuning, lines.length + presets.length === 0 ? h("p", null, t.noTuning) : h("ul", null,
    lines.map((entry) => h("li", null, `${en.tuning.mode[entry.mode]} `, h("code", null, entry.field), ` ${en.tuning.operatorShort[entry.operator] ?? entry.operator} `, h("code", null, evidence(entry.value)),
      ` (${en.tuning.hides(entry.hides)})`, entry.note ? [": ", evidence(entry.note)] : "")),
    presets.map((preset) => h("li", null, `${preset.name} (${en.tuning.hides(preset.hides)})`))));
}
