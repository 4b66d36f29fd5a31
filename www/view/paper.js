// The report on paper: built from the JSON export when it is printed, and gone afterwards.

import { number } from "../state/format.js";
import { noMatchKind, outcomes } from "../state/outcome.js";
import { areTurnedBetween, fullTime, offsetAt, offsetLabel, wholeSeconds } from "../state/time.js";
import { en } from "../text/en.js";
import { evidence, evidenceLines } from "./evidence.js";
import { h, replace } from "./dom.js";
import { stepsOf, titleOf } from "./nomatch.js";

/** A printer is no place for more; the other forms hold all. */
const MOST_ROWS = 2000;
/** Events of a row whose places are printed. */
const MOST_EVENTS = 10;
/** A command line of more characters takes much of a page. */
const LONG = 1000;
/** The rule's columns that fit a page beside each other; the command line stands below them, over the whole width, and the others under it. */
const HEAD = ["firstTime", "dest", "user", "process_name", "count", "lastTime"];

/** How much of a file was read, in the words of the list of files. @param {Core.Source} source */
function readingOf({ complete, records, problems }) {
  const t = en.paper.read;
  if (!complete) return t.part;
  if (!problems.some(({ severity }) => severity === "error")) return t.whole;
  return records === 0 ? t.failed : t.errors;
}

