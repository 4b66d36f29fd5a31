// What the page starts with: the core and the workers, unpacked once, and the pool that is made of them.

import { unpackedBlock } from "../input/blocks.js";
import { core } from "../input/core.js";
import { warmSamples } from "../input/sample.js";
import { en } from "../text/en.js";
import { Pool, workerFactory } from "../worker/pool.js";

/** @param {import("./page.js").Page} page @param {(event: import("../worker/pool.js").PoolEvent) => void} listen @returns {() => void} starts the pool, another one each time */
export function createStart(page, listen) {
  const { store } = page;
  /** @type {Promise<WebAssembly.Module> | null} */
  let module = null;
  /** @type {Promise<() => Worker> | null} */
  let spawn = null;

  async function startPool() {
    module ??= core().then((bytes) => WebAssembly.compile(bytes));
    spawn ??= unpackedBlock("worker").then((bytes) => workerFactory(new TextDecoder().decode(bytes)));
    const made = new Pool({ module: await module, spawn: await spawn, cores: navigator.hardwareConcurrency || 2, listen, words: en.reader, broke: en.files.broke });
    const [rule, forms] = await Promise.all([made.ask("rule"), made.ask("rule_forms").catch(() => [])]);
    store.set({ rule, forms });
    made.prepare(await warmSamples());
    return made;
  }

  return () => {
    page.starting = startPool().then(
      (made) => { page.pool = made; },
      (error) => {
        store.set({ fatal: { title: en.fatal.damaged.title, text: en.fatal.damaged.text(String(error?.message ?? error)), next: en.fatal.damaged.next } });
      },
    );
  };
}
