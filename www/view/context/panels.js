// What the tabs of a context show, and how much each holds.

import { deeds } from "../../state/context.js";
import { number } from "../../state/format.js";
import { en } from "../../text/en.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { createTree } from "./tree.js";

/** The tabs, in their order. */
export const TABS = /** @type {const} */ (["started", "beside", "logon", "did", "wmi"]);

/** @typedef {typeof TABS[number]} Tab */

const t = en.context;

/** @param {string} text */
const note = (text) => h("p", { class: "muted small" }, text);

/** Where a list holds copies. @param {Core.List<Core.Ran | Core.Happened>} list */
const places = ({ items, places }) => (places !== null && items.some(({ also }) => also) ? note(t.places(places)) : null);

/** @param {Core.Context} context */
function deedCount({ did }) {
  const all = did.reduce((count, { list }) => count + (list.count ?? list.items.length), 0);
  return did.some(({ list }) => list.count === null) ? t.more(all) : number(all);
}

/** How much each tab holds. @param {Core.Context} context @returns {Record<Tab, string>} */
export const countsOf = (context) => ({
  started: t.all(context.tree, 1),
  beside: t.all(context.beside),
  logon: t.all(context.logon),
  did: deedCount(context),
  wmi: t.all(context.wmi),
});

/** @param {import("./lines.js").Lines} lines @returns {Record<Tab, (context: Core.Context) => (Node | null)[]>} */
export function createPanels(lines) {
  const { entry, ran, happened, traced } = lines;

  /** @param {Core.Context} context @param {Core.List<Core.Ran>} list */
  const processes = (context, list) => (list.items.length === 0 ? null : h("div", null,
    h("ul", { class: "context-list" }, list.items.map((item) => entry(item, context, ran(item)))),
    list.count === list.items.length ? null : note(t.nearest(list.items.length, list.count)), places(list)));

  return {
    started: ({ tree, linked_by: by, complete }) => [
      by === "pid" ? note(t.byPid) : null,
      by === "nothing" ? note(t.started.unknown) : null,
      tree.items.length > 0 ? createTree(tree.items, lines) : null,
      tree.items.length === 1 && by !== "nothing" ? note(t.started.none(complete)) : null,
      tree.count === null ? note(t.started.cut(tree.items.length)) : null,
      places(tree),
    ],
    beside: (context) => [
      processes(context, context.beside),
      context.beside.items.length > 0 ? null : note(context.process.time === null ? t.beside.noTime : t.beside.none(context.complete, context.minutes)),
    ],
    logon: (context) => [
      context.logon_by === "id" ? note(t.logon.byId) : null,
      processes(context, context.logon),
      context.logon.items.length > 0 ? null : note(context.logon_by === "service" ? t.logon.service : context.logon_by === "unknown" ? t.logon.unknown : t.logon.none(context.complete)),
    ],
    did(context) {
      const { done, others, silent } = deeds(context.did);
      return [
        ...done.map(({ kind, ids, list }) => h("div", null,
          h("h4", null, t.did.title(kind, ids), " ", h("span", { class: "count" }, t.all(list))),
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
}
