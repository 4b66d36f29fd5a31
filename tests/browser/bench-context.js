// `node bench-context.js FORM LOG`, as `cargo xtask bench context` calls it: how long the built page takes from the drop
// of a log to the result, and from the press on *Look for it* of the first row until it is on the screen. Prints
// `name;seconds;KiB;counts`.

import { KINDS, start } from "./harness/browsers.js";
import { Page } from "./harness/page.js";
import { peak } from "./harness/processes.js";

const [form, path] = process.argv.slice(2);
if (!form || !path) throw new Error("usage: node bench-context.js FORM LOG");
/** A tab that takes longer has died. */
const WITHIN = 600_000;

/** In the page, before the drop: does what a person would, each as soon as it can be done, and notes when it was. */
function walk() {
  const page = document.documentElement;
  const note = (/** @type {string} */ name, /** @type {number} */ from) => { page.dataset[name] = String((performance.now() - from) / 1000); };
  /** @param {() => boolean} holds @param {MutationObserverInit} changes @param {Node} [at] */
  const when = (holds, changes, at = page) => new Promise((/** @type {(value?: unknown) => void} */ done) => {
    const look = () => {
      if (!holds()) return;
      observer.disconnect();
      done();
    };
    const observer = new MutationObserver(look);
    observer.observe(at, changes);
    look();
  });
  const any = { subtree: true, childList: true, attributes: true };
  const press = (/** @type {string} */ css) => /** @type {HTMLElement} */ (document.querySelector(css)).click();
  addEventListener("drop", async () => {
    const dropped = performance.now();
    await when(() => page.dataset.phase === "done", { attributes: true, attributeFilter: ["data-phase"] });
    note("scan", dropped);
    await when(() => document.getElementById("grid")?.dataset.rows !== "coming" && document.querySelector("[data-row='0'] .c-process_name") !== null, any);
    press("[data-row='0'] .c-process_name");
    await when(() => document.querySelector("#details .raw") !== null, any);
    const pressed = performance.now();
    press("#context-read");
    const context = /** @type {HTMLElement} */ (document.getElementById("context"));
    await when(() => context.dataset.state === "done", { attributes: true }, context);
    // It is on the screen when the frame after that begins.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      note("context", pressed);
      note("all", dropped);
    }));
  }, { capture: true, once: true });
}

for (const kind of KINDS) {
  const page = new Page(await start(kind));
  try {
    await page.open();
    await page.run(walk);
    await page.run(() => new Promise((done) => setTimeout(done, 500)));
    await page.drop([path]);
    await page.until("the context is on the screen", () => document.documentElement.dataset.all, { within: WITHIN });
    const counts = await page.texts("#context-tab-started .count, #context-tab-beside .count, #context-tab-logon .count");
    const kib = await peak() ?? "";
    const noted = await page.run(() => ({ ...document.documentElement.dataset }));
    for (const [what, name] of [["scan", "scan"], ["context", "context"], ["from drop to context", "all"]]) {
      console.log(`${what}, ${form}, ${kind};${noted[/** @type {string} */ (name)]};${kib};${counts.map((text) => text.trim()).join(" ")}`);
    }
    await page.assertQuiet();
  } finally {
    await page.browser.quit();
  }
}
