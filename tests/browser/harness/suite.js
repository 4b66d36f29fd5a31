// One suite for both browsers.

import { after, before, describe } from "node:test";
import { KINDS, start } from "./browsers.js";
import { Page } from "./page.js";

/**
 * Runs the same tests in each browser. The page is there from the first test on; each test opens it anew.
 * @param {string} topic
 * @param {(page: () => Page, kind: string) => void} tests
 * @param {Parameters<typeof start>[1]} [options]
 */
export function inBothBrowsers(topic, tests, options) {
  for (const kind of KINDS) {
    describe(`${topic}, ${kind}`, () => {
      /** @type {Page} */
      let page;
      before(async () => {
        page = new Page(await start(kind, options));
      });
      after(() => page?.browser.quit());
      tests(() => page, kind);
    });
  }
}
