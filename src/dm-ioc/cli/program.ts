import { Command } from 'commander';
import type { AccessOptions } from './pv-access.js';
import { endWithReader } from './end-with-reader.js';
import { VERSION } from '../version.js';

interface ConfigOptions {
  readonly config?: string;
  readonly set: string[];
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function withConfig(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: ioc/config.yaml)')
    .option('-s, --set <key=value>', 'set one key of the configuration; may be given more than once', collect, []);
}

function withProtocol(command: Command): Command {
  return withConfig(command)
    .option('--ca', 'over Channel Access')
    .option('--pva', 'over PVAccess (default)')
    .option('-w, --timeout <seconds>', 'how long to wait for the PV', '5');
}

/** The command line. Each command's own code is loaded only when it runs, so that each starts fast. */
export function createProgram(): Command {
  const program = new Command('dm-ioc')
    .description('APS Data Management as EPICS PVs')
    .version(VERSION)
    .showHelpAfterError('(dm-ioc --help lists what there is)')
    .hook('preAction', (_program, command) => {
      if (command.name() !== 'run') endWithReader();
    });
  withConfig(program.command('run').description('start the IOC'))
    .option('--shell', 'interactive iocsh prompt on standard input; its exit ends the IOC')
    .action(async (options: ConfigOptions & { shell?: boolean }) => {
      const { run } = await import('./run.js');
      await run(options);
    });
  withConfig(program.command('stop').description('stop the IOC of this configuration; its jobs go on'))
    .option('--jobs', 'end the jobs, too, also those that an IOC has left which runs no more')
    .action(async (options: ConfigOptions & { jobs?: boolean }) => {
      const { stop } = await import('./stop.js');
      await stop(options);
    });
  withConfig(
    program.command('check').description('check configuration, databases and addresses; start nothing'),
  ).action(async (options: ConfigOptions) => {
    const { check } = await import('./check.js');
    await check(options);
  });
  withConfig(program.command('pvs').description('list every PV with its type, unit, address and description'))
    .option('--markdown', 'as a page for docs')
    .action(async (options: ConfigOptions & { markdown?: boolean }) => {
      const { listPvs } = await import('./list-pvs.js');
      await listPvs(options);
    });
  program
    .command('config')
    .description('list every key of the configuration, as a page for docs')
    .action(async () => {
      const { listConfig } = await import('./list-config.js');
      listConfig();
    });
  const experiment = program.command('experiment').description('experiments of the configured engine');
  withConfig(experiment.command('add <name>').description('make an experiment'))
    .option('--type <name>', 'experiment type')
    .option('--description <text>')
    .option('--user <name>', 'a user; may be given more than once', collect, [])
    .action(async (name: string, options: ConfigOptions & { type?: string; description?: string; user: string[] }) => {
      const { addExperiment } = await import('./add-experiment.js');
      await addExperiment(name, options);
    });
  withProtocol(program.command('get <pv...>').description('read PVs')).action(
    async (pvs: string[], options: AccessOptions) => {
      const { getPvs } = await import('./pv-access.js');
      await getPvs(pvs, options);
    },
  );
  withProtocol(program.command('put <pv> <value>').description('write a PV'))
    .option('--wait', 'until what it started is done')
    .action(async (pv: string, value: string, options: AccessOptions) => {
      const { putPv } = await import('./pv-access.js');
      await putPv(pv, value, options);
    });
  withProtocol(program.command('monitor <pv...>').description('follow PVs until interrupted')).action(
    async (pvs: string[], options: AccessOptions) => {
      const { monitorPvs } = await import('./pv-access.js');
      await monitorPvs(pvs, options);
    },
  );
  const dm = program.command('dm').description("DM's web services themselves");
  withConfig(
    dm.command('check').description('call every read-only endpoint and print which answer as expected'),
  ).action(async (options: ConfigOptions) => {
    const { checkDm } = await import('./dm-check.js');
    await checkDm(options);
  });
  dm.command('record')
    .description('record what a DM client asks, to confirm the paths of the web services')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--station <name>', 'DM station of the client', process.env['DM_STATION_NAME'] ?? 'STATION')
    .option('--any-port', "on free ports instead of DM's own, where DM itself runs")
    .action(async (options: { host: string; station: string; anyPort?: boolean }) => {
      const { recordDm } = await import('./dm-record.js');
      await recordDm(options);
    });
  return program;
}
