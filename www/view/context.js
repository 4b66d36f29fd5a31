// The context of a row: what its process started and did, what ran beside it and in its logon, and the WMI side.
// Read again from the files when someone asks, and kept only while it is shown.

import { en } from "../text/en.js";
import { banner, createLines } from "./context/lines.js";
import { createProgress } from "./context/progress.js";
import { createSince } from "./context/since.js";
import { createTabs } from "./context/tabs.js";
import { h, replace, setText, show } from "./dom.js";
import { icon } from "./icons.js";

const MINUTES = [1, 5, 15, 60];

/** What it lacks, if anything. @param {Core.Context} context */
function lacks({ stopped, problems }) {
  const t = en.context;
  return stopped ? banner(t.partial, problems) : problems.length > 0 ? banner(t.incomplete, problems) : null;
}

/** @param {App.Actions} actions */
export function createContext(actions) {
  const t = en.context;
  const minutes = h("select", { id: "context-minutes", "aria-label": t.minutes, title: t.minutes, on: { change: () => { if (answer || busy) read(); } } },
    MINUTES.map((n) => h("option", { value: n, selected: n === 5 }, t.minute(n))));
  const go = h("button", { type: "button", class: "button small", id: "context-read", on: { click: () => read() } }, icon("search"), h("span", null, t.read));
  const progress = createProgress(actions);
  const lead = h("p", { class: "muted small" }, t.lead);
  const status = h("p", { class: "offscreen", role: "status" });
  const since = createSince(status);
  const result = h("div", { class: "context-result", id: "context-result" });
  const node = h("section", { class: "context", id: "context", "aria-labelledby": "context-title" },
    h("div", { class: "head" }, h("h3", { id: "context-title" }, t.heading), h("div", { class: "context-ask" }, minutes, go)),
    lead, progress.node, since.node, result, status);

  /** Whose context it is. @type {{ group: number, at: string } | null} */
  let of = null;
  /** @type {Core.Context | null} */
  let answer = null;
  let busy = false;
  /** Which reading is the last that was asked for. */
  let asked = 0;
  /** @type {App.Zone} */
  let zone = "utc";
  const tabs = createTabs(createLines(actions, () => zone));

  function forget() {
    asked += 1;
    if (busy) actions.stopContext();
    busy = false;
    answer = null;
    tabs.reset();
    draw();
  }

  async function read() {
    if (!of) return;
    const mine = ++asked;
    const chosen = Number(minutes.value);
    const known = since.files;
    busy = true;
    draw();
    progress.tell({ round: 1, bytes: 0, size: 0 });
    try {
      const got = await actions.context(of.group, of.at, chosen, (told) => { if (mine === asked) progress.tell(told); });
      if (mine !== asked) return;
      answer = got;
      busy = false;
      since.read(known);
      draw();
      if (got) setText(status, t.done(got));
    } catch (error) {
      if (mine !== asked) return;
      busy = false;
      draw();
      replace(result, banner(t.failed, [error instanceof Error ? error.message : String(error)], true));
    }
  }

  function draw() {
    const hadFocus = (busy ? go : progress.stop) === document.activeElement;
    show(progress.node, busy);
    show(lead, !busy && !answer);
    show(go, !busy);
    setText(/** @type {HTMLElement} */ (go.lastElementChild), answer ? t.again : t.read);
    node.dataset.state = busy ? "reading" : answer ? "done" : "idle";
    since.tell(answer !== null);
    if (answer) replace(result, lacks(answer), tabs.draw(answer));
    else replace(result);
    if (hadFocus) {
      const next = busy ? progress.stop : answer ? result.querySelector('[role="tab"][aria-selected="true"]') : go;
      if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    }
  }

  return {
    node,
    /** @param {App.State} state */
    update({ details, zone: now, files: { length } }) {
      const moved = details?.group !== of?.group || details?.at !== of?.at;
      const turned = now !== zone;
      const added = since.count(length);
      zone = now;
      if (moved) {
        of = details ? { group: details.group, at: details.at } : null;
        forget();
      } else if (turned && answer) draw();
      else if (added) since.tell(answer !== null);
    },
  };
}
