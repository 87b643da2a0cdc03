import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** How clients of a protocol find its servers. */
export interface SearchProtocol {
  /** A search, as it reaches the servers. @param port the UDP port to answer to */
  readonly fromClient: (datagram: Buffer, port: number) => Buffer;
  /** The TCP ports of servers that an answer tells. */
  readonly serverPorts: (datagram: Buffer) => readonly number[];
  /** An answer that tells of other ports. */
  readonly withServerPorts: (datagram: Buffer, other: (port: number) => number) => Buffer;
  /** Settings by which a client looks at a UDP port of loopback, and nowhere else. */
  readonly clientEnvironment: (port: number, serverSearchPort: number) => Record<string, string>;
}

/** The network between clients and the servers of one search port, which a test can cut or let fall silent. */
export class Network {
  /** Bytes that servers have sent to clients. */
  receivedBytes = 0;
  readonly #protocol: SearchProtocol;
  readonly #near: UdpSocket;
  readonly #far: UdpSocket;
  readonly #serverSearchPort: number;
  /** Relays by the port of the server. */
  readonly #relays = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  #client: RemoteInfo | null = null;
  #isCut = false;
  #isSilent = false;

  private constructor(protocol: SearchProtocol, near: UdpSocket, far: UdpSocket, serverSearchPort: number) {
    this.#protocol = protocol;
    this.#near = near;
    this.#far = far;
    this.#serverSearchPort = serverSearchPort;
    near.on('message', (message, client) => {
      this.#client = client;
      if (this.#isOpen) this.#far.send(protocol.fromClient(message, far.address().port), serverSearchPort, '127.0.0.1');
    });
    far.on('message', (message) => {
      void this.#answer(message);
    });
  }

  static async start(t: Test, protocol: SearchProtocol, serverSearchPort: number): Promise<Network> {
    const [near, far] = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of [near, far]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    const one = new Network(protocol, near, far, serverSearchPort);
    t.teardown(() => {
      one.#close();
    });
    return one;
  }

  /** Settings by which a client looks on the far side of this network and nowhere else. */
  get clientEnvironment(): Record<string, string> {
    return this.#protocol.clientEnvironment(this.#near.address().port, this.#serverSearchPort);
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
    for (const port of this.#protocol.serverPorts(message)) ports.set(port, await this.#relayTo(port));
    const { port, address } = this.#client ?? {};
    if (!this.#isOpen || port === undefined) return;
    const told = this.#protocol.withServerPorts(message, (real) => ports.get(real) ?? real);
    this.#near.send(told, port, address);
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
