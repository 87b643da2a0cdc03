import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';

/** What lies between a client and what it asks. */
export interface Interruptible {
  cut(): void;
  silence(): void;
  restore(): void;
}

const ORDERS: Readonly<Record<string, (network: Interruptible) => void>> = {
  cut: (network) => {
    network.cut();
  },
  silence: (network) => {
    network.silence();
  },
  restore: (network) => {
    network.restore();
  },
};

/** Lets a script of another language cut networks: a line `cut`, `silence` or `restore` is answered when it is so. @returns settings for the script */
export async function controlNetworks(t: Test, networks: readonly Interruptible[]): Promise<Record<string, string>> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    createInterface(socket).on('line', (order) => {
      for (const network of networks) ORDERS[order]?.(network);
      socket.write(`${order}\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { NETWORK_CONTROL: String((server.address() as AddressInfo).port) };
}
