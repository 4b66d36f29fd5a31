// The context of a row: what its process started and did, what ran beside it and in its logon, and the WMI side.
// Read again from the files when someone asks, and kept only while it is shown.

import { share } from "../state/context.js";
import { en } from "../text/en.js";
import { banner, createLines } from "./context/lines.js";
import { TABS, countsOf, createPanels } from "./context/panels.js";
import { h, replace, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";

const MINUTES = [1, 5, 15, 60];

/** @typedef {import("./context/panels.js").Tab} Tab */

/** @param {App.Actions} actions */
export function createContext(actions) {
  const t = en.context;
  const minutes = h("select", { id: "context-minutes", "aria-label": t.minutes, title: t.minutes, on: { change: () => { if (answer || busy) read(); } } },
    MINUTES.map((n) => h("option", { value: n, selected: n === 5 }, t.minute(n))));
  const go = h("button", { type: "button", class: "button small", id: "context-read", on: { click: () => read() } }, icon("search"), h("span", null, t.read));
  const words = h("span", { class: "grow muted small" });
  const bar = h("div", { class: "progress", role: "progressbar", "aria-label": t.progressLabel, "aria-valuemin": "0", "aria-valuemax": "100" }, h("div"));
  const stop = h("button", { type: "button", class: "button small", id: "context-stop", title: t.stopTitle, on: { click: () => actions.stopContext() } }, icon("close"), t.stop);
  const progress = h("div", { class: "context-progress", hidden: true }, h("div", { class: "head" }, words, stop), bar);
  const lead = h("p", { class: "muted small" }, t.lead);
  const sinceWords = h("p", null, "");
  const since = h("div", { class: "banner", id: "context-since", hidden: true }, icon("warning"), sinceWords);
  const result = h("div", { class: "context-result", id: "context-result" });
  const status = h("p", { class: "offscreen", role: "status" });
  const node = h("section", { class: "context", id: "context", "aria-labelledby": "context-title" },
    h("div", { class: "head" }, h("h3", { id: "context-title" }, t.heading), h("div", { class: "context-ask" }, minutes, go)),
    lead, progress, since, result, status);

  /** Whose context it is. @type {{ group: number, at: string } | null} */
  let of = null;
  /** @type {Core.Context | null} */
  let answer = null;
  let busy = false;
  /** How many files there are, those that were taken out among them, and how many there were when it was read. */
  let sources = { now: 0, asked: 0 };
  /** Which reading is the last that was asked for. */
  let asked = 0;
  /** @type {Tab} */
  let tab = "started";
  /** @type {App.Zone} */
  let zone = "utc";
  const panels = createPanels(createLines(actions, () => zone));

  function forget() {
    asked += 1;
    if (busy) actions.stopContext();
    busy = false;
    answer = null;
    tab = "started";
    draw();
  }

  async function read() {
    if (!of) return;
    const mine = ++asked;
    const chosen = Number(minutes.value);
    const known = sources.now;
    busy = true;
    draw();
    tell({ round: 1, bytes: 0, size: 0 });
    try {
      const got = await actions.context(of.group, of.at, chosen, (told) => { if (mine === asked) tell(told); });
      if (mine !== asked) return;
      answer = got;
      busy = false;
      sources = { ...sources, asked: known };
      draw();
      if (got) setText(status, t.done(got));
    } catch (error) {
      if (mine !== asked) return;
      busy = false;
      draw();
      replace(result, banner(t.failed, [error instanceof Error ? error.message : String(error)], true));
    }
  }

  /** @param {App.ContextProgress} told */
  function tell(told) {
    const percent = Math.floor(share(told) * 100);
    setText(words, t.progress(percent, told.round));
    setAttribute(bar, "aria-valuenow", percent);
    setVar(bar, "--share", String(share(told)));
  }

  function draw() {
    const hadFocus = (busy ? go : stop) === document.activeElement;
    show(progress, busy);
    show(lead, !busy && !answer);
    show(go, !busy);
    setText(/** @type {HTMLElement} */ (go.lastElementChild), answer ? t.again : t.read);
    node.dataset.state = busy ? "reading" : answer ? "done" : "idle";
    tellSince();
    if (answer) replace(result, content(answer));
    else replace(result);
    if (hadFocus) {
      const next = busy ? stop : answer ? result.querySelector('[role="tab"][aria-selected="true"]') : go;
      if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    }
  }

  /** Files that came later may hold what it says is not there. One that is taken out takes the details along. */
  function tellSince() {
    const added = answer ? sources.now - sources.asked : 0;
    show(since, added > 0);
    const told = added > 0 ? t.since(added) : "";
    if (told !== "" && told !== sinceWords.textContent) setText(status, told);
    setText(sinceWords, told);
  }

  /** @param {Core.Context} context */
  function content(context) {
    const counts = countsOf(context);
    const panel = h("div", { class: "context-panel", role: "tabpanel", id: "context-panel", tabindex: "-1" });
    /** @type {HTMLButtonElement[]} */
    const tabs = TABS.map((name) => h("button", {
      type: "button", role: "tab", id: `context-tab-${name}`, "aria-controls": "context-panel",
      on: { click: () => choose(name), keydown: (/** @type {KeyboardEvent} */ event) => step(event, name) },
    }, t.tab[name], h("span", { class: "count" }, counts[name])));
    /** @param {Tab} name */
    function choose(name) {
      tab = name;
      TABS.forEach((other, index) => {
        const one = /** @type {HTMLButtonElement} */ (tabs[index]);
        setAttribute(one, "aria-selected", String(other === name));
        setAttribute(one, "tabindex", other === name ? "0" : "-1");
      });
      setAttribute(panel, "aria-labelledby", `context-tab-${name}`);
      replace(panel, panels[name](context));
    }
    /** @param {KeyboardEvent} event @param {Tab} from */
    function step(event, from) {
      const at = TABS.indexOf(from);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const name = /** @type {Tab} */ (TABS[(to + TABS.length) % TABS.length]);
      choose(name);
      tabs[TABS.indexOf(name)]?.focus();
    }
    choose(tab);
    return [
      context.stopped ? banner(t.partial, context.problems) : context.problems.length > 0 ? banner(t.incomplete, context.problems) : null,
      h("div", { class: "tabs", role: "tablist", "aria-label": t.tabs }, tabs), panel,
    ];
  }

  return {
    node,
    /** @param {App.State} state */
    update({ details, zone: now, files: { length } }) {
      const moved = details?.group !== of?.group || details?.at !== of?.at;
      const turned = now !== zone;
      const added = length !== sources.now;
      zone = now;
      sources = { ...sources, now: length };
      if (moved) {
        of = details ? { group: details.group, at: details.at } : null;
        forget();
      } else if (turned && answer) draw();
      else if (added) tellSince();
    },
  };
}
