// The head of the details: who, where and when, and the way from one event of the row to the next.

import { passes } from "../../state/passes.js";
import { fullTime } from "../../state/time.js";
import { en } from "../../text/en.js";
import { evidence } from "../evidence.js";
import { h, replace, setAttribute, setText, show } from "../dom.js";
import { icon } from "../icons.js";

/** The first event is shown before its own time is known here, which is that of the row. @param {App.Details} details */
export const timeOf = ({ row, time, index }) => time ?? (index === 0 ? row.firstTime : null);

/** @param {App.Actions} actions */
export function createHead(actions) {
  const t = en.details;
  const name = h("h2", { tabindex: "-1", id: "details-title" });
  const place = h("p", { class: "details-place" });
  const position = h("span", { class: "position" });
  const previous = h("button", { type: "button", class: "button quiet square", "aria-label": t.previous, title: `${t.previous} ([)`, on: { click: () => actions.step(-1) } }, icon("left"));
  const next = h("button", { type: "button", class: "button quiet square", "aria-label": t.next, title: `${t.next} (])`, on: { click: () => actions.step(1) } }, icon("right"));
  const stepper = h("div", { class: "stepper" }, previous, position, next);
  const close = h("button", { type: "button", class: "button quiet square", id: "close-details", "aria-label": t.close, title: t.close, on: { click: () => actions.closePanel() } }, icon("close"));
  const node = h("div", { class: "details-head" }, h("div", { class: "details-name" }, name, place), stepper, close);

  const focus = () => name.focus({ preventScroll: true });

  return {
    node,
    /** Has the focus where nothing else of the details has it. */
    name,
    focus,
    /** Who, where and when. @param {App.Details} details @param {App.Zone} zone */
    draw(details, zone) {
      const { row } = details;
      const time = timeOf(details);
      replace(name, evidence(row.process_name));
      replace(place, evidence(row.user), " \u00b7 ", evidence(row.dest), time === null ? null : [" \u00b7 ", h("time", null, fullTime(time, zone))]);
    },
    /** Which of how many, and whether the filters of the table leave it out. @param {App.Details} details @param {Core.Query} view */
    drawStepper({ row, matches, index }, view) {
      const event = matches[index];
      const all = Math.max(row.count, matches.length);
      if (all === 1 && stepper.contains(document.activeElement)) focus();
      show(stepper, all > 1);
      setText(position, event && !passes(event, view) ? t.eventOutside(index, all) : t.event(index, all));
      // Not disabled, which would take the focus from the one that led to the end.
      setAttribute(previous, "aria-disabled", String(index === 0));
      setAttribute(next, "aria-disabled", String(index >= all - 1));
    },
    /** Nothing of a log is left. */
    forget() {
      for (const part of [name, place]) part.replaceChildren();
    },
  };
}
