// The files in the printed report: how much of each was read, and what went wrong.

import { number } from "../../state/format.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h } from "../dom.js";
import { section } from "./section.js";

const t = en.paper;

/** @param {string[]} head @param {(Node | string)[][]} rows @param {string} [className] */
const table = (head, rows, className = "") => h("table", { class: className },
  h("thead", null, h("tr", null, head.map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", null, rows.map((cells) => h("tr", null, cells.map((cell) => h("td", null, cell))))));

/** How much of a file was read, in the words of the list of files. @param {Core.Source} source */
function readingOf({ complete, records, problems }) {
  if (!complete) return t.read.part;
  if (!problems.some(({ severity }) => severity === "error")) return t.read.whole;
  return records === 0 ? t.read.failed : t.read.errors;
}

/** @param {Core.Source[]} sources */
export const filesSection = (sources) => section(t.files, table(t.fileHead, sources.map((source) => [
  evidence(source.name), readingOf(source), number(source.bytes), number(source.records), number(source.matches), source.sha256 ? h("code", null, source.sha256) : t.noHash,
]), "paper-files"));

/** @param {Core.Source[]} sources */
export const problemsSection = (sources) => (sources.some(({ problems }) => problems.length > 0)
  ? section(t.problems, h("ul", null, sources.flatMap((source) => source.problems.map((problem) => h("li", null,
    `${en.severity[problem.severity] ?? problem.severity}: `, evidence(source.name), `: `, problem.where ? [evidence(problem.where), ": "] : "", evidence(problem.message), problem.count > 1 ? ` ${en.problem.times(problem.count)}` : "", ` ${problem.next}`)))))
  : "");
