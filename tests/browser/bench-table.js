// `node bench-table.js`, by hand: what is done to the table of a hundred thousand rows in the built page, from the press
// to the frame that shows the answer, milliseconds, the median of five. No test: a busy machine takes as long as it takes.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventXml } from "./harness/bad-input.js";
import { KINDS, start } from "./harness/browsers.js";
import { Page } from "./harness/page.js";

const ROWS = 100_000;
const ROUNDS = 5;
const COMMANDS = ["cmd.exe /Q /c whoami /priv 1> \\\\127.0.0.1\\ADMIN$\\__", "C:\\Windows\\system32\\WerFault.exe -u -p ", "powershell.exe -NoP -NonI -W Hidden -File C:\\Tools\\"];
const home = await mkdtemp(join(tmpdir(), "triage-table-"));
const log = join(home, "rows.xml");
await writeFile(log, Array.from({ length: ROWS }, (_, i) => eventXml({
  record: i + 1, second: (i * 7919) % 86_400, command: `${COMMANDS[i % 3]}${(i * 7919) % ROWS}`, image: `C:\\Tools\\t${i % 9}.exe`,
  host: `ws${i % 40}.example`, user: i % 7 === 0 ? "EXAMPLE\\Zo\u00eb" : `EXAMPLE\\user${i % 8}`,
})).join("\n"));

/** What is done, and then undone: code of the page. @type {Record<string, [string, string]>} */
const ACTS = {
  "sort by process": ["sort('process')", "sort('firstTime')"],
  "sort by dest": ["sort('dest')", "sort('firstTime')"],
  "search \"whoami\"": ["search('whoami')", "search('')"],
  "search \"ZO\u00cb\"": ["search('ZO\u00cb')", "search('')"],
  "search \"2024-05-02\"": ["search('2024-05-02')", "search('')"],
  "search, no hit": ["search('no such text')", "search('')"],
  "stack by process": ["stack('process')", "stack('')"],
  "stack by user": ["stack('user')", "stack('')"],
  "exclude a cell": ["key('x')", "key('u')"],
};

/**
 * Acts, and waits for the frame in which the page has answered and drawn it.
 * @param {string} act @param {(ms: number) => void} done
 */
function timed(act, done) {
  const at = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
  const change = (/** @type {any} */ node, /** @type {string} */ value, /** @type {string} */ event) => {
    node.value = value;
    node.dispatchEvent(new Event(event, { bubbles: true }));
  };
  const does = {
    sort: (/** @type {string} */ name) => at(`head-${name}`).querySelector("button").click(),
    search: (/** @type {string} */ text) => change(at("search"), text, "input"),
    stack: (/** @type {string} */ name) => change(at("stack"), name, "change"),
    key: (/** @type {string} */ key) => {
      at("grid").focus();
      at("grid").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    },
  };
  const [, verb = "", argument = ""] = /(\w+)\('(.*)'\)/.exec(act) ?? [];
  const shows = () => [".row-count", "[data-row='0']", "[data-step=hidden] b"].map((css) => document.querySelector(`#app ${css}`)?.textContent).join();
  const before = shows();
  const started = performance.now();
  does[/** @type {keyof typeof does} */ (verb)](argument);
  const look = () => {
    if (shows() === before && performance.now() - started < 20_000) requestAnimationFrame(look);
    else done(performance.now() - started);
  };
  requestAnimationFrame(look);
}

for (const kind of KINDS) {
  const browser = await start(kind);
  const page = new Page(browser);
  try {
    await page.open();
    await page.drop([log]);
    await page.done({ within: 300_000 });
    await page.hashed();
    for (const [what, [act, undo]] of Object.entries(ACTS)) {
      const times = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        times.push(await page.driver.executeAsyncScript(timed, act));
        await page.driver.executeAsyncScript(timed, undo);
        // What follows from the answer, such as the timeline, is not to stand in the way of the next.
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
      times.sort((a, b) => a - b);
      console.log(`${kind}; ${what}; ${times.map(Math.round).join(" ")}; median ${Math.round(times[ROUNDS >> 1] ?? 0)}`);
    }
  } finally {
    await browser.quit();
  }
}
await rm(home, { recursive: true, force: true });
