import { nameArgument, remoteCall } from 'dm-ioc/internal/commands/remote-call';
import { readingsOf } from 'dm-ioc/internal/registry/readings';
import { rowTable } from 'dm-ioc/internal/registry/row-table';
import { Setpoints } from 'dm-ioc/internal/registry/setpoints';
import { command } from 'dm-ioc/internal/registry/signal';
import type { SlotContext } from 'dm-ioc/internal/slots/slot-context';
import { defineSlotKind } from 'dm-ioc/internal/slots/slot-kind';
import type { Collection } from 'dm-ioc/internal/state/collection';
import { emptySlot } from 'dm-ioc/internal/state/initial-state';
import type { SlotState } from 'dm-ioc/internal/state/state';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';

const INPUTS = { target: 3, label: '' };

/** What a toy slot holds: a count that runs up to its target. */
interface Toy {
  readonly id: string;
  readonly status: string;
  readonly label: string;
  readonly count: number;
}

type ToySlot = SlotState<typeof INPUTS, Toy>;
type ToyContext = SlotContext<ToySlot, Toy, Toy>;

/** The id says all there is, so that it can be had again after a restart. */
function endedToy(id: string): Toy {
  const [label = '', count] = id.split('/');
  return { id, status: 'done', label, count: Number(count) };
}

async function runToy({ slot, take, learn, claim, ended, signal }: ToyContext): Promise<void> {
  const { target, label } = slot.inputs;
  const id = `${label}/${target}`;
  await claim(() => {
    take({ id, status: 'running', label, count: 0 });
    return Promise.resolve();
  });
  for (let count = 1; count < target; count += 1) {
    await setImmediate();
    learn({ id, status: 'running', label, count });
  }
  learn(endedToy(id));
  await ended(id, signal);
}

const EMPTY: ToySlot = emptySlot(INPUTS);
const setpoint = new Setpoints<ToySlot, ToyContext>();
const { reading } = readingsOf<ToySlot>();

/** A kind of slot that is all in this folder. */
export const toyKind = defineSlotKind({
  name: 'toy',
  device: 'Toy',
  service: 'PROC',
  database: resolve('test/system/toy-kind/toy.db'),
  empty: EMPTY,
  update: (slot, toy: Toy, { nowMs }) => ({ ...slot, object: toy, nowMs }),
  keep: (toy: Toy): Toy => toy,
  timeOf: () => 0,
  signals: {
    target: setpoint.number('target', 'Count to this', { unit: '', min: 1, max: 100 }),
    label: setpoint.name('label', 'Name of the count'),
    run: command('Count; done at the target', runToy),
    id: reading('text', 'Id of the count', ({ id }) => id, { isSlotId: true }),
    count: reading('integer', 'How far it is', ({ object }) => object?.count ?? 0),
    shownLabel: reading('text', 'Label of what runs', ({ object }) => object?.label ?? ''),
  },
  objects: { get: (_dm, id) => Promise.resolve(endedToy(id)) },
  total: {
    name: 'toy',
    database: resolve('test/system/toy-kind/toy-total.db'),
    signals: {
      nDone: readingsOf<Collection<Toy>>().reading('integer', 'Counts at their target', (toys) => toys.count('done')),
    },
  },
  table: rowTable<Collection<Toy>, Toy>({
    name: 'Toy:Table',
    descriptor: 'Counts',
    rows: (toys) => toys.newest(),
    columns: {
      id: { type: 'string', label: 'Id', of: ({ id }) => id },
      count: { type: 'int32', label: 'Count', of: ({ count }) => count },
    },
  }),
  slotTables: [
    rowTable<ToySlot, number>({
      name: 'Steps',
      descriptor: 'Steps of the count in slot',
      rows: ({ object }) => Array.from({ length: object?.count ?? 0 }, (_step, index) => index + 1),
      columns: { step: { type: 'int32', label: 'Step', of: (step) => step } },
    }),
  ],
  calls: [
    remoteCall(
      {
        name: 'echoToy',
        description: 'id',
        isReading: true,
        schema: z.strictObject({ id: nameArgument }),
        result: { id: 'string', status: 'string', label: 'string', count: 'int32' },
      },
      ({ id }) => Promise.resolve(endedToy(id)),
    ),
  ],
});
