import { pvxs, type ValueHandle } from 'node-pvxs';
import { type Alarm, alarmFieldsOf } from './alarm.js';
import { checkOptions } from './check-options.js';
import { inferType } from './infer-type.js';
import { PvaError } from './pva-error.js';
import type { PvType } from './pv-type.js';
import { timeStampOf } from './time-stamp.js';

/** A value with a type of its own, such as an NTTable as the result of a call. */
export class TypedValue {
  readonly #build: () => ValueHandle;

  /** @internal Use typed(). */
  constructor(build: () => ValueHandle) {
    this.#build = build;
  }

  /** @internal With marks at the fields that were given. */
  toHandle(): ValueHandle {
    return this.#build();
  }

  /** @internal With all fields marked, as arguments and results are sent: clients take what isn't for absent. */
  toWholeHandle(): ValueHandle {
    const handle = this.#build();
    pvxs.valueMark(handle, '', true);
    return handle;
  }
}

/** Give a value a type. */
export function typed<Value, Input>(
  type: PvType<Value, Input>,
  input: NoInfer<Input>,
  options: { readonly alarm?: Alarm; readonly timeMs?: number } = {},
): TypedValue {
  checkOptions('typed', options, { alarm: true, timeMs: true });
  return new TypedValue(() => {
    const handle = pvxs.valueCreate(type.descriptor);
    const names = new Set(type.descriptor.members.map((member) => member.name));
    const fields = type.encoder(null)(input);
    pvxs.valueAssign(handle, type.initial);
    pvxs.valueAssign(handle, fields);
    if (names.has('alarm') && options.alarm) pvxs.valueAssign(handle, { alarm: alarmFieldsOf(options.alarm) });
    if (names.has('timeStamp') && (options.timeMs !== undefined || fields['timeStamp'] === undefined)) {
      pvxs.valueAssign(handle, { timeStamp: timeStampOf(options.timeMs ?? Date.now()) });
    }
    return handle;
  });
}

/** The structure to send for any data: a {@link TypedValue} as it is, an object with the types found for its fields,
 * anything else as the field `value`. @throws PvaError `PVA_TYPE` */
export function structureHandle(data: unknown): ValueHandle {
  try {
    if (data instanceof TypedValue) return data.toWholeHandle();
    const inferred = inferType(data);
    const isStructure = inferred.type.code === 'struct';
    const { type, value } = isStructure ? inferred : inferType({ value: data });
    const handle = pvxs.valueCreate(type);
    pvxs.valueAssign(handle, value);
    return handle;
  } catch (error) {
    throw PvaError.from(error);
  }
}
