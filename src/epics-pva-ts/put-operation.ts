import { type ContextHandle, type OperationHandle, type OperationOptions, pvxs, type ValueHandle } from 'node-pvxs';
import type { Settle } from './client-operations.js';
import { PvaError } from './pva-error.js';
import { TypedValue } from './typed-value.js';

interface EnumFields {
  readonly index: number;
  readonly choices: readonly string[];
}

/** One put: prepared by pvxs, which gives the PV's type, then sent once. */
export class PutOperation {
  readonly #name: string;
  readonly #data: unknown;
  readonly #settle: Settle<undefined>;
  readonly #keepsTimer: boolean;
  readonly #onSend: (() => void) | undefined;
  readonly operation: OperationHandle;
  #prototype: ValueHandle | null = null;
  #isBusy = false;

  constructor(
    context: ContextHandle,
    name: string,
    data: unknown,
    options: OperationOptions & { readonly keepsTimer: boolean; readonly onSend: (() => void) | undefined },
    settle: Settle<undefined>,
  ) {
    this.#name = name;
    this.#data = data;
    this.#settle = settle;
    this.#keepsTimer = options.keepsTimer;
    this.#onSend = options.onSend;
    this.operation = pvxs.contextPut(
      context,
      name,
      options,
      (prototype) => {
        this.#prototype = prototype;
        this.#proceed();
      },
      (error) => {
        settle.fail(error);
      },
    );
  }

  // The channel may be lost before the put is sent: then it is sent when pvxs has prepared it anew.
  #proceed(): void {
    const prototype = this.#prototype;
    if (this.#isBusy || prototype === null) return;
    this.#prototype = null;
    this.#isBusy = true;
    if (!this.#keepsTimer) this.#settle.stopTimer();
    try {
      if (typeof this.#data === 'string' && isEnum(prototype)) this.#sendLabel(prototype, this.#data);
      else this.#send(prototype, fieldsToPut(prototype, this.#data));
    } catch (error) {
      this.#settle.fail(PvaError.from(error, this.#name));
    }
  }

  #send(prototype: ValueHandle, fields: unknown): void {
    const value = pvxs.valueCloneEmpty(prototype);
    pvxs.valueAssign(value, fields);
    this.#onSend?.();
    pvxs.operationPut(this.operation, value, (error) => {
      if (error === null) this.#settle.succeed(undefined);
      else this.#retry(error);
    });
  }

  #sendLabel(prototype: ValueHandle, label: string): void {
    pvxs.operationGet(this.operation, (error, current) => {
      if (error !== null) {
        this.#retry(error);
        return;
      }
      try {
        this.#send(prototype, { 'value.index': indexOfLabel(current, label) });
      } catch (failure) {
        this.#settle.fail(PvaError.from(failure, this.#name));
      }
    });
  }

  #retry(error: Error & { readonly code: string }): void {
    this.#isBusy = false;
    if (error.code === 'PVA_CANCELLED') this.#proceed();
    else this.#settle.fail(error);
  }
}

function isEnum(prototype: ValueHandle): boolean {
  const { value } = pvxs.valueToJs(prototype, false) as { value?: Partial<EnumFields> | null };
  return typeof value === 'object' && value !== null && 'index' in value && 'choices' in value;
}

function indexOfLabel(current: ValueHandle | null, label: string): number {
  const { value } = current === null ? {} : (pvxs.valueToJs(current, false) as { value?: EnumFields });
  const choices = value?.choices ?? [];
  const index = choices.indexOf(label);
  if (index >= 0) return index;
  throw new PvaError('PVA_TYPE', `"${label}" is none of the choices ${choices.join(', ')}`, { path: 'value' });
}

/** Fields to put: an object as it is, anything else as the field `value` (of an enum: its index). */
function fieldsToPut(prototype: ValueHandle, data: unknown): unknown {
  if (data === undefined) throw new PvaError('PVA_TYPE', 'no value was given', { path: 'value' });
  if (data instanceof TypedValue) return pvxs.valueToJs(data.toHandle(), true);
  const isObject = typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype;
  if (isObject) return data;
  if ((typeof data === 'number' || typeof data === 'boolean') && isEnum(prototype)) {
    return { 'value.index': Number(data) };
  }
  return { value: data };
}
