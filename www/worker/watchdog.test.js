import assert from "node:assert/strict";
import { test } from "node:test";
import { Watchdog } from "./watchdog.js";

test("nothing is stalled that nobody waits for, nor before its time", () => {
  const dog = new Watchdog(1000, 2);
  assert.equal(dog.look(5000), "well");
  dog.waits(5000);
  assert.equal(dog.look(5999), "well");
  dog.heard();
  assert.equal(dog.look(9999), "well");
});

test("a stall is tried again so often, then the file is lost", () => {
  const dog = new Watchdog(1000, 2);
  for (const found of ["retry", "retry", "lost"]) {
    dog.waits(0);
    assert.equal(dog.look(1000), found);
    assert.equal(dog.look(1000), "well", "each stall is told once");
  }
});

test("data in between makes it patient again", () => {
  const dog = new Watchdog(1000, 1);
  for (let i = 0; i < 3; i += 1) {
    dog.waits(0);
    assert.equal(dog.look(1000), "retry");
    dog.waits(2000);
    dog.heard();
  }
});
