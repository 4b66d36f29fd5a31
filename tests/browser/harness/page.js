// The built page as a person uses it: what can be dropped, pressed and read.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { By, Key, error } from "selenium-webdriver";
import { Context } from "selenium-webdriver/firefox.js";

/** The built page on this disk. */
export const PAGE = resolve(process.env.PAGE ?? "dist/index.html");
if (!existsSync(PAGE)) throw new Error(`${PAGE} is not there; \`cargo xtask test browser\` builds it.`);
export const FROM_DISK = pathToFileURL(PAGE).href;

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Runs in the page: rows, hints or the timeline of what is shown are still to come. What stands there until then is of
 * before, and goes while one looks at it, or presses on it.
 */
function waits() {
  const { phase, derived } = document.documentElement.dataset;
  return phase === "done" && (derived === "pending" || document.getElementById("grid")?.dataset.rows === "coming");
}

/** Runs in Firefox itself: whoever asks for a file dialog gets one that chose this folder. @param {string} folder */
function answerFolderDialogs(folder) {
  const { Cc, ChromeUtils, Ci, Components, Services } = /** @type {any} */ (globalThis);
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(folder);
  const dialog = {
    QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
    mode: Ci.nsIFilePicker.modeGetFolder,
    file,
    files: null,
    fileURL: Services.io.newFileURI(file),
    init() {},
    appendFilters() {},
    appendFilter() {},
    appendRawFilter() {},
    isModeSupported: async () => true,
    close() {},
    open(/** @type {any} */ callback) {
      // Not at once: the driver's click does not return while Firefox asks its question.
      setTimeout(() => callback.done(Ci.nsIFilePicker.returnOK), 200);
    },
  };
  const factory = {
    QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
    createInstance: (/** @type {any} */ id) => dialog.QueryInterface(id),
  };
  Components.manager.QueryInterface(Ci.nsIComponentRegistrar)
    .registerFactory(Services.uuid.generateUUID(), "", "@mozilla.org/filepicker;1", factory);
}

/**
 * Runs in the page: does something, and tells how long it takes until a condition holds and all that follows from it
 * has come, and how long the longest frame was on the way, in milliseconds.
 * @param {() => void} act @param {() => unknown} until @param {(times: { ms: number, worstFrame: number }) => void} done
 */
