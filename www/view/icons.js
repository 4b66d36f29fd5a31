// Line icons of 16 by 16, drawn in the colour of the text beside them. Each stands with a word.

import { svg } from "./dom.js";

const PATHS = {
  file: "M4 1.75h5L12.25 5v9.25h-8.5V2M9 1.75V5h3.25",
  folder: "M1.75 3.75h4l1.5 2h7v7.5H1.75z",
  flask: "M6 1.75h4M6.75 2v4L3 13.25h10L9.25 6V2M4.75 10h6.5",
  drop: "M8 1.75v8M4.75 6.75 8 10l3.25-3.25M2 11v3.25h12V11",
  shield: "M8 1.75 13 3.5v4.25c0 3-2 5.25-5 6.5-3-1.25-5-3.5-5-6.5V3.5zM5.75 8l1.6 1.6L10.5 6.4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.75 10.75 14.25 14.25",
  copy: "M5.75 5.75h8.5v8.5h-8.5zM3.5 10.25H1.75v-8.5h8.5V3.5",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  check: "M2.75 8.5 6.25 12l7-8",
  cross: "M4 4l8 8M12 4l-8 8",
  error: "M8 14.25A6.25 6.25 0 1 0 8 1.75a6.25 6.25 0 0 0 0 12.5M5.75 5.75l4.5 4.5M10.25 5.75l-4.5 4.5",
  warning: "M8 2 14.5 13.75h-13zM8 6.5v3.25M8 11.5v.5",
  info: "M8 14.25A6.25 6.25 0 1 0 8 1.75a6.25 6.25 0 0 0 0 12.5M8 7.25v4M8 4.75v.5",
  left: "M10 3 5 8l5 5",
  right: "M6 3l5 5-5 5",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13",
  moon: "M13.5 9.75A6 6 0 0 1 6.25 2.5a6 6 0 1 0 7.25 7.25z",
  auto: "M8 14.25A6.25 6.25 0 1 0 8 1.75a6.25 6.25 0 0 0 0 12.5M8 1.75v12.5M8 5h5M8 8h6M8 11h5",
  download: "M8 1.75v8.5M4.5 7 8 10.5 11.5 7M2 14.25h12",
  keys: "M1.75 4h12.5v8.5H1.75zM4 6.75h.5M7.75 6.75h.5M11.5 6.75h.5M5 9.75h6",
  again: "M2.5 8a5.5 5.5 0 1 0 1.75-4M4.25 1.25V4H7",
  plus: "M8 2.75v10.5M2.75 8h10.5",
  clock: "M8 14.25A6.25 6.25 0 1 0 8 1.75a6.25 6.25 0 0 0 0 12.5M8 4.5V8l2.5 1.75",
  up: "M8 13V3M4 7l4-4 4 4",
  filter: "M1.75 3h12.5L9.5 8.75v4.5l-3 1v-5.5z",
  exclude: "M8 14.25A6.25 6.25 0 1 0 8 1.75a6.25 6.25 0 0 0 0 12.5M5 8h6",
  include: "M8 14.25A6.25 6.25 0 1 0 8 1.75a6.25 6.25 0 0 0 0 12.5M8 5v6M5 8h6",
  stack: "M2 4.5h12M4 8h8M6 11.5h4",
  columns: "M2 2.75h12v10.5H2zM6 2.75v10.5M10 2.75v10.5",
  more: "M3.25 8h.5M7.75 8h.5M12.25 8h.5",
  undo: "M6 3 2.75 6.25 6 9.5M3 6.25h6.5a4 4 0 0 1 0 8H6",
  upload: "M8 10.5V2M4.5 5.25 8 1.75l3.5 3.5M2 14.25h12",
  print: "M4.25 6V1.75h7.5V6M4.25 11.5H2V6h12v5.5h-2.25M4.25 9.25h7.5v5h-7.5z",
  report: "M3.75 1.75h8.5v12.5h-8.5zM6 5h4M6 7.75h4M6 10.5h2.5",
  pencil: "M10.5 2.75l2.75 2.75-8 8H2.5v-2.75z",
  trash: "M2.5 4.25h11M6 4V2h4v2M4 4.25l.75 9.75h6.5L12 4.25M6.75 7v4.25M9.25 7v4.25",
  tag: "M2 2h5.5L14 8.5 8.5 14 2 7.5zM5 5h.25",
  minus: "M3 8h10",
  logo: "M2 4h5v4h5M8 8v4.5h4",
};

/** @param {keyof typeof PATHS} name @param {string} [className] */
export function icon(name, className = "") {
  return svg("svg", { class: `icon ${className}`.trim(), viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }));
}
