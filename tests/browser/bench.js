// `node bench.js FORM LOG FOLDER`, as `cargo xtask bench` calls it: how long the built page takes from the drop of a
// log to the full result, and how long pages take that read the same file and drop it. Each is done in a browser that was just
// started. Prints `name;bytes;seconds;processor seconds;KiB;counts`.

import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { KINDS, start } from "./harness/browsers.js";
import { Page } from "./harness/page.js";
import { ProcessorClock, peak } from "./harness/processes.js";

const [form, path, folder] = process.argv.slice(2);
if (!form || !path || !folder) throw new Error("usage: node bench.js FORM LOG FOLDER");
const { size } = await stat(path);
/** A tab that takes longer has died. */
const WITHIN = 600_000;
/** The page notes the time itself: to look for it more often would only take processor time. */
const EVERY = 500;

/** In a worker of a floor: reads ranges as the page's workers do, and does nothing with them. */
const FLOOR_WORKER = `
  // Something must hold the readers: garbage never ends, in Chromium.
  const held = new Set();
  onmessage = async ({ data: { file, from, to } }) => {
    const reader = file.slice(from, to).stream().getReader({ mode: "byob" });
    held.add(reader);
    let buffer = new ArrayBuffer(256 * 1024);
    let bytes = 0;
    for (let done = false; !done; ) {
      const got = await reader.read(new Uint8Array(buffer));
      buffer = got.value.buffer;
      bytes += got.value.length;
      done = got.done;
    }
    held.delete(reader);
    postMessage(bytes);
  };`;

/** As most pages read: each piece comes in a buffer of its own, which is given up. */
const PIECES_WORKER = `
  const { port1, port2 } = new MessageChannel();
  port2.close();
  onmessage = async ({ data: { file, from, to } }) => {
    let bytes = 0;
    self.held = file.slice(from, to).stream().getReader();
    for (let got; !(got = await self.held.read()).done; port1.postMessage(0, [got.value.buffer])) bytes += got.value.length;
    postMessage(bytes);
  };`;

/** @param {string} worker @param {number} streams that each reads at once */
function floorPage(worker, streams) {
  const PART = 32 * 1024 * 1024;
  const input = /** @type {HTMLInputElement} */ (document.getElementById("file"));
  const url = URL.createObjectURL(new Blob([worker]));
  // They stand ready before the file comes, as those of the page.
  const workers = Array.from({ length: Math.min(4, navigator.hardwareConcurrency) }, () => new Worker(url));
  input.onchange = () => {
    const file = /** @type {FileList} */ (input.files)[0];
    if (!file) return;
    const start = performance.now();
    document.documentElement.dataset.began = String(Date.now());
    let from = 0;
    let left = file.size;
    for (const worker of workers) {
      const next = () => {
        if (from >= file.size) return;
        worker.postMessage({ file, from, to: Math.min(from + PART, file.size) });
        from += PART;
      };
      worker.onmessage = ({ data: bytes }) => {
        left -= bytes;
        if (left > 0) {
          next();
          return;
        }
        document.documentElement.dataset.ended = String(Date.now());
        document.documentElement.dataset.seconds = String((performance.now() - start) / 1000);
      };
      for (let stream = 0; stream < streams; stream += 1) next();
    }
  };
}

/** In the page, before the drop: notes when it comes, when a row shows first, and when all is read. */
function listen() {
  const page = document.documentElement;
  let start = 0;
  addEventListener("drop", () => {
    start = performance.now();
    page.dataset.began = String(Date.now());
  }, { capture: true, once: true });
  const since = () => String((performance.now() - start) / 1000);
  const first = new MutationObserver(() => {
    if (!document.querySelector("[data-row]")) return;
    page.dataset.firstSeconds = since();
    first.disconnect();
  });
  first.observe(page, { subtree: true, childList: true });
  const done = new MutationObserver(() => {
    if (page.dataset.phase !== "done") return;
    page.dataset.ended = String(Date.now());
    page.dataset.seconds = since();
    done.disconnect();
  });
  done.observe(page, { attributes: true, attributeFilter: ["data-phase"] });
}

/** @param {Page} page @param {string} name */
const noted = (page, name) => page.run((/** @type {string} */ name) => document.documentElement.dataset[name], name);

