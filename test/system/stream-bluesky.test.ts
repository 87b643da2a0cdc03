import { join, resolve } from 'node:path';
import t from 'tap';
import { freePort } from '../loopback-environment.js';
import { checkByPython, IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';

/** One plan streams frames to a workflow of the example; either side ends the stream. */
await t.test(
  'a Bluesky plan streams frames to a workflow, which either side ends, and keeps what came of it',
  async (t) => {
    const framesPort = String(await freePort());
    const clients = { EPICS_PVA_BROADCAST_PORT: framesPort, EPICS_PVA_ADDR_LIST: '127.0.0.1' };
    const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'), [], {
      ...clients,
      EPICS_PVA_AUTO_ADDR_LIST: 'NO',
      PYTHONPATH: resolve('ioc/bluesky'),
    });
    try {
      await checkByPython(t, 'stream_bluesky.py', [PYTHON], {
        ...ioc.clientEnvironment,
        EPICS_PVAS_INTF_ADDR_LIST: '127.0.0.1',
        EPICS_PVAS_SERVER_PORT: '0',
        EPICS_PVAS_BROADCAST_PORT: framesPort,
      });
    } finally {
      t.equal(await ioc.stop('SIGUSR2'), 0, 'the IOC ends well', { output: ioc.output });
    }
  },
);
