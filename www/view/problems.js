// Problems, at the file they belong to: what, where, why, what next.

import { problemKinds } from "../state/problems.js";
import { en } from "../text/en.js";
import { evidence } from "./evidence.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const ICON = /** @type {Record<string, "error" | "warning" | "info">} */ ({ error: "error", warning: "warning", info: "info" });
/** Places listed; the export has all that were kept. */
const MOST_PLACES = 100;

/** @param {ReturnType<typeof problemKinds>[number]} problem */
function problemItem(problem) {
  const severity = ICON[problem.severity] ? problem.severity : "warning";
  const [first, ...others] = problem.places;
  return h("li", { class: `problem ${severity}`, "data-code": problem.code },
    h("span", { class: "severity" }, icon(ICON[severity] ?? "warning"), en.severity[severity] ?? problem.severity),
    h("div", { class: "problem-text" },
      h("p", null, evidence(problem.message), problem.count > 1 ? h("span", { class: "times" }, ` ${en.problem.times(problem.count)}`) : null),
      h("dl", { class: "inline" },
        first ? h("div", null, h("dt", null, en.problem.where), h("dd", null, evidence(first),
          others.length > 0 ? h("details", { class: "places" },
            h("summary", null, icon("right", "turn"), en.problem.places(others.length)),
            h("ul", null, others.slice(0, MOST_PLACES).map((place) => h("li", null, evidence(place))),
              others.length > MOST_PLACES ? h("li", null, en.problem.morePlaces(others.length - MOST_PLACES)) : null)) : null)) : null,
        problem.next ? h("div", null, h("dt", null, en.problem.next), h("dd", null, problem.next)) : null)));
}

/** @param {Core.Problem[]} problems */
export function problemList(problems) {
  return h("ul", { class: "problems" }, problemKinds(problems).map(problemItem));
}
