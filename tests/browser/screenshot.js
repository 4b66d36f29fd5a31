// Pictures of the built page. `node screenshot.js FILE.png` takes the one of the README: the sample's result with the
// details of a row. `node screenshot.js FOLDER` takes every state, light and dark, wide and narrow, to be looked at;
// STATES=a,b only those whose name begins so.

import { link, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Key } from "selenium-webdriver";
import { start } from "./harness/browsers.js";
import { eventXml, makeBadInput, zipOf } from "./harness/bad-input.js";
import { makeCase } from "./harness/case.js";
import { Page } from "./harness/page.js";

const [path] = process.argv.slice(2);
if (!path) throw new Error("usage: node screenshot.js FILE.png | FOLDER");
const browser = await start("chromium", { width: 1560, height: 1040 });
const page = new Page(browser);
const only = (process.env.STATES ?? "").split(",");
const home = await mkdtemp(join(tmpdir(), "triage-pictures-"));

const sample = async () => {
  await page.click("#try-sample");
  await page.done();
  await page.hashed();
  await page.until("rows and what follows from them are there", () => document.querySelector("[data-row='1']") !== null && document.querySelector("#timeline:not([hidden]) path") !== null);
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

/** Opens the tuning and switches a preset on. */
const tuned = async () => {
  await sample();
  await page.press("j", "k", "x");
  await page.until("rows are hidden", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
};
/** Two logs of several hosts and hours, with a bit of everything. */
const several = async () => {
  const logs = await makeCase(home);
  await page.drop(logs);
  await page.done();
  await page.hashed();
  await page.until("rows are there", () => document.querySelector("[data-row='1']") !== null);
  await page.until("the timeline is there", () => document.querySelector("#timeline:not([hidden]) path") !== null);
};
const tuningDrawer = async () => {
  await several();
  await page.press("f");
  await page.until("the presets are there", () => document.querySelector("#presets input") !== null);
};

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
  several,
  "several-details": async () => {
    await several();
    await page.click("[data-row='0'] .c-process_name");
    await page.until("the event is there", () => document.querySelector("#details .raw") !== null);
  },
  ...Object.fromEntries(["started", "beside", "did", "wmi"].map((tab) => [`context-${tab}`, async () => {
    await details();
    await page.click("#context-read");
    await page.until("the context is there", () => document.querySelector("#context-panel:not([hidden])") !== null);
    await page.click(`#context-tab-${tab}`);
    await page.run(() => document.getElementById("context")?.scrollIntoView());
  }])),
  "several-files": async () => {
    await several();
    await page.click("#toggle-files");
  },
  stacked: async () => {
    await several();
    await page.run(() => {
      const stack = /** @type {HTMLSelectElement} */ (document.getElementById("stack"));
      stack.value = "process_name";
      stack.dispatchEvent(new Event("change"));
    });
    await page.until("the stack is there", () => document.querySelector(".row.stacked") !== null);
  },
  "stack-chosen": async () => {
    await STATES.stacked?.();
    await page.click("[data-row='1'].stacked .c-value");
    await page.until("its rows are there", () => document.querySelector("#chip-only") !== null && document.querySelector("[data-row='0']:not(.stacked)") !== null);
  },
  again: async () => {
    await several();
    await page.click("#again");
  },
  members: async () => {
    const logs = await makeCase(home);
    await writeFile(join(home, "case.zip"), zipOf(await Promise.all(logs.map(async (log, at) => ({ name: `hosts/${at === 0 ? "ws-042" : "srv-dc01"}/Sysmon.xml`, data: await readFile(log), deflated: true })))));
    await page.drop([join(home, "case.zip")]);
    await page.done();
    await page.until("the timeline is there", () => document.querySelector("#timeline:not([hidden]) path") !== null);
    await page.select("#source-filter", "1");
    await page.until("one member's rows", () => document.querySelector("#chip-source") !== null);
    await page.run(() => document.getElementById("table")?.scrollIntoView());
  },
  "timeline-selection": async () => {
    await several();
    await page.press("t", "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT");
    await page.driver.actions().keyDown(Key.SHIFT).sendKeys(Key.PAGE_DOWN, Key.PAGE_DOWN, Key.PAGE_DOWN).keyUp(Key.SHIFT).perform();
    await page.press("ENTER");
    await page.until("the range is applied", () => document.querySelector("#chip-range") !== null);
  },
  "cell-menu": async () => {
    await several();
    await page.run(() => document.getElementById("grid")?.focus());
    await page.press("j", "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT", "m");
  },
  columns: async () => {
    await several();
    await page.click("#open-columns");
  },
  compact: async () => {
    await STATES.columns?.();
    await page.click("#density-compact");
    await page.press("ESCAPE");
  },
  tuning: tuningDrawer,
  "tuning-lines": async () => {
    await tuningDrawer();
    await page.click("#add-entry");
    await page.press("cmd.exe", "TAB", "our own inventory", "ENTER");
    await page.until("the line is there", () => document.querySelector("#entries .entry") !== null);
    await page.click("#presets input");
    await page.until("the preset is on", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
    await page.click("#entry-0-edit");
  },
  "tuning-splunk": async () => {
    await STATES["tuning-lines"]?.();
    await page.run(() => document.getElementById("splunk-filter")?.scrollIntoView());
  },
  "tuning-refused": async () => {
    await tuningDrawer();
    await writeFile(join(home, "bad.json"), '{"schema":"sysmon-triage/tuning/9","entries":[]}');
    await page.driver.findElement({ id: "tuning-input" }).sendKeys(join(home, "bad.json"));
    await page.until("it was refused", () => document.querySelector("#tuning-refused:not([hidden])") !== null);
  },
  banner: tuned,
  "all-hidden": async () => {
    await log("one.xml", eventXml());
    await page.done();
    await page.until("a row is there", () => document.querySelector("[data-row='0']") !== null);
    await page.run(() => document.getElementById("grid")?.focus());
    await page.press("j", "k", "x");
    await page.until("all is hidden", () => document.querySelector("#no-match[data-kind='all_hidden']") !== null);
  },
  report: async () => {
    await several();
    await page.press("e");
  },
  incoming: async () => {
    await sample();
    await log("second.xml", eventXml());
    await page.until("it is asked", () => document.querySelector("#incoming[open]") !== null);
  },
  "rule-forms": async () => {
    await page.until("the core is there", () => document.querySelector("#form-tab-sigma") !== null);
    await page.click("#rule-panel summary");
    await page.click("#form-tab-sigma");
    await page.run(() => document.querySelector(".forms")?.scrollIntoView());
  },
  paper: async () => {
    await several();
    // What the printer gets, on the screen.
    await page.run(() => { window.print = () => {}; });
    await page.press("e");
    await page.click("#report-print");
    await page.click("#report-note");
    await page.press("Looked at WS-117: the encoded PowerShell is not ours.\nNext: the logon before it.");
    await page.click("#report-go");
    await page.until("the paper is there", () => document.querySelector("#paper table") !== null);
    // As wide as A4.
    await browser.driver.manage().window().setRect({ width: 794, height: 1123 });
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
  if (file.includes("paper-")) {
    const driver = /** @type {import("selenium-webdriver/chrome.js").Driver} */ (browser.driver);
    await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { media: "print" });
    const shot = /** @type {any} */ (await driver.sendAndGetDevToolsCommand("Page.captureScreenshot", { captureBeyondViewport: true }));
    await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { media: "" });
    await driver.manage().window().setRect({ width: Number(/(\d+)\.png$/.exec(file)?.[1]), height: 900 });
    await writeFile(file, Buffer.from(shot.data, "base64"));
    console.log(file);
    return;
  }
  await writeFile(file, Buffer.from(await browser.driver.takeScreenshot(), "base64"));
  console.log(file);
};

try {
  if (path.endsWith(".png")) {
    await page.open();
    await details();
    await take(path);
  } else {
    for (const [theme, width] of /** @type {[string, number][]} */ ([["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]])) {
      await browser.driver.manage().window().setRect({ width, height: width === 390 ? 1000 : 900 });
      for (const [name, reach] of Object.entries(STATES)) {
        if (!only.some((start) => name.startsWith(start))) continue;
        // A card has its own choice of fields.
        if (width === 390 && (name === "columns" || name === "compact")) continue;
        await page.open();
        // What the picture before it has chosen is kept by the page.
        await page.run(() => localStorage.clear());
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
