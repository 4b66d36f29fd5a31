// A section of the printed report.

import { h } from "../dom.js";

/** @param {string} title @param {...(Node | Node[] | string | null)} content */
export const section = (title, ...content) => h("section", null, h("h2", null, title), content.flat());
