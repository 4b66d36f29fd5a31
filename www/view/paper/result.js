// The result in the printed report: what was found, of how much, and what may be missing.

import { number } from "../../state/format.js";
import { noMatchKind, outcomes } from "../../state/outcome.js";
import { fullTime } from "../../state/time.js";
import { en } from "../../text/en.js";
import { h } from "../dom.js";
import { stepsOf, titleOf } from "../nomatch.js";
import { section } from "./section.js";

const t = en.paper;

/** What was found; without a row what that means, and what to do next. @param {Core.Summary} summary */
function answer(summary) {
  const kind = noMatchKind(summary);
  if (kind === null) return [h("p", { class: "paper-verdict" }, en.verdict.found(summary.verdict).join(", "))];
  return [h("p", { class: "paper-verdict" }, titleOf(kind, summary)), h("p", null, en.noMatch[kind].text), h("ul", null, stepsOf(kind, summary).map((step) => h("li", null, step)))];
}

/** @param {Core.Summary["totals"]} totals @param {number} files how many were read @param {Core.Summary} summary @param {App.State} state */
export function resultSection(totals, files, summary, { zone, phase, cancelled }) {
  const { firstTime, lastTime } = summary.verdict;
  const { shown } = outcomes(totals);
  const hidden = totals.hidden ?? 0;
  return section(t.result,
    answer(summary),
    firstTime && lastTime ? h("p", null, `${en.verdict.from} ${fullTime(firstTime, zone)} ${en.verdict.to} ${fullTime(lastTime, zone)}`) : null,
    hidden > 0 ? h("p", null, h("strong", null, t.hidden(hidden, totals.matches))) : null,
    h("p", null, [
      [totals.records, en.funnel.steps.records], [totals.process_creations, en.funnel.steps.process_creations], [totals.matches, en.funnel.steps.matches],
      [hidden, en.funnel.steps.hidden], [shown, en.funnel.steps.shown],
    ].map(([n, name]) => `${number(Number(n))} ${name}`).join(" \u2192 ")),
    phase === "reading" ? h("p", null, h("strong", null, en.say.remark.reading)) : null,
    cancelled ? h("p", null, h("strong", null, en.noMatch.cancelled)) : null,
    totals.matches > 0 && totals.incomplete > 0 ? h("p", null, h("strong", null, en.verdict.incomplete(totals.incomplete, files))) : null,
    h("p", null, en.verdict.note));
}
