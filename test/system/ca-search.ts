import type { SearchProtocol } from './network.js';

const HEADER_BYTES = 16;
const SEARCH = 6;
/** Where the server's port is in an answer, instead of a data type. */
const PORT_AT = 4;

/** Where answers begin in a datagram. */
function* answersIn(datagram: Buffer): Generator<number> {
  for (let at = 0; at + HEADER_BYTES <= datagram.length; at += HEADER_BYTES + datagram.readUInt16BE(at + 2)) {
    if (datagram.readUInt16BE(at) === SEARCH) yield at;
  }
}

/** Of Channel Access. */
export const CA_SEARCH: SearchProtocol = {
  // Servers answer to where it came from.
  fromClient: (datagram) => datagram,
  serverPorts: (datagram) => [...answersIn(datagram)].map((at) => datagram.readUInt16BE(at + PORT_AT)),
  withServerPorts: (datagram, other) => {
    const changed = Buffer.from(datagram);
    for (const at of answersIn(datagram))
      changed.writeUInt16BE(other(datagram.readUInt16BE(at + PORT_AT)), at + PORT_AT);
    return changed;
  },
  clientEnvironment: (port, serverSearchPort) => ({
    EPICS_CA_ADDR_LIST: `127.0.0.1:${port}`,
    EPICS_CA_AUTO_ADDR_LIST: 'NO',
    EPICS_CA_SERVER_PORT: String(serverSearchPort),
  }),
};
