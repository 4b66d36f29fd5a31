// The context of a row: what its process started and did, what ran beside it and in its logon, and the WMI side.
// Read again from the files when someone asks, and kept only while it is shown.

import { branches, deeds, later, share, took } from "../state/context.js";
import { number } from "../state/format.js";
import { fullTime } from "../state/time.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { evidence, rawEvidence } from "./evidence.js";
import { h, replace, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";

const MINUTES = [1, 5, 15, 60];
const TABS = /** @type {const} */ (["started", "beside", "logon", "did", "wmi"]);
/** Deeper, a line would only move to the right. */
const DEEPEST = 10;
/** Characters of a value in a list, which may have a thousand lines; the event itself shows more. */
const MOST_SAID = 8192;
/** What a process says of itself in a field of its own is not said again. */
const OWN_FIELDS = ["process", "user", "process_id", "parent_process_name"];

/** @typedef {typeof TABS[number]} Tab */

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

  /** @param {string} title @param {string[]} lines @param {boolean} [bad] */
  const banner = (title, lines, bad = false) => h("div", { class: `banner${bad ? " bad" : ""}`, role: bad ? "alert" : null }, icon(bad ? "error" : "warning"),
    h("div", null, h("p", null, h("strong", null, title)), lines.map((line) => h("p", null, evidence(line)))));

  /** @param {Core.Context} context */
  function content(context) {
    const counts = { started: sum(context.tree, 1), beside: sum(context.beside), logon: sum(context.logon), did: deedCount(context), wmi: sum(context.wmi) };
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
      replace(panel, PANELS[name](context));
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

  const sum = t.all;

  /** @param {Core.Context} context */
  function deedCount({ did }) {
    const all = did.reduce((count, { list }) => count + (list.count ?? list.items.length), 0);
    return did.some(({ list }) => list.count === null) ? t.more(all) : number(all);
  }

  /** @param {string} text */
  const note = (text) => h("p", { class: "muted small" }, text);

  /** @type {Record<Tab, (context: Core.Context) => (Node | null)[]>} */
  const PANELS = {
    started: (context) => [
      context.linked_by === "pid" ? note(t.byPid) : null,
      context.linked_by === "nothing" ? note(t.started.unknown) : null,
      context.tree.items.length > 0 ? tree(context.tree.items) : null,
      context.tree.items.length === 1 && context.linked_by !== "nothing" ? note(t.started.none(context.complete)) : null,
      context.tree.count === null ? note(t.started.cut(context.tree.items.length)) : null,
      places(context.tree),
    ],
    beside: (context) => [
      processes(context, context.beside),
      context.beside.items.length > 0 ? null : note(context.process.time === null ? t.beside.noTime : t.beside.none(context.complete, context.minutes)),
    ],
    logon: (context) => [
      processes(context, context.logon),
      context.logon.items.length > 0 ? null : note(context.logon_by === "service" ? t.logon.service : context.logon_by === "unknown" ? t.logon.unknown : t.logon.none(context.complete)),
    ],
    did(context) {
      const { done, others, silent } = deeds(context.did);
      return [
        ...done.map(({ kind, ids, list }) => h("div", null,
          h("h4", null, t.did.title(kind, ids), " ", h("span", { class: "count" }, sum(list))),
          h("ul", { class: "context-list" }, list.items.map((item) => entry(item, context, happened(item)))),
          list.count === list.items.length ? null : note(t.first(list.items.length, list.count)), places(list))),
        done.length === 0 ? note(t.did.nothing(context.complete)) : null,
        others.length > 0 ? note(t.did.others(others)) : null,
        silent.length > 0 ? note(t.did.silent(context.complete, silent)) : null,
      ];
    },
    wmi: (context) => [
      context.wmi.items.length > 0 ? h("ul", { class: "context-list" }, context.wmi.items.map((item) => entry(item, context, traced(item)))) : note(t.wmi.none(context.complete, context.minutes)),
      places(context.wmi),
      context.wmi.count === context.wmi.items.length ? null : note(t.nearest(context.wmi.items.length, context.wmi.count)),
      context.logons_logged === 0 ? note(t.wmi.noLogons(context.complete)) : null,
      context.sysmon.some(([id]) => id === 3) ? null : note(t.wmi.noNetwork(context.complete)),
      h("p", { class: "context-look" }, icon("info"), h("span", null, t.wmi.look)),
    ],
  };

  /** @param {Core.Context} context @param {Core.List<Core.Ran>} list */
  const processes = (context, list) => (list.items.length === 0 ? null : h("div", null,
    h("ul", { class: "context-list" }, list.items.map((item) => entry(item, context, ran(item)))),
    list.count === list.items.length ? null : note(t.nearest(list.items.length, list.count)), places(list)));

  /** @param {string} text @param {string} [look] */
  const mark = (text, look = "") => h("span", { class: `context-mark ${look}`.trim() }, text);

  /** That other files hold the event, too, and which. @param {Core.Ran | Core.Happened} item */
  function files({ locator, also }) {
    if (!also) return null;
    const names = [locator, ...also.map((copy) => copy.locator)].map(({ member, source_name }) => visibleText(member ?? source_name));
    return h("span", { class: "context-mark", title: names.join("\n") }, t.files(names.length));
  }

  /** Where a list holds copies. @param {Core.List<Core.Ran | Core.Happened>} list */
  const places = ({ items, places }) => (places !== null && items.some(({ also }) => also) ? note(t.places(places)) : null);

  /** @param {Core.Ran} item @param {boolean} [first] of a tree @returns {Node[]} */
  function ran(item, first = false) {
    const lived = item.ended === null ? null : took(item.time, item.ended);
    return [
      h("p", { class: "context-who" }, h("strong", null, evidence(item.process_name)), h("span", { class: "muted" }, evidence(t.pid(item.process_id))),
        first ? mark(t.thisProcess) : null,
        item.matches ? mark(t.matches, "hit") : null,
        !first && t.relation[item.relation] && item.depth === 0 ? mark(/** @type {string} */ (t.relation[item.relation])) : null,
        files(item)),
      h("p", { class: "context-what" }, evidence(item.process, MOST_SAID)),
      h("p", { class: "muted small" }, evidence(item.user), " \u00b7 ", when(item.time), lived === null ? null : ` \u00b7 ${t.ended(lived)}`),
    ];
  }

  /** @param {string | null} time */
  const when = (time) => (time === null ? t.noTime : h("time", null, fullTime(time, zone)));

  /** @param {{ name: string, value: string }[]} fields */
  const facts = (fields) => h("dl", { class: "context-said" }, fields.map(({ name, value }) => h("div", null, h("dt", null, name), h("dd", null, evidence(value, MOST_SAID)))));

  /** @param {Core.Happened} item @returns {Node[]} */
  const happened = (item) => [facts(item.fields), h("p", { class: "muted small" }, `EventID ${item.event_id}`, " \u00b7 ", when(item.time), " ", files(item))];

  /** @param {Core.Happened} item @returns {Node[]} */
  function traced(item) {
    const type = item.fields.find(({ name }) => name === "LogonType")?.value;
    const kind = item.kind === "logon" && type !== "3" ? t.wmi.logonOther : t.wmi.kind[item.kind] ?? item.kind;
    const process = item.fields.find(({ name }) => name === "process");
    const own = item.fields.filter(({ name }) => name !== "process" && OWN_FIELDS.includes(name));
    return [
      h("p", { class: "context-who" }, h("strong", null, kind), item.same_logon ? mark(t.wmi.sameLogon, "hit") : null, files(item)),
      process ? h("p", { class: "context-what" }, evidence(process.value, MOST_SAID)) : facts(item.fields),
      h("p", { class: "muted small" }, process ? own.flatMap(({ name, value }) => [evidence(name === "process_id" ? t.pid(value || null) : value), " \u00b7 "]) : [evidence(item.provider), ` ${item.event_id} \u00b7 `], when(item.time)),
    ];
  }

  /** An event of a list, which can be opened. @param {Core.Ran | Core.Happened} item @param {Core.Context} context @param {Node[]} said */
  function entry(item, context, said) {
    const { button, place } = opener(item.at);
    return h("li", { class: "context-entry" }, h("span", { class: "offset" }, later(context.process.time, item.time) ?? ""), h("div", { class: "said-of" }, said), button, place);
  }

  /** What shows the event itself below its line. @param {string} at @param {string} [tabindex] */
  function opener(at, tabindex = "0") {
    const place = h("div", { class: "context-event", hidden: true });
    const button = h("button", { type: "button", class: "button quiet square tiny", tabindex, title: t.open, "aria-label": t.open, "aria-expanded": "false", on: { click: () => toggle() } }, icon("file"));
    async function toggle() {
      const opens = place.hidden !== false;
      show(place, opens);
      setAttribute(button, "aria-expanded", String(opens));
      setAttribute(button, "aria-label", opens ? t.hide : t.open);
      setAttribute(button, "title", opens ? t.hide : t.open);
      if (!opens) return;
      replace(place, h("p", { class: "muted small busy" }, t.loading));
      try {
        const event = await actions.eventAt(at);
        const { locator } = event;
        replace(place,
          h("div", { class: "head" },
            h("p", { class: "muted small" }, evidence(locator.member ?? locator.source_name), locator.record_id === null ? null : ` \u00b7 ${en.details.locator.record} ${locator.record_id}`),
            h("button", { type: "button", class: "button small", on: { click: () => actions.copy(event.raw, en.details.raw) } }, icon("copy"), t.copy)),
          rawEvidence(event));
      } catch (error) {
        replace(place, banner(en.details.failed, [error instanceof Error ? error.message : String(error)], true));
      }
    }
    return { button, place, toggle };
  }

  /** A tree by the keys of a tree: arrows, Home, End; Enter shows the event. @param {Core.Ran[]} items */
  function tree(items) {
    const places = branches(items);
    const openers = items.map((item) => opener(item.at, "-1"));
    /** @type {Set<number>} */
    const folded = new Set();
    const lines = items.map((item, index) => {
      const { level, position, siblings, below } = /** @type {ReturnType<typeof branches>[number]} */ (places[index]);
      const { button, place } = /** @type {ReturnType<typeof opener>} */ (openers[index]);
      const fold = below === 0 ? h("span", { class: "fold" }) : h("span", { class: "fold", on: { click: () => turn(index) } }, icon("right"));
      return h("li", {
        role: "treeitem", class: "context-entry", "aria-level": level, "aria-posinset": position, "aria-setsize": siblings,
        "aria-expanded": below === 0 ? null : "true", tabindex: index === 0 ? "0" : "-1",
        vars: { "--depth": String(Math.min(level - 1, DEEPEST)) },
        on: { focus: () => stand(index), keydown: (/** @type {KeyboardEvent} */ event) => key(event, index) },
      }, fold, h("div", { class: "said-of" }, ran(item, index === 0)), button, place);
    });
    /** @param {number} index */
    const stand = (index) => lines.forEach((line, other) => setAttribute(line, "tabindex", other === index ? "0" : "-1"));
    /** Folds up or unfolds. @param {number} index @param {boolean} [shut] */
    function turn(index, shut = !folded.has(index)) {
      if (shut) folded.add(index);
      else folded.delete(index);
      setAttribute(/** @type {HTMLElement} */ (lines[index]), "aria-expanded", String(!shut));
      let hiddenUntil = 0;
      lines.forEach((line, at) => {
        show(line, at >= hiddenUntil);
        if (at >= hiddenUntil && folded.has(at)) hiddenUntil = at + 1 + (places[at]?.below ?? 0);
      });
    }
    /** @param {KeyboardEvent} event @param {number} index */
    function key(event, index) {
      if (event.target !== lines[index] || event.ctrlKey || event.metaKey || event.altKey) return;
      const seen = lines.flatMap((line, at) => (line.hidden ? [] : [at]));
      const at = seen.indexOf(index);
      const place = places[index];
      const opens = place !== undefined && place.below > 0;
      /** @type {number | null | undefined} */
    let to;
      switch (event.key) {
        case "ArrowDown": to = seen[at + 1]; break;
        case "ArrowUp": to = seen[at - 1]; break;
        case "Home": to = seen[0]; break;
        case "End": to = seen.at(-1); break;
        case "ArrowRight":
          if (opens && folded.has(index)) turn(index, false);
          else if (opens) to = index + 1;
          break;
        case "ArrowLeft":
          if (opens && !folded.has(index)) turn(index, true);
          else to = place?.parent ?? undefined;
          break;
        case "Enter": case " ": openers[index]?.toggle(); break;
        default: return;
      }
      event.preventDefault();
      if (typeof to === "number") lines[to]?.focus();
    }
    return h("ul", { class: "context-list tree", role: "tree", "aria-label": t.treeLabel }, lines);
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
