// Whether a stream still gives data. It knows no timers: whoever reads says when something came and asks now
// and then.

export class Watchdog {
  /** @param {number} patience milliseconds without data @param {number} retries how often in a row it is started again */
  constructor(patience, retries) {
    this.patience = patience;
    this.retries = retries;
    this.tries = 0;
    /** Since when something is waited for; null: nothing is. @type {number | null} */
    this.since = null;
  }

  /** @param {number} now */
  waits(now) {
    this.since = now;
  }

  /** Data came, or the end: the stream is well. */
  heard() {
    this.since = null;
    this.tries = 0;
  }

  /** @param {number} now @returns {"well" | "retry" | "lost"} */
  look(now) {
    if (this.since === null || now - this.since < this.patience) return "well";
    this.since = null;
    this.tries += 1;
    return this.tries > this.retries ? "lost" : "retry";
  }
}
