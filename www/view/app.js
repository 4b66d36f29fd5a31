// The page as a whole: its regions and their order.

import { present } from "../state/files.js";
import { totalProgress } from "../state/progress.js";
import { en } from "../text/en.js";
import { h, replace, show } from "./dom.js";
import { createAgain } from "./again.js";
import { createBanner } from "./banner.js";
import { createColumns } from "./columns.js";
import { createDetails } from "./details.js";
import { createFiles } from "./files.js";
import { createFunnel } from "./funnel.js";
import { createHeader } from "./header.js";
import { createIncoming } from "./incoming.js";
import { createKeys } from "./keys.js";
import { createMenu } from "./menu.js";
import { createNoMatch } from "./nomatch.js";
import { createFatal, createStatus, createToast, createVeil } from "./notices.js";
import { createPaper } from "./paper.js";
import { createReport } from "./report.js";
import { createRule } from "./rule.js";
import { createTable } from "./table.js";
import { createTimeline } from "./timeline.js";
import { createTuning } from "./tuning.js";
import { createVerdict } from "./verdict.js";
import { createWelcome } from "./welcome.js";

/**
 * @param {HTMLElement} root
 * @param {App.Actions} actions
 * @param {{ version: string, build: string }} tool
 */
export function createApp(root, actions, tool) {
  const files = h("input", { type: "file", id: "file-input", multiple: true, class: "offscreen", tabindex: "-1", "aria-hidden": "true" });
  const folder = h("input", { type: "file", id: "folder-input", webkitdirectory: true, multiple: true, class: "offscreen", tabindex: "-1", "aria-hidden": "true" });
  const again = createAgain(actions);
  const header = createHeader(actions, () => again.open());
  const rule = createRule(actions);
  const welcome = createWelcome(actions, rule.node);
  const verdict = createVerdict(actions);
  const funnel = createFunnel(actions);
  const filesRegion = createFiles(actions);
  const banner = createBanner(actions);
  const noMatch = createNoMatch(actions);
  const menu = createMenu();
  const columns = createColumns(actions);
  const timeline = createTimeline(actions);
  const table = createTable(actions, menu, () => columns.open());
  const details = createDetails(actions, menu);
  const tuning = createTuning(actions);
  const report = createReport(actions);
  const incoming = createIncoming(actions);
  const keys = createKeys();
  const paper = createPaper(tool);
  const status = createStatus();
  const toast = createToast(actions);
  const veil = createVeil();
  const fatal = createFatal();
  const ruleSlot = h("div", { class: "rule-slot" });
  const save = h("button", { type: "button", class: "button link", id: "save-page-foot", on: { click: () => actions.savePage() } }, en.welcome.save);
  const footer = h("footer", { class: "foot" },
    h("span", { title: en.footer.buildTitle }, en.footer.version(tool.version, tool.build)),
    h("span", { class: "grow" }),
    save);
  const results = h("main", { class: "results", id: "results", hidden: true },
    h("div", { class: "results-main" }, h("p", { class: "screen-note" }, en.paper.screenNote), verdict.node, banner.node, noMatch.node, funnel.node, filesRegion.node, timeline.node, table.node, ruleSlot), details.node, tuning.node, menu.node);
  const dialogs = [keys, report.dialog, columns.dialog, incoming.dialog, again.dialog];

  replace(root, header.node, status.node, welcome.node, fatal.node, results, footer, toast.node, veil.node, dialogs.map(({ node }) => node), paper.node, files, folder);
  const regions = [header, rule, welcome, verdict, banner, funnel, filesRegion, noMatch, timeline, table, details, tuning, report, columns, incoming, status, toast, veil, fatal];

  const covers = matchMedia("(max-width: 1080px)");
  let scrolled = 0;
  /** @type {App.State} */
  let shown;

  return {
    actions, files, folder, table, timeline, details, tuning, banner, keys, again,
    report: { open() { report.open(); report.update(shown); } },
    dialogOpen: () => dialogs.some(({ node }) => node.open),
    /** @param {unknown} content the JSON export @param {App.State} state */
    print: (content, state) => paper.print(content, state),
    focusVerdict() {
      const target = document.querySelector("#verdict:not([hidden]), #no-match:not([hidden]) h2");
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    },
    /** Only how far reading has come. @param {App.State} state */
    progress: (state) => filesRegion.update(state),
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const page = document.documentElement;
      page.dataset.phase = state.phase;
      page.dataset.hash = state.files.some((file) => file.hash === "pending") ? "pending" : state.files.some((file) => file.hash === "done") ? "done" : "none";
      page.dataset.derived = state.derived === state.revision ? "done" : "pending";
      shown = state;
      const opens = state.panel !== null && !before?.panel;
      const closes = state.panel === null && !!before?.panel;
      if (opens) scrolled = scrollY;
      page.classList.toggle("details-open", state.panel !== null && state.phase !== "empty");
      show(save, state.phase !== "empty");
      show(results, state.phase !== "empty" && state.fatal === null);
      if (state.phase !== "empty" && rule.node.parentNode !== ruleSlot) ruleSlot.append(rule.node);
      const left = [banner, noMatch].find(({ node }) => node.contains(document.activeElement));
      for (const region of regions) region.update(state, before);
      // Nothing is hidden any more: the rows that came back take over the focus of what said so.
      if (left?.node.hidden) actions.focusGrid();
      // Where the details cover the page, they begin at their top, and the page is found again as it was left.
      if (covers.matches && opens) scrollTo(0, 0);
      if (covers.matches && closes) scrollTo(0, scrolled);
      const percent = () => Math.floor(totalProgress(present(state.files), null, 0).share * 100);
      const title = state.phase === "empty" ? en.title.empty : state.phase === "reading" ? en.title.reading(percent()) : en.title.done(state.summary);
      if (document.title !== title) document.title = title;
    },
  };
}
