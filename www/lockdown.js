// Runs before everything else: takes away what no content security policy can forbid. WebRTC asks the servers it is
// given for its own address (STUN, TURN), whatever `connect-src` says, in both browsers.

const BEYOND_THE_POLICY = ["RTCPeerConnection", "webkitRTCPeerConnection", "mozRTCPeerConnection", "RTCIceTransport"];

for (const name of BEYOND_THE_POLICY) {
  Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
}
