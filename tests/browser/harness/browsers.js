// Starts the two browsers so that they behave as a responder's would: no relaxed file:// rules, no first-run
// pages, no background traffic, a fresh profile, downloads into a folder of the test.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, Capabilities, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";
import firefox from "selenium-webdriver/firefox.js";

process.env.SE_OFFLINE = "true";
process.env.SE_AVOID_STATS = "true";
// A zone of half hours that turns its clocks: local times that are right here are right elsewhere too.
process.env.TZ = "America/St_Johns";

/** Both, unless BROWSERS names one of them. */
export const KINDS = (process.env.BROWSERS ?? "chromium,firefox").split(",");

/** The path that `cargo xtask test` found for a program. @param {string} name */
function program(name) {
  const path = process.env[name];
  if (!path || !existsSync(path)) {
    throw new Error(`${name} is not set to a program; run these tests by \`cargo xtask test browser\`.`);
  }
  return path;
}

/**
 * @typedef {{ kind: string, driver: import("selenium-webdriver").WebDriver, downloads: string,
 *   errors(): Promise<string[]>, quit(): Promise<void> }} Browser
 */

/**
 * @param {string} kind
 * @param {{ width?: number, height?: number, dark?: boolean, dialogs?: boolean, cores?: number }} [options] `dialogs`: file
 *   dialogs of Firefox can be answered; `cores`: how many processors Firefox tells its pages of, Chromium knows no such
 *   setting (see `Page.before`)
 * @returns {Promise<Browser>}
 */
export async function start(kind, { width = 1280, height = 900, dark = false, dialogs = false, cores } = {}) {
  if (kind !== "chromium" && kind !== "firefox") throw new Error(`BROWSERS: there is no browser ${JSON.stringify(kind)}`);
  const home = await mkdtemp(join(tmpdir(), `triage-${kind}-`));
  const downloads = join(home, "downloads");
  const { driver, said } = kind === "chromium"
    ? { driver: await startChromium(home, downloads, dark), said: [] }
    : await startHeard(() => startFirefox(downloads, dark, dialogs, cores));
  // The window is set from outside, so that the page is as large as asked for in both.
  await driver.manage().window().setRect({ x: 0, y: 0, width, height });
  await driver.manage().setTimeouts({ script: 60_000, pageLoad: 60_000 });
  return {
    kind,
    driver,
    downloads,
    async errors() {
      if (kind === "chromium") {
        const entries = await driver.manage().logs().get(logging.Type.BROWSER);
        said.push(...entries.filter((entry) => entry.level.value >= logging.Level.WARNING.value).map((entry) => entry.message));
      } else {
        // Events come in order: once this one is there, so are all before it.
        const mark = `mark ${Math.random()}`;
        await driver.executeScript((/** @type {string} */ mark) => console.warn(mark), mark);
        for (let i = 0; i < 200 && !said.some((text) => text.includes(mark)); i += 1) await new Promise((done) => setTimeout(done, 10));
        const at = said.findIndex((text) => text.includes(mark));
        if (at < 0) throw new Error("Firefox's console can't be heard.");
        said.splice(at, 1);
      }
      return said.splice(0);
    },
    async quit() {
      await driver.quit();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Some new Firefox in hundreds hangs up the line on which its console is heard before it says a word. Then another one is started. */
const TRIES = 3;

/** @param {() => Promise<import("selenium-webdriver").WebDriver>} start */
async function startHeard(start) {
  for (let left = TRIES - 1; ; left -= 1) {
    const driver = await start();
    try {
      return { driver, said: await listenToFirefox(driver) };
    } catch (error) {
      await driver.quit();
      if (left === 0) throw error;
    }
  }
}

/** @param {string} home @param {string} downloads @param {boolean} dark */
function startChromium(home, downloads, dark) {
  const options = new chrome.Options();
  options.setBinaryPath(program("CHROMIUM"));
  options.addArguments(
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars", "--lang=en-US",
    `--user-data-dir=${join(home, "profile")}`,
  );
  if (dark) options.addArguments("--force-dark-mode");
  options.setUserPreferences({
    "download.default_directory": downloads,
    "download.prompt_for_download": false,
    "profile.default_content_setting_values.automatic_downloads": 1,
  });
  const log = new logging.Preferences();
  log.setLevel(logging.Type.BROWSER, logging.Level.ALL);
  options.setLoggingPrefs(log);
  return new Builder()
    .withCapabilities(Capabilities.chrome())
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder(program("CHROMEDRIVER")))
    .build();
}

/** @param {string} downloads @param {boolean} dark @param {boolean} dialogs @param {number} [cores] */
function startFirefox(downloads, dark, dialogs, cores) {
  const options = new firefox.Options();
  options.setBinary(program("FIREFOX"));
  options.addArguments("-headless");
  const preferences = {
    // Marionette's "recommended" preferences relax the rules of file://.
    "remote.prefs.recommended": false,
    "browser.download.folderList": 2,
    "browser.download.dir": downloads,
    "browser.download.useDownloadDir": true,
    "browser.download.always_ask_before_handling_new_types": false,
    "browser.download.manager.addToRecentDocs": false,
    "browser.download.alwaysOpenPanel": false,
    // What the recommended preferences would have silenced: first-run pages and background traffic.
    "browser.aboutwelcome.enabled": false,
    "browser.startup.page": 0,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.shell.checkDefaultBrowser": false,
    "browser.newtabpage.enabled": false,
    "browser.safebrowsing.malware.enabled": false,
    "browser.safebrowsing.phishing.enabled": false,
    "browser.safebrowsing.downloads.enabled": false,
    "browser.sessionstore.resume_from_crash": false,
    "browser.region.network.url": "",
    "browser.search.update": false,
    "app.update.disabledForTesting": true,
    "app.normandy.enabled": false,
    "app.shield.optoutstudies.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "datareporting.healthreport.uploadEnabled": false,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": true,
    "toolkit.telemetry.enabled": false,
    "toolkit.telemetry.server": "",
    "extensions.update.enabled": false,
    "extensions.getAddons.cache.enabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "data:,",
    "dom.disable_beforeunload": true,
    "intl.accept_languages": "en-US",
    "ui.systemUsesDarkTheme": dark ? 1 : 0,
    "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
    ...(cores ? { "dom.maxHardwareConcurrency": cores } : {}),
  };
  for (const [name, value] of Object.entries(preferences)) options.setPreference(name, value);
  options.enableBidi();
  const service = new firefox.ServiceBuilder(program("GECKODRIVER"));
  if (dialogs) service.addArguments("--allow-system-access");
  return new Builder()
    .withCapabilities(Capabilities.firefox())
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(service)
    .build();
}

/** Firefox gives its console only as events. @param {import("selenium-webdriver").WebDriver} driver */
async function listenToFirefox(driver) {
  /** @type {string[]} */
  const said = [];
  const bidi = await driver.getBidi();
  await bidi.subscribe("log.entryAdded");
  // The package's types call it a browser's socket; it is that of `ws`.
  const socket = /** @type {import("node:events").EventEmitter} */ (/** @type {unknown} */ (bidi.socket));
  socket.on("message", (/** @type {Buffer} */ data) => {
    const { method, params } = JSON.parse(data.toString());
    if (method === "log.entryAdded" && ["error", "warn"].includes(params.level)) {
      said.push(`${params.text ?? ""} ${JSON.stringify(params.stackTrace?.callFrames?.[0] ?? {})}`);
    }
  });
  return said;
}