/** @param {{ version: string, build: string }} tool */
export function createPaper(tool) {
  const t = en.paper;
  const node = h("div", { class: "paper", id: "paper", "aria-hidden": "true" });

  /** @param {string} title @param {...(Node | Node[] | string | null)} content */
  const section = (title, ...content) => h("section", null, h("h2", null, title), content.flat());

  /** @param {string[]} head @param {(Node | string)[][]} rows @param {string} [className] */
  const table = (head, rows, className = "") => h("table", { class: className },
    h("thead", null, h("tr", null, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, rows.map((cells) => h("tr", null, cells.map((cell) => h("td", null, cell))))));

  /** What was found; without a row what that means, and what to do next. @param {Core.Summary} summary */
  function answer(summary) {
    const kind = noMatchKind(summary);
    if (kind === null) return [h("p", { class: "paper-verdict" }, en.verdict.found(summary.verdict).join(", "))];
    return [h("p", { class: "paper-verdict" }, titleOf(kind, summary)), h("p", null, en.noMatch[kind].text), h("ul", null, stepsOf(kind, summary).map((step) => h("li", null, step)))];
  }

  /** Where the events of a row lie. @param {Core.WithEvidence} row @param {Core.Source[]} sources */
  function places({ evidence: events = [], count }, sources) {
    const more = count - Math.min(events.length, MOST_EVENTS);
    return h("div", { class: "paper-minor" }, `${t.evidence}: `,
      events.slice(0, MOST_EVENTS).flatMap(({ source, member, record_id, offset, length }, nth) => [
        nth > 0 ? "; " : "", evidence(sources[source]?.name ?? ""), ...(member ? [" \u00b7 ", evidence(member)] : []),
        t.place(record_id, offset, length)]),
      more > 0 ? t.more(more) : "");
  }

  /** @param {any} report what the JSON export holds @param {App.State} state */
  function fill(report, state) {
    const { zone, summary, defang } = state;
    /** @type {string} */
    const note = report.note;
    if (!summary) return;
    const last = summary.verdict.lastTime;
    const { verdict } = summary;
    /** @type {Core.Summary["totals"]} */
    const totals = report.totals;
    const { shown } = outcomes(totals);
    const hidden = totals.hidden ?? 0;
    /** @type {(Core.Row & Core.WithEvidence)[]} */
    const groups = report.groups ?? [];
    const said = state.hints.filter(({ id }) => groups.some(({ hints = [] }) => hints.includes(id)));
    // Then each says its own offset.
    const mixed = areTurnedBetween(groups.flatMap((row) => [row.firstTime, row.lastTime]), zone);
    const zoneName = zone === "utc" ? "UTC" : mixed ? t.zoneMixed : offsetLabel(offsetAt(last));
    /** @param {string | null} iso */
    const time = (iso) => (iso === null ? en.table.noTime
      : [...wholeSeconds(iso, zone).split("T"), ...(mixed ? [offsetLabel(offsetAt(iso))] : [])].join("\n"));
    /** @type {Pick<Core.Tuning, "entries" | "presets">} */
    const tuning = report.tuning;
    const lines = tuning.entries.filter(({ enabled }) => enabled);
    const presets = tuning.presets.filter(({ enabled }) => enabled);
    /** @type {Core.Source[]} */
    const sources = report.sources.filter((/** @type {Core.Source} */ { removed }) => !removed);
    replace(node,
      h("header", null,
        h("h1", null, t.title),
        h("p", null, t.rule(summary.rule)),
        h("p", null, [t.made(`${tool.version} (${tool.build})`, report.made), t.zone(zoneName), defang ? t.defanged : ""].filter(Boolean).join(" \u00b7 "))),
      note ? section(t.note, h("p", { class: "paper-note" }, evidenceLines(note))) : "",
      section(t.result,
        answer(summary),
        verdict.firstTime && last ? h("p", null, `${en.verdict.from} ${fullTime(verdict.firstTime, zone)} ${en.verdict.to} ${fullTime(last, zone)}`) : null,
        hidden > 0 ? h("p", null, h("strong", null, t.hidden(hidden, totals.matches))) : null,
        h("p", null, [
          [totals.records, en.funnel.steps.records], [totals.process_creations, en.funnel.steps.process_creations], [totals.matches, en.funnel.steps.matches],
          [hidden, en.funnel.steps.hidden], [shown, en.funnel.steps.shown],
        ].map(([n, name]) => `${number(Number(n))} ${name}`).join(" \u2192 ")),
        state.phase === "reading" ? h("p", null, h("strong", null, en.say.remark.reading)) : null,
        state.cancelled ? h("p", null, h("strong", null, en.noMatch.cancelled)) : null,
        totals.matches > 0 && totals.incomplete > 0 ? h("p", null, h("strong", null, en.verdict.incomplete(totals.incomplete, sources.length))) : null,
        h("p", null, en.verdict.note)),
      section(t.rows,
        groups.length > MOST_ROWS ? h("p", null, t.cut(MOST_ROWS, groups.length)) : null,
        h("table", { class: "paper-rows" },
          h("thead", null, h("tr", null, HEAD.map((name) => h("th", { scope: "col" }, name))), h("tr", null, h("th", { scope: "col", colspan: HEAD.length }, "process"))),
          groups.slice(0, MOST_ROWS).map((row) => h("tbody", null,
            h("tr", null, [time(row.firstTime), evidence(row.dest), evidence(row.user), evidence(row.process_name), number(row.count), time(row.lastTime)].map((cell) => h("td", null, cell))),
            h("tr", { class: row.process.length > LONG ? "paper-long" : "" }, h("td", { colspan: HEAD.length },
              h("code", null, evidence(row.process)),
              h("div", { class: "paper-minor" }, "process_id ", evidence(row.process_id), " \u00b7 parent_process_id ", evidence(row.parent_process_id), " \u00b7 parent_process ", evidence(row.parent_process)),
              (row.hints ?? []).length > 0 ? h("div", { class: "paper-minor" }, `${en.hints.column}: ${row.hints.map((id) => state.hints.find((hint) => hint.id === id)?.label ?? id).join(", ")}`) : null,
              places(row, sources))))))),
      said.length > 0 ? section(en.hints.heading, h("ul", null, said.map(({ label, why }) => h("li", null, h("strong", null, label), `: ${why}`)))) : "",
      section(t.tuning, lines.length + presets.length === 0 ? h("p", null, t.noTuning) : h("ul", null,
        lines.map((entry) => h("li", null, `${en.tuning.mode[entry.mode]} `, h("code", null, entry.field), ` ${en.tuning.operatorShort[entry.operator] ?? entry.operator} `, h("code", null, evidence(entry.value)),
          ` (${en.tuning.hides(entry.hides)})`, entry.note ? [": ", evidence(entry.note)] : "")),
        presets.map((preset) => h("li", null, `${preset.name} (${en.tuning.hides(preset.hides)})`)))),
      section(t.files, table(t.fileHead, sources.map((source) => [
        evidence(source.name), readingOf(source), number(source.bytes), number(source.records), number(source.matches), source.sha256 ? h("code", null, source.sha256) : t.noHash,
      ]), "paper-files")),
      sources.some(({ problems }) => problems.length > 0) ? section(t.problems, h("ul", null, sources.flatMap((source) => source.problems.map((problem) => h("li", null,
        `${en.severity[problem.severity] ?? problem.severity}: `, evidence(source.name), `: `, problem.where ? [evidence(problem.where), ": "] : "", evidence(problem.message), problem.count > 1 ? ` ${en.problem.times(problem.count)}` : "", ` ${problem.next}`))))) : "",
      section(t.limits, h("ul", null, summary.rule.limits.map((limit) => h("li", null, limit)))));
  }

  return {
    node,
    /** @param {any} report @param {App.State} state */
    print(report, state) {
      fill(report, state);
      document.documentElement.classList.add("printing");
      const over = () => {
        document.documentElement.classList.remove("printing");
        replace(node);
        removeEventListener("afterprint", over);
      };
      addEventListener("afterprint", over);
      window.print();
    },
  };
}
