import { type Definitions, pvxs, type ServerConfig, type ServerHandle, type SharedPvHandle } from 'node-pvxs';
import type { z } from 'zod';
import type { Fields } from './field-type.js';
import { ntScalar } from './nt-scalar.js';
import { Pv, type PvOptions } from './pv.js';
import { PvaError } from './pva-error.js';
import type { PvType } from './pv-type.js';
import { type RpcHandler, type RpcOptions, rpcServer } from './rpc.js';
import { RpcPv } from './rpc-pv.js';

/** Something served under a name. */
interface Served {
  close(): void;
  attach(add: (handle: SharedPvHandle) => void, remove: () => void): void;
}

/** A PVAccess server. One of its own serves from its creation to close(), and keeps the process running so long. */
export class PvaServer {
  readonly #handle: ServerHandle;
  readonly #isIoc: boolean;
  readonly #served = new Map<string, Served>();
  #keepsRunning = false;
  #isClosed = false;

  private constructor(handle: ServerHandle, isIoc: boolean) {
    this.#handle = handle;
    this.#isIoc = isIoc;
    if (isIoc) return;
    pvxs.serverStart(handle);
    this.ref();
  }

  /** The server of the IOC in this process, beside its records. A name given here hides a record of that name.
   * The IOC starts and stops it. @throws PvaError `PVA_CLOSED` before the IOC's drivers are registered, or after its end */
  static onIoc(): PvaServer {
    return create(() => new PvaServer(pvxs.iocServer(), true));
  }

  /** A server on loopback, on ports the system chooses. */
  static isolated(): PvaServer {
    return create(() => new PvaServer(pvxs.serverCreateIsolated(), false));
  }

  /** A server as the `EPICS_PVAS_*` and `EPICS_PVA_*` variables say. */
  static fromEnvironment(): PvaServer {
    return create(() => new PvaServer(pvxs.serverCreateFromEnv(), false));
  }

  /** A server with settings named as the variables are; others have their defaults. */
  static withSettings(definitions: Definitions): PvaServer {
    return create(() => new PvaServer(pvxs.serverCreate(definitions), false));
  }

  /** Where the server really listens. */
  get config(): ServerConfig {
    return create(() => pvxs.serverConfig(this.#handle));
  }

  /** Settings of a client that finds this server, for PvaClient or a program's environment. */
  get clientSettings(): Record<string, string> {
    const settings = create(() => pvxs.serverClientDefinitions(this.#handle));
    if (settings['EPICS_PVA_ADDR_LIST'] !== '' || settings['EPICS_PVA_AUTO_ADDR_LIST'] === 'YES') return settings;
    // pvxs names the destinations of beacons; a server without any is found where it listens.
    const addresses = this.config.interfaces.map((address) => (address === '0.0.0.0' ? '127.0.0.1' : address));
    return { ...settings, EPICS_PVA_ADDR_LIST: addresses.join(' ') };
  }

  /**
   * Serve a PV.
   * @throws PvaError `PVA_STATE` when the name is taken, `PVA_TYPE` when the initial value doesn't fit, `PVA_CLOSED`
   */
  add<Value, Input>(
    name: string,
    type: PvType<Value, Input>,
    options: PvOptions<NoInfer<Value>, NoInfer<Input>> = {},
  ): Pv<Value, Input> {
    this.#checkName(name);
    return this.#serve(name, new Pv(name, type, options));
  }

  /**
   * Serve calls. The PV's value is its description.
   * @throws PvaError as {@link PvaServer.add}
   */
  addRpc<
    Schema extends z.ZodType = z.ZodType<Record<string, unknown>>,
    const Result extends Fields | undefined = undefined,
  >(name: string, options: RpcOptions<Schema, Result>, handler: RpcHandler<z.output<Schema>, NoInfer<Result>>): RpcPv {
    this.#checkName(name);
    const description = new Pv(name, ntScalar('string'), { initial: options.description ?? 'PVAccess RPC' });
    return this.#serve(name, new RpcPv(description, options.timeoutMs, rpcServer(options, handler)));
  }

  /** Names of what was added here and isn't closed. */
  get names(): readonly string[] {
    return [...this.#served.keys()];
  }

  /** Keep the process running until close() or unref(). */
  ref(): void {
    if (!this.#keepsRunning) pvxs.retainLoop();
    this.#keepsRunning = true;
  }

  /** Let the process end although the server serves. */
  unref(): void {
    if (this.#keepsRunning) pvxs.releaseLoop();
    this.#keepsRunning = false;
  }

  /** Close all that was added here: requests under way fail with PVA_CLOSED. A server of its own stops. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const served of [...this.#served.values()]) served.close();
    if (!this.#isIoc) pvxs.serverStop(this.#handle);
    this.unref();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkName(name: string): void {
    if (this.#isClosed) throw new PvaError('PVA_CLOSED', 'the server has been closed', { pvName: name });
    if (name === '') throw new PvaError('PVA_STATE', 'a PV needs a name');
    if (this.#served.has(name)) throw new PvaError('PVA_STATE', `${name} is served already`, { pvName: name });
  }

  #remove(name: string): void {
    try {
      pvxs.serverRemovePv(this.#handle, name);
    } catch (error) {
      // The IOC's server may have ended before, and its PVs with it.
      const failure = PvaError.from(error, name);
      if (!this.#isIoc || failure.code !== 'PVA_CLOSED') throw failure;
    }
  }

  #serve<P extends Served>(name: string, pv: P): P {
    pv.attach(
      (handle) => {
        pvxs.serverAddPv(this.#handle, name, handle);
      },
      () => {
        this.#served.delete(name);
        this.#remove(name);
      },
    );
    this.#served.set(name, pv);
    return pv;
  }
}

function create<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw PvaError.from(error);
  }
}