function clocked(act, until, done) {
  const start = performance.now();
  let last = start;
  let worstFrame = 0;
  act();
  const frame = () => {
    const now = performance.now();
    worstFrame = Math.max(worstFrame, now - last);
    last = now;
    // The frame that shows it is over when the next task runs.
    if (!waits() && until()) setTimeout(() => done({ ms: performance.now() - start, worstFrame }));
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

export class Page {
  /** @param {import("./browsers.js").Browser} browser */
  constructor(browser) {
    this.browser = browser;
    this.driver = browser.driver;
  }

  /** @param {string} [url] */
  async open(url = FROM_DISK) {
    // What an earlier, failed test left in the console is not this one's.
    await this.browser.errors();
    await this.driver.get(url);
    await this.until("the page has started", () => document.documentElement.dataset.phase === "empty");
  }

  /** Runs in Chromium's pages before their own scripts. @param {string} script */
  async before(script) {
    const driver = /** @type {import("selenium-webdriver/chrome.js").Driver} */ (this.driver);
    await driver.sendDevToolsCommand("Page.addScriptToEvaluateOnNewDocument", { source: script });
  }

  /**
   * Waits until a function holds in the page, of all that it shows: not of rows that are about to go.
   * @template {unknown[]} A
   * @param {string} what @param {(...args: A) => unknown} test @param {{ within?: number, every?: number, args?: A }} [options] in ms
   */
  async until(what, test, { within = 30_000, every = 30, args = /** @type {any} */ ([]) } = {}) {
    const end = Date.now() + within;
    for (;;) {
      if (await this.driver.executeScript(`return !(${waits})() && (${test}).apply(null, arguments);`, ...args)) return;
      if (Date.now() > end) {
        const { focus, shown } = await this.driver.executeScript(() => ({
          focus: /** @type {Element} */ (document.activeElement?.cloneNode(false)).outerHTML, shown: document.body.innerText.slice(0, 1500) }));
        assert.fail(`waited ${within} ms in vain until ${what}; the focus is on ${focus}; the page shows:\n${shown}`);
      }
      await sleep(every);
    }
  }

  /** Runs a function in the page. @param {(...args: any[]) => any} code @param {any[]} args @returns {Promise<any>} */
  run(code, ...args) {
    return this.driver.executeScript(code, ...args);
  }

  /**
   * Drops files on the window. A temporary file input takes the paths, so the files are real ones on this disk, and
   * what it holds goes into the drop.
   * @param {string[]} paths
   */
  async drop(paths) {
    const input = await this.run(() => {
      const input = document.createElement("input");
      input.type = "file";
      input.multiple = true;
      input.id = "test-drop";
      document.body.append(input);
      return input;
    });
    await input.sendKeys(paths.join("\n"));
    await this.run(() => {
      const input = /** @type {HTMLInputElement} */ (document.getElementById("test-drop"));
      const data = new DataTransfer();
      for (const file of input.files ?? []) data.items.add(file);
      input.remove();
      for (const type of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
      }
    });
  }

  /** A drop that the browser itself makes, of files and folders alike; Chromium only. @param {string[]} paths */
  async trustedDrop(paths) {
    const driver = /** @type {import("selenium-webdriver/chrome.js").Driver} */ (this.driver);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await driver.sendAndGetDevToolsCommand("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
  }

  /** Chooses files by the page's own input. @param {string[]} paths */
  async choose(paths) {
    await this.driver.findElement(By.id("file-input")).sendKeys(paths.join("\n"));
  }

  /** Chooses a folder by the page's own input. @param {string} folder */
  async chooseFolder(folder) {
    if (this.browser.kind === "chromium") {
      await this.driver.findElement(By.id("folder-input")).sendKeys(folder);
      return;
    }
    // geckodriver refuses a folder. So the operating system's dialog is replaced by one that answers at once;
    // everything else is what happens to a person, Firefox's question included.
    const driver = /** @type {import("selenium-webdriver/firefox.js").Driver} */ (this.driver);
    await driver.setContext(Context.CHROME);
    await driver.executeScript(answerFolderDialogs, folder);
    await driver.setContext(Context.CONTENT);
    await this.click("#pick-folder");
    for (let tries = 0; ; tries += 1) {
      // Asked too early, while the question is about to open, geckodriver never answers.
      await sleep(1500);
      try {
        return await this.driver.switchTo().alert().accept();
      } catch (problem) {
        if (!(problem instanceof error.NoSuchAlertError) || tries === 5) throw problem;
      }
    }
  }

  /** Waits until every input was read. @param {{ within?: number }} [options] */
  done(options) {
    return this.until("everything is read", () => document.documentElement.dataset.phase === "done", options);
  }

  hashed() {
    return this.until("the SHA-256 are there", () => document.documentElement.dataset.hash === "done");
  }

  /** @param {string} css @returns {Promise<string>} */
  text(css) {
    return this.run((/** @type {string} */ css) => {
      const found = document.querySelector(css);
      return found instanceof HTMLElement ? found.innerText : "";
    }, css);
  }

  /** @param {string} css @returns {Promise<string[]>} */
  texts(css) {
    return this.run((/** @type {string} */ css) => [...document.querySelectorAll(css)]
      .map((found) => (found instanceof HTMLElement ? found.innerText : found.textContent)), css);
  }

  /** @param {string} css */
  async click(css) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.driver.findElement(By.css(css)).click();
      } catch (problem) {
        // A row that was drawn anew between being found and being clicked is clicked again, as a person would.
        // Under the bar that stays at the top, a person would scroll first.
        if (problem instanceof error.ElementClickInterceptedError && tries < 3) {
          await this.run((/** @type {string} */ css) => document.querySelector(css)?.scrollIntoView({ block: "center" }), css);
          continue;
        }
        if (!(problem instanceof error.StaleElementReferenceError) || tries === 3) throw problem;
      }
    }
  }

  /** @param {string[]} keys each a key, or text to type */
  async press(...keys) {
    for (const key of keys) await this.driver.actions().sendKeys(/** @type {any} */ (Key)[key] ?? key).perform();
  }

  /** Presses a key with another one held. @param {"CONTROL" | "SHIFT"} held @param {string[]} keys */
  async chord(held, ...keys) {
    const actions = this.driver.actions().keyDown(Key[held]);
    for (const key of keys) actions.sendKeys(/** @type {any} */ (Key)[key] ?? key);
    await actions.keyUp(Key[held]).perform();
  }

  /** Chooses an option as a person does. @param {string} css @param {string} value */
  async select(css, value) {
    await this.run((/** @type {string} */ css, /** @type {string} */ value) => {
      const select = /** @type {HTMLSelectElement} */ (document.querySelector(css));
      select.value = value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }, css, value);
  }

  /**
   * Does something in the page, by its own clock: without the driver's waits.
   * @param {() => void} act @param {() => unknown} until must not hold before
   * @returns {Promise<{ ms: number, worstFrame: number }>}
   */
  timed(act, until) {
    return this.driver.executeAsyncScript(`${waits}; (${clocked})(${act}, ${until}, arguments[0]);`);
  }

  /** Waits until the table has so many rows, the first of which is drawn. @param {number} rows */
  rows(rows) {
    return this.until(`the table has ${rows} rows`, (/** @type {number} */ rows) => {
      const grid = document.getElementById("grid");
      return grid?.checkVisibility() && grid.getAttribute("aria-rowcount") === String(rows + 1) && document.querySelector("[data-row='0']") !== null;
    }, { args: [rows] });
  }

  /** The funnel's numbers. @returns {Promise<Record<string, number>>} */
  funnel() {
    return this.run(() => Object.fromEntries([...document.querySelectorAll("#funnel .step")].map((step) => [
      /** @type {HTMLElement} */ (step).dataset.step, Number(step.querySelector("b")?.textContent?.replaceAll(",", ""))])));
  }

  /** Hands the page's own input a file, though it is hidden. @param {string} id @param {string} path */
  async give(id, path) {
    await this.driver.findElement(By.id(id)).sendKeys(path);
  }

  /** What the focus is on, as a short description. @returns {Promise<string>} */
  focus() {
    return this.run(() => {
      const at = document.activeElement;
      return at ? `${at.tagName.toLowerCase()}${at.id ? `#${at.id}` : ""} ${at.textContent?.trim().slice(0, 30) ?? ""}` : "";
    });
  }

  /**
   * Presses what downloads something, and gives the downloaded bytes.
   * @param {() => Promise<unknown>} press
   */
  async download(press) {
    const folder = this.browser.downloads;
    await mkdir(folder, { recursive: true });
    await press();
    const end = Date.now() + 120_000;
    let last = -1;
    for (;;) {
      const names = (await readdir(folder)).filter((name) => !/\.(part|crdownload|tmp)$|^\./.test(name));
      const unfinished = (await readdir(folder)).some((name) => /\.(part|crdownload)$/.test(name));
      if (names.length === 1 && !unfinished) {
        const bytes = await readFile(join(folder, names[0]));
        // Firefox makes the file empty first; a size that stays has arrived.
        if (bytes.length > 0 && bytes.length === last) {
          await rm(join(folder, names[0]));
          return { name: names[0], bytes };
        }
        last = bytes.length;
      }
      if (Date.now() > end) assert.fail(`no download came; the folder holds ${JSON.stringify(await readdir(folder))}`);
      await sleep(60);
    }
  }

  /** Opens the first row and reads its context, of which nothing may be missing. */
  async readContext() {
    await this.until("a row is there", () => document.querySelector("[data-row='0']") !== null);
    await this.click("[data-row='0'] .c-process_name");
    await this.until("the event is there", () => document.querySelector("#details .raw") !== null);
    await this.click("#context-read");
    await this.until("the context is there", () => document.getElementById("context")?.dataset.state === "done");
    assert.doesNotMatch(await this.text("#context"), /Partial|could not/);
  }

  /** The page's own JSON export, as text. */
  async exportJson() {
    const { bytes } = await this.download(() => this.click("#export-json"));
    return bytes.toString("utf8");
  }

  /** No console message, no refusal by the policy. */
  async assertQuiet() {
    assert.deepEqual(await this.browser.errors(), [], "the console is empty");
  }
}
