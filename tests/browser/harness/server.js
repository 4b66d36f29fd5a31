// A server on this machine that serves the page and writes down every request it gets, and every connection and
// datagram without one.

import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

/** @param {string} page the path of the built page */
export async function serve(page) {
  /** @type {string[]} */
  const requests = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (request.url === "/" || request.url === "/index.html") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
      response.end(await readFile(page));
    } else {
      response.writeHead(404).end();
    }
  });
  server.on("connection", () => { connections += 1; });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    /** The requests since the last call. */
    taken: () => requests.splice(0),
    /** The connections since the last call, with a request or without. */
    connected: () => {
      const before = connections;
      connections = 0;
      return before;
    },
    /** Ends the connections that browsers keep: the next attempt is to make its own, which is counted. */
    hangUp: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Listens on one port for UDP and TCP, as a STUN and TURN server does, and counts what comes. @param {string} host */
export async function listen(host) {
  /** @type {string[]} */
  const heard = [];
  const tcp = createTcpServer((socket) => {
    heard.push("tcp");
    socket.on("error", () => {}).destroy();
  });
  await new Promise((resolve) => tcp.listen(0, host, () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (tcp.address());
  const udp = createSocket("udp4", () => heard.push("udp"));
  await new Promise((resolve) => udp.bind(port, host, () => resolve(undefined)));
  return {
    address: `${host}:${port}`,
    taken: () => heard.splice(0),
    async close() {
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}
