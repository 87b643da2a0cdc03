import { Command } from 'commander';
import type { ConfigOptions } from '../config/load-config.js';
import { VERSION } from '../version.js';
import type { AddExperimentOptions } from './add-experiment.js';
import type { RecordOptions } from './dm-record.js';
import type { CheckWorkflowOptions } from './check-workflow.js';
import { endWithReader } from './end-with-reader.js';
import type { ListPvsOptions } from './list-pvs.js';
import type { AccessOptions } from './pv-access.js';
import type { RunOptions } from './run.js';
import type { StopOptions } from './stop.js';
import type { TryWorkflowOptions } from './try-workflow.js';
import type { WatchStreamOptions } from './watch-stream.js';

/** What has something to bring to its end when nobody reads what it prints. */
const ENDS_ITSELF: ReadonlySet<string> = new Set(['run', 'try']);

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function withConfig(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: ioc/config.yaml)')
    .option('-s, --set <key=value>', 'set one key of the configuration; may be given more than once', collect, []);
}

function withTimeout(command: Command): Command {
  return withConfig(command).option('-w, --timeout <seconds>', 'how long to wait for the PV', '5');
}

function withProtocol(command: Command): Command {
  return withTimeout(command).option('--ca', 'over Channel Access').option('--pva', 'over PVAccess (default)');
}

/** The command line. Each command's own code is loaded only when it runs, so that each starts fast. */
export function createProgram(): Command {
  const program = new Command('dm-ioc')
    .description('APS Data Management as EPICS PVs')
    .version(VERSION)
    .showHelpAfterError('(dm-ioc --help lists what there is)')
    .hook('preAction', (_program, command) => {
      if (!ENDS_ITSELF.has(command.name())) endWithReader();
    });
  withConfig(program.command('run').description('start the IOC'))
    .option('--shell', 'interactive iocsh prompt on standard input; its exit ends the IOC')
    .action(async (options: RunOptions) => (await import('./run.js')).run(options));
  withConfig(program.command('stop').description('stop the IOC of this configuration; its jobs go on'))
    .option('--jobs', 'end the jobs, too, also those that an IOC has left which runs no more')
    .action(async (options: StopOptions) => (await import('./stop.js')).stop(options));
  withConfig(
    program.command('check').description('check configuration, databases and addresses; start nothing'),
  ).action(async (options: ConfigOptions) => (await import('./check.js')).check(options));
  withConfig(program.command('pvs').description('list every PV with its type, unit, address and description'))
    .option('--markdown', 'as a page for docs')
    .action(async (options: ListPvsOptions) => (await import('./list-pvs.js')).listPvs(options));
  program
    .command('config')
    .description('list every key of the configuration, as a page for docs')
    .action(async () => {
      (await import('./list-config.js')).listConfig();
    });
  const experiment = program.command('experiment').description('experiments of the configured engine');
  withConfig(experiment.command('add <name>').description('make an experiment'))
    .option('--type <name>', 'experiment type')
    .option('--description <text>')
    .option('--user <name>', 'a user; may be given more than once', collect, [])
    .action(async (name: string, options: AddExperimentOptions) =>
      (await import('./add-experiment.js')).addExperiment(name, options),
    );
  const workflow = program
    .command('workflow')
    .description('workflows of the embedded engine, before they are installed');
  workflow
    .command('check <file...>')
    .description('say what workflow files define and what is odd about them')
    .option('--strict', 'exit code 1 for what is only odd, too')
    .action(async (files: string[], options: CheckWorkflowOptions) =>
      (await import('./check-workflow.js')).checkWorkflowFiles(files, options),
    );
  workflow
    .command('try <file>')
    .description('run the workflow of a file once, without an IOC, and show what its stages write and find')
    .option('--file <path>', 'its input, job argument filePath')
    .option('--args <json>', 'its other arguments, a JSON object', '{}')
    .option('--keep', 'keep the directory in which it ran')
    .action(async (file: string, options: TryWorkflowOptions) =>
      (await import('./try-workflow.js')).tryWorkflow(file, options),
    );
  withProtocol(program.command('get <pv...>').description('read PVs')).action(
    async (pvs: string[], options: AccessOptions) => (await import('./pv-access.js')).getPvs(pvs, options),
  );
  withProtocol(program.command('put <pv> <value>').description('write a PV'))
    .option('--wait', 'until what it started is done')
    .action(async (pv: string, value: string, options: AccessOptions) =>
      (await import('./pv-access.js')).putPv(pv, value, options),
    );
  withProtocol(program.command('monitor <pv...>').description('follow PVs until interrupted')).action(
    async (pvs: string[], options: AccessOptions) => (await import('./pv-access.js')).monitorPvs(pvs, options),
  );
  const stream = program.command('stream').description('streams of the IOC');
  withTimeout(
    stream
      .command('watch <number>')
      .description('tell what happens in a stream until it has ended: exit code 0 when it is Done, else 1'),
  )
    .option('--follow', 'go on with the next stream, until interrupted')
    .action(async (slot: string, options: WatchStreamOptions) =>
      (await import('./watch-stream.js')).watchStream(slot, options),
    );
  const dm = program.command('dm').description("DM's web services themselves");
  withConfig(
    dm.command('check').description('call every read-only endpoint and print which answer as expected'),
  ).action(async (options: ConfigOptions) => (await import('./dm-check.js')).checkDm(options));
  dm.command('record')
    .description('record what a DM client asks, to confirm the paths of the web services')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--station <name>', 'DM station of the client', process.env['DM_STATION_NAME'] ?? 'STATION')
    .option('--any-port', "on free ports instead of DM's own, where DM itself runs")
    .action(async (options: RecordOptions) => (await import('./dm-record.js')).recordDm(options));
  return program;
}
