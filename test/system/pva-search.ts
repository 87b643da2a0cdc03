import type { SearchProtocol } from './network.js';

const HEADER_BYTES = 8;
const SEARCH = 3;
const SEARCH_RESPONSE = 4;
/** Where the port to answer to is in a search, and the server's port in a response. */
const PORT_AT: Readonly<Record<number, number>> = { [SEARCH]: HEADER_BYTES + 24, [SEARCH_RESPONSE]: HEADER_BYTES + 32 };

/** Where messages of this kind begin in a datagram, and whether they are big-endian. */
function* messagesIn(datagram: Buffer, kind: number): Generator<{ readonly at: number; readonly isBig: boolean }> {
  for (let at = 0; at + HEADER_BYTES <= datagram.length;) {
    const isBig = (datagram.readUInt8(at + 2) & 0x80) !== 0;
    if (datagram.readUInt8(at + 3) === kind) yield { at, isBig };
    at += HEADER_BYTES + (isBig ? datagram.readUInt32BE(at + 4) : datagram.readUInt32LE(at + 4));
  }
}

function portsIn(datagram: Buffer, kind: number): number[] {
  const where = PORT_AT[kind] ?? 0;
  return [...messagesIn(datagram, kind)].map(({ at, isBig }) =>
    isBig ? datagram.readUInt16BE(at + where) : datagram.readUInt16LE(at + where),
  );
}

/** The datagram with other ports in its messages of this kind. */
function withPorts(datagram: Buffer, kind: number, other: (port: number) => number): Buffer {
  const changed = Buffer.from(datagram);
  const where = PORT_AT[kind] ?? 0;
  for (const { at, isBig } of messagesIn(datagram, kind)) {
    if (isBig) changed.writeUInt16BE(other(datagram.readUInt16BE(at + where)), at + where);
    else changed.writeUInt16LE(other(datagram.readUInt16LE(at + where)), at + where);
  }
  return changed;
}

/** Of PVAccess. */
export const PVA_SEARCH: SearchProtocol = {
  fromClient: (datagram, port) => withPorts(datagram, SEARCH, () => port),
  serverPorts: (datagram) => portsIn(datagram, SEARCH_RESPONSE),
  withServerPorts: (datagram, other) => withPorts(datagram, SEARCH_RESPONSE, other),
  clientEnvironment: (port, serverSearchPort) => ({
    EPICS_PVA_ADDR_LIST: `127.0.0.1:${port}`,
    EPICS_PVA_AUTO_ADDR_LIST: 'NO',
    EPICS_PVA_BROADCAST_PORT: String(serverSearchPort),
  }),
};
