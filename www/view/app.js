// The page as a whole: its regions and their order.

import { en } from "../text/en.js";
import { h, replace, show } from "./dom.js";
import { createDetails } from "./details.js";
import { createFiles } from "./files.js";
import { createFunnel } from "./funnel.js";
import { createHeader } from "./header.js";
import { createKeys } from "./keys.js";
import { createNoMatch } from "./nomatch.js";
import { createFatal, createStatus, createToast, createVeil } from "./notices.js";
import { createRule } from "./rule.js";
import { createTable } from "./table.js";
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
  const header = createHeader(actions);
  const rule = createRule(actions);
  const welcome = createWelcome(actions, rule.node);
  const verdict = createVerdict(actions);
  const funnel = createFunnel(actions);
  const filesRegion = createFiles(actions);
  const noMatch = createNoMatch();
  const table = createTable(actions);
  const details = createDetails(actions);
  const keys = createKeys();
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
    h("div", { class: "results-main" }, verdict.node, noMatch.node, funnel.node, filesRegion.node, table.node, ruleSlot), details.node);

  replace(root, header.node, status.node, welcome.node, fatal.node, results, footer, toast.node, veil.node, keys.node, files, folder);
  const regions = [header, rule, welcome, verdict, funnel, filesRegion, noMatch, table, details, status, toast, veil, fatal];

  const covers = matchMedia("(max-width: 1080px)");
  let scrolled = 0;

  return {
    files, folder, table, details, keys,
    focusVerdict() {
      const target = document.querySelector("#verdict:not([hidden]), #no-match:not([hidden]) h2");
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    },
    /** @param {App.State} state @param {App.State | null} before */
    update(state, before) {
      const page = document.documentElement;
      page.dataset.phase = state.phase;
      page.dataset.hash = state.files.some((file) => file.hash === "pending") ? "pending" : state.files.some((file) => file.hash === "done") ? "done" : "none";
      const opens = state.details !== null && !before?.details;
      const closes = state.details === null && !!before?.details;
      if (opens) scrolled = scrollY;
      page.classList.toggle("details-open", state.details !== null);
      show(save, state.phase !== "empty");
      show(results, state.phase !== "empty" && state.fatal === null);
      if (state.phase !== "empty" && rule.node.parentNode !== ruleSlot) ruleSlot.append(rule.node);
      for (const region of regions) region.update(state, before);
      // Where the details cover the page, they begin at their top, and the page is found again as it was left.
      if (covers.matches && opens) scrollTo(0, 0);
      if (covers.matches && closes) scrollTo(0, scrolled);
      const percent = () => {
        const size = state.files.reduce((sum, file) => sum + file.size, 0);
        const read = state.files.reduce((sum, file) => sum + Math.min(file.bytes, file.size), 0);
        return size === 0 ? 0 : Math.floor((read / size) * 100);
      };
      const title = state.phase === "empty" ? en.title.empty : state.phase === "reading" ? en.title.reading(percent()) : en.title.done(state.summary?.totals.groups ?? 0);
      if (document.title !== title) document.title = title;
    },
  };
}
