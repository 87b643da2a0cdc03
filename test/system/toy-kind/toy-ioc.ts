// An IOC whose list of kinds has one more. usage: node toy-ioc.js run [--set key=value]...
import { createLog, loadConfig, startApplication } from 'dm-ioc';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';
import { parseArgs } from 'node:util';
import { toyKind } from './toy-kind.js';

const kinds = [...SLOT_KINDS, toyKind];
const { values } = parseArgs({ options: { set: { type: 'string', multiple: true } }, allowPositionals: true });
const config = loadConfig(undefined, values.set, kinds);
const application = await startApplication(config, createLog(config.log), kinds);
process.on('SIGTERM', () => void application.close().then(() => process.exit(0)));
const { endpoints } = application;
process.stdout.write(
  `CA port ${endpoints.caPort}, PVA port ${endpoints.pvaPort} (search ${endpoints.pvaBroadcastPort})\n`,
);
