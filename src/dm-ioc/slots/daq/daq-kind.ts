import type { DaqInfo } from 'dm';
import { LONGEST_WAIT_S } from '../../commands/time-limit.js';
import { NO_YES, readingsOf } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command } from '../../registry/signal.js';
import type { Collection } from '../../state/collection.js';
import { defineSlotKind } from '../slot-kind.js';
import { transferKind } from '../transfer/transfer-kind.js';
import { transferReadings } from '../transfer/transfer-readings.js';
import { filesWaiting } from '../transfer/transfer-view.js';
import { DAQ_CALLS } from './daq-calls.js';
import { abortDaq, startDaq, stopDaq, syncDaq } from './daq-commands.js';
import { EMPTY_DAQ_SLOT, updateDaq, type DaqContext, type DaqSlot } from './daq-slot.js';

const setpoint = new Setpoints<DaqSlot, DaqContext>();
const { reading } = readingsOf<DaqSlot>('DAQ');
const total = readingsOf<Collection<DaqInfo>>('DAQ');

/** DAQs: DM watches a directory tree and stores what appears. */
export const daqKind = defineSlotKind({
  ...transferKind<DaqInfo>('DAQ:Table', 'DAQs of the station, newest first'),
  name: 'daq',
  device: 'DAQ',
  database: 'daq.db',
  empty: EMPTY_DAQ_SLOT,
  update: updateDaq,
  tick: (slot, moment) => (slot.object === null ? slot : updateDaq(slot, slot.object, moment)),
  signals: {
    dataDirectory: setpoint.path('dataDirectory', 'Directory to watch'),
    destDirectory: setpoint.path('destDirectory', 'Where to, within the experiment', { isWithin: true }),
    processExisting: setpoint.boolean('processExisting', 'Also take what is there already', NO_YES),
    skipPattern: setpoint.path('skipPattern', 'Files to skip: patterns, by comma', { option: 'skipFilePathPattern' }),
    useAnalysisDirectory: setpoint.boolean('useAnalysisDirectory', 'Store under analysis, not data', NO_YES),
    workflowName: setpoint.name('workflowName', 'Workflow to run for each file'),
    workflowArgs: setpoint.json('workflowArgs', 'Its arguments, a JSON object', 4000),
    timeout: setpoint.number('timeoutS', 'Ends waiting, not the DAQ; 0: none', {
      unit: 's',
      min: 0,
      max: LONGEST_WAIT_S,
    }),
    start: command('Start, or take the active DAQ', startDaq),
    stop: command('Stop; done when it has ended', stopDaq),
    abort: command('Stop, waiting for no unfinished file', abortDaq),
    sync: command('Done when files seen so far are stored', syncDaq),
    ...transferReadings<DaqSlot>('DAQ'),
    nWaiting: reading('integer', 'Files that wait', ({ object }) => (object === null ? 0 : filesWaiting(object))),
    startTime: reading('time', 'When it started', ({ object }) => (object?.startTime ?? 0) * 1000),
  },
  objects: {
    change: 'daq',
    list: (dm) => dm.daqs.list(),
    get: (dm, id) => dm.daqs.get(id),
    watch: (dm, id) => dm.watchDaq(id),
  },
  total: {
    name: 'daq',
    database: 'daq-total.db',
    signals: { nActive: total.reading('integer', 'Active DAQs of the station', (daqs) => daqs.nActive) },
  },
  calls: DAQ_CALLS,
});
