// Problems, at the file they belong to: what, where, why, what next.

import { number } from "../state/format.js";
import { en } from "../text/en.js";
import { evidence } from "./evidence.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const ICON = /** @type {Record<string, "error" | "warning" | "info">} */ ({ error: "error", warning: "warning", info: "info" });

/** @param {Core.Problem} problem */
export function problemItem(problem) {
  const severity = ICON[problem.severity] ? problem.severity : "warning";
  return h("li", { class: `problem ${severity}`, "data-code": problem.code },
    h("span", { class: "severity" }, icon(ICON[severity] ?? "warning"), en.severity[severity] ?? problem.severity),
    h("div", { class: "problem-text" },
      h("p", null, evidence(problem.message), problem.count > 1 ? h("span", { class: "times" }, ` ${en.problem.times(problem.count)}`) : null),
      h("dl", { class: "inline" },
        problem.where ? h("div", null, h("dt", null, en.problem.where), h("dd", null, evidence(problem.where))) : null,
        problem.next ? h("div", null, h("dt", null, en.problem.next), h("dd", null, problem.next)) : null,
        problem.count > 1 ? h("div", { class: "offscreen" }, number(problem.count)) : null)));
}

/** @param {Core.Problem[]} problems */
export function problemList(problems) {
  return h("ul", { class: "problems" }, problems.map(problemItem));
}