/** What the browser took of the processors' time while the page read. @param {Page} page @param {ProcessorClock} clock */
const taken = async (page, clock) =>
  clock.between(Number(await noted(page, "began")), Number(await noted(page, "ended")))?.toFixed(3) ?? "";

/** What two workers of the page read at once each. */
const STREAMS = 4;
const FLOORS = /** @type {const} */ ([["floor", FLOOR_WORKER, STREAMS], ["floor, as most pages read", PIECES_WORKER, 1]]);

/** @param {string} kind @param {string} name @param {string} worker @param {number} streams */
async function measureFloor(kind, name, worker, streams) {
  const floor = join(/** @type {string} */ (folder), "floor.html");
  await writeFile(floor, `<!doctype html><meta charset="utf-8"><title>floor</title><input type="file" id="file">
<script>(${floorPage})(${JSON.stringify(worker)}, ${streams})</script>`);
  const page = new Page(await start(kind));
  try {
    await page.driver.get(pathToFileURL(resolve(floor)).href);
    const clock = await ProcessorClock.start();
    await page.run(() => new Promise((done) => setTimeout(done, 500)));
    await page.driver.findElement({ id: "file" }).sendKeys(/** @type {string} */ (path));
    await page.until("the floor is read", () => document.documentElement.dataset.seconds, { within: WITHIN, every: EVERY });
    clock.stop();
    console.log(`${name};${size};${await noted(page, "seconds")};${await taken(page, clock)};${await peak() ?? ""};`);
  } finally {
    await page.browser.quit();
  }
}

if (form === "XML lines" || form === "EVTX") {
  for (const kind of KINDS) {
    for (const [name, worker, streams] of FLOORS) await measureFloor(kind, `${name}, ${form}, ${kind}`, worker, streams);
    await measure(kind, `page, ${form}, ${kind}`);
  }
}
// Where the processors are the bound, twice as many should take half the time.
if (form === "EVTX") {
  for (const workers of [1, 2]) await measure("chromium", `page, ${form}, all parsed, ${workers} worker(s), chromium`, { workers, verify: true });
}
if (form === "CSV") {
  for (const kind of KINDS) {
    for (const workers of [1, 2]) await measure(kind, `page, ${form}, all parsed, ${workers} worker(s), ${kind}`, { workers, verify: true });
  }
}
// The page alone: one log of several sizes, and a form that most pages don't read.
if (form.includes(", ") || form === "CSV") {
  for (const kind of KINDS) await measure(kind, `page, ${form}, ${kind}`);
}
if (form === "zip of four") {
  for (const kind of KINDS) {
    for (const workers of [1, 2]) await measure(kind, `page, ${form}, ${workers} worker(s), ${kind}`, { workers });
  }
}

/**
 * @param {string} kind @param {string} name
 * @param {{ workers?: number, verify?: boolean }} [how] with so many; all events are parsed in full
 */
async function measure(kind, name, { workers, verify = false } = {}) {
  const page = new Page(await start(kind, { cores: workers }));
  try {
    if (workers && kind === "chromium") await page.before(`Object.defineProperty(navigator, "hardwareConcurrency", { value: ${workers} })`);
    await page.open();
    if (verify) await page.driver.findElement({ id: "verify" }).click();
    if (workers) assert.equal(await page.run(() => navigator.hardwareConcurrency), workers, "the page starts as many workers");
    await page.run(listen);
    const clock = await ProcessorClock.start();
    // As long as that of the floor stands before its file comes.
    await page.run(() => new Promise((done) => setTimeout(done, 500)));
    await page.drop([path]);
    await page.until("everything is read", () => document.documentElement.dataset.seconds, { within: WITHIN, every: EVERY });
    clock.stop();
    const [seconds, first, kib] = [await noted(page, "seconds"), await noted(page, "firstSeconds"), await peak() ?? ""];
    const { totals } = JSON.parse(await page.exportJson());
    // The members of this one are the same log.
    assert.equal(totals.problems, form === "zip of four" ? 1 : 0);
    const counts = [totals.records, totals.process_creations, totals.matches, totals.groups].join(" ");
    console.log(`${name};${size};${seconds};${await taken(page, clock)};${kib};${counts}`);
    if (first && !workers) console.log(`${name}: first rows;0;${first};;;`);
  } finally {
    await page.browser.quit();
  }
}
