// Pictures of the built page. `node screenshot.js FILE.png` takes the one of the README: the sample's result with the
// details of a row. `node screenshot.js FOLDER` takes every state, light and dark, wide and narrow, to be looked at.

import { link, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { start } from "./harness/browsers.js";
import { eventXml, makeBadInput } from "./harness/bad-input.js";
import { Page } from "./harness/page.js";

const [path] = process.argv.slice(2);
if (!path) throw new Error("usage: node screenshot.js FILE.png | FOLDER");
const browser = await start("chromium", { width: 1560, height: 1040 });
const page = new Page(browser);
const home = await mkdtemp(join(tmpdir(), "triage-pictures-"));

const sample = async () => {
  await page.click("#try-sample");
  await page.done();
  await page.hashed();
  await page.until("rows are there", () => document.querySelector("[data-row='1']") !== null);
};
const details = async () => {
  await sample();
  await page.click("[data-row='1'] .c-process_name");
  await page.until("the event is there", () => document.querySelector("#details .raw") !== null);
};
/** @param {string} name @param {string} text */
const log = async (name, text) => {
  await writeFile(join(home, name), text);
  await page.drop([join(home, name)]);
};
const EXPLORER = "C:\\Windows\\explorer.exe";

/** @type {Record<string, () => Promise<void>>} */
const STATES = {
  empty: async () => {},
  rule: async () => {
    await page.until("the core is there", () => document.querySelector("#rule-panel pre") !== null);
    await page.click("#rule-panel summary");
  },
  loading: async () => {
    const block = `${eventXml()}\n${`${eventXml({ parent: EXPLORER })}\n`.repeat(50_000)}`;
    // Several hosts, so that reading still goes on when the picture is taken.
    const logs = ["ws1", "ws2", "ws3", "ws4", "ws5", "ws6"].map((host) => join(home, `${host}.xml`));
    const [first = ""] = logs;
    await writeFile(first, block.repeat(8));
    for (const other of logs.slice(1)) {
      await rm(other, { force: true });
      await link(first, other);
    }
    await page.drop(logs);
    await page.until("a match shows", () => document.documentElement.dataset.phase !== "empty" && /[1-9]/.test(document.getElementById("verdict")?.innerText ?? ""));
  },
  results: sample,
  details,
  "details-raw": async () => {
    await details();
    await page.run(() => document.querySelector("#details .raw")?.scrollIntoView());
  },
  funnel: async () => {
    await sample();
    await page.click("#funnel button");
  },
  keys: async () => {
    await sample();
    await page.press("?");
  },
  "no-match": async () => {
    await log("quiet.xml", [1, 2, 3].map((record) => eventXml({ record, parent: EXPLORER, host: `ws${record}.example` })).join("\n"));
    await page.done();
  },
  "no-process-creations": async () => {
    await log("other.xml", [3, 22, 22].map((id, record) => eventXml({ id, record })).join("\n"));
    await page.done();
  },
  "coverage-unknown": async () => {
    await log("cut.xml", `${eventXml({ parent: EXPLORER })}\n${eventXml({ record: 2 }).slice(0, -80)}`);
    await page.done();
  },
  "nothing-read": async () => {
    await log("note.txt", "this is no log\n".repeat(50));
    await page.done();
  },
  errors: async () => {
    const bad = await makeBadInput(join(home, "bad"));
    await page.drop(bad.map((one) => one.path));
    await page.done();
  },
};

/** @param {string} file */
const take = async (file) => {
  // While logs are read the progress bars never rest.
  await page.until("the page is at rest", () => document.documentElement.dataset.phase === "reading"
    || document.getAnimations().every((animation) => animation.effect?.getTiming().iterations === Infinity));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, Buffer.from(await browser.driver.takeScreenshot(), "base64"));
  console.log(file);
};

try {
  if (path.endsWith(".png")) {
    await page.open();
    await details();
    await take(path);
  } else {
    for (const [theme, width] of /** @type {[string, number][]} */ ([["light", 1280], ["dark", 1280], ["light", 390]])) {
      await browser.driver.manage().window().setRect({ width, height: width === 390 ? 1000 : 900 });
      for (const [name, reach] of Object.entries(STATES)) {
        await page.open();
        await page.run((/** @type {string} */ theme) => {
          document.documentElement.dataset.theme = theme;
        }, theme);
        await reach();
        await take(join(path, `${name}-${theme}-${width}.png`));
      }
    }
  }
} finally {
  await browser.quit();
  await rm(home, { recursive: true, force: true });
}
