import { alarmField, structure, timeStampField } from 'epics-pva-ts';

/** `Streamn:Report`: what the workflow says of itself; see docs/streams.md for each field. */
export const REPORT = structure({
  id: 'dm:StreamReport',
  fields: {
    streamId: 'string',
    sequence: 'int64',
    jobId: 'string',
    state: 'string',
    stage: 'string',
    progress: 'float64',
    nReceived: 'int64',
    nProcessed: 'int64',
    nDropped: 'int64',
    receiveRate: 'float64',
    processRate: 'float64',
    message: 'string',
    commandPv: 'string',
    results: 'string',
    alarm: alarmField,
    timeStamp: timeStampField,
  },
});

const commandFields = {
  sequence: 'int64',
  command: 'string',
  arguments: 'string',
  source: 'string',
  requestId: 'string',
} as const;

/** `Streamn:Command`: the newest command, every one that isn't acknowledged, and what came of the last ones. */
export const COMMAND = structure({
  id: 'dm:StreamCommand',
  fields: {
    streamId: 'string',
    ...commandFields,
    /** In seconds; 0: as the slot's CommandTimeout. */
    timeout: 'float64',
    pending: { code: 'struct[]', fields: commandFields },
    answers: { code: 'struct[]', fields: { sequence: 'int64', outcome: 'string', message: 'string' } },
    alarm: alarmField,
    timeStamp: timeStampField,
  },
});

/** `Streamn:Ack`: what the workflow says to a command. */
export const ACK = structure({
  id: 'dm:StreamAck',
  fields: {
    streamId: 'string',
    sequence: 'int64',
    accepted: 'bool',
    message: 'string',
    alarm: alarmField,
    timeStamp: timeStampField,
  },
});
