import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

const HEADER_BYTES = 8;
const SEARCH = 3;
const SEARCH_RESPONSE = 4;
/** Where the port to answer to is in a search, and the server's port in a response. */
const PORT_AT: Readonly<Record<number, number>> = { [SEARCH]: HEADER_BYTES + 24, [SEARCH_RESPONSE]: HEADER_BYTES + 32 };

/** The network between PVAccess clients and the servers of one search port, which a test can cut or let fall silent. */
export class PvaNetwork {
  /** Bytes that servers have sent to clients. */
  receivedBytes = 0;
  readonly #near: UdpSocket;
  readonly #far: UdpSocket;
  readonly #serverSearchPort: number;
  /** Relays by the port of the server. */
  readonly #relays = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  #client: RemoteInfo | null = null;
  #isCut = false;
  #isSilent = false;

  private constructor(near: UdpSocket, far: UdpSocket, serverSearchPort: number) {
    this.#near = near;
    this.#far = far;
    this.#serverSearchPort = serverSearchPort;
    near.on('message', (message, client) => {
      this.#client = client;
      if (this.#isOpen)
        this.#far.send(
          withPorts(message, SEARCH, () => far.address().port),
          serverSearchPort,
        );
    });
    far.on('message', (message) => {
      void this.#answer(message);
    });
  }

  static async start(t: Test, serverSearchPort: number): Promise<PvaNetwork> {
    const [near, far] = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of [near, far]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    const one = new PvaNetwork(near, far, serverSearchPort);
    t.teardown(() => {
      one.#close();
    });
    return one;
  }

  /** Settings by which a client looks on the far side of this network and nowhere else. */
  get clientEnvironment(): Record<string, string> {
    return {
      EPICS_PVA_ADDR_LIST: `127.0.0.1:${this.#near.address().port}`,
      EPICS_PVA_AUTO_ADDR_LIST: 'NO',
      EPICS_PVA_BROADCAST_PORT: String(this.#serverSearchPort),
    };
  }

  get #isOpen(): boolean {
    return !this.#isCut && !this.#isSilent;
  }

  /** Ends all connections; there are no new ones until it is restored. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing gets through, and nobody is told. */
  silence(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  restore(): void {
    this.#isCut = false;
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async #answer(message: Buffer): Promise<void> {
    const ports = new Map<number, number>();
    for (const port of portsIn(message, SEARCH_RESPONSE)) ports.set(port, await this.#relayTo(port));
    const { port, address } = this.#client ?? {};
    if (!this.#isOpen || port === undefined) return;
    this.#near.send(
      withPorts(message, SEARCH_RESPONSE, (real) => ports.get(real) ?? real),
      port,
      address,
    );
  }

  async #relayTo(serverPort: number): Promise<number> {
    let relay = this.#relays.get(serverPort);
    if (relay === undefined) {
      relay = createServer((near) => {
        this.#connect(near, serverPort);
      }).listen(0, '127.0.0.1');
      this.#relays.set(serverPort, relay);
    }
    if (!relay.listening) await once(relay, 'listening');
    return (relay.address() as AddressInfo).port;
  }

  #connect(near: Socket, serverPort: number): void {
    if (!this.#isOpen) {
      near.destroy();
      return;
    }
    const far = connect(serverPort, '127.0.0.1');
    far.on('data', (bytes) => (this.receivedBytes += bytes.length));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('data', (bytes) => other.write(bytes));
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  #close(): void {
    this.cut();
    for (const relay of this.#relays.values()) relay.close();
    this.#near.close();
    this.#far.close();
  }
}

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
