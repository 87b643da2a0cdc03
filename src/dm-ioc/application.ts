import { type DataManagement, errorText } from 'dm';
import { PvaServer } from 'epics-pva-ts';
import type { Ioc } from 'node-epics-ca';
import type { Logger } from 'pino';
import { Autosave } from './autosave/autosave.js';
import { lockDirectory } from './autosave/lock-directory.js';
import { allAreas } from './areas/areas.js';
import { keepSelection, restoreSelection } from './areas/experiment/restore-selection.js';
import { adoptPeriods } from './adopt-periods.js';
import { applyPollPeriods } from './areas/service/period-commands.js';
import {
  changedSlots,
  collectSaved,
  restoreSaved,
  savedFields,
  savedSlots,
  watchSaved,
} from './autosave/saved-signals.js';
import { mayWrite } from './commands/caller.js';
import { startGates } from './commands/start-gate.js';
import { serveRemoteCalls } from './commands/serve-remote-calls.js';
import { claimPorts } from './config/claim-ports.js';
import type { Config } from './config/config.js';
import { environmentOfJobs, requestedEndpoints, type Endpoints } from './config/epics-environment.js';
import { addConfiguredExperiments, createDataManagement } from './create-data-management.js';
import { DmFeed } from './feed/dm-feed.js';
import { SlotFollower } from './feed/slot-follower.js';
import { loadIoc, siteVariables } from './load-ioc.js';
import { logPut } from './log/log-put.js';
import { adoptRecordDefaults } from './pvs/adopt-record-defaults.js';
import type { Binding } from './pvs/binding.js';
import { runSiteLines } from './pvs/load-databases.js';
import { Publisher } from './pvs/publisher.js';
import { PutHandler } from './pvs/put-handler.js';
import { servePvi } from './pvs/pvi.js';
import { Tables } from './pvs/tables.js';
import { serveDataManagement, serveOptions } from './serve-data-management.js';
import { findIn, type KindService } from './slots/kind-service.js';
import { SLOT_KINDS } from './slots/kinds.js';
import { initialState } from './state/initial-state.js';
import { Store } from './state/store.js';
import { VERSION } from './version.js';
import { watchJavaScript } from './watch-javascript.js';

const TICK_MS = 1000;
const CLOSE_GRACE_MS = 2000;
/** The access security group of setpoints and commands, in `db/`. */
const OPERATOR_GROUP = 'OPERATOR';

/** The running IOC. */
export interface Application {
  readonly ioc: Ioc;
  readonly dm: DataManagement;
  readonly store: Store;
  readonly bindings: readonly Binding[];
  readonly endpoints: Endpoints;
  /** Answers what is under way, saves, and ends DM and EPICS. */
  close(): Promise<void>;
}

/**
 * The composition root: builds everything, in the order in which it depends on each other, and starts it. Data goes one way:
 * DM to feed to state to PVs, and puts to commands to DM.
 * @param kinds the kinds of slots that there are
 */
export async function startApplication(config: Config, log: Logger, kinds = SLOT_KINDS): Promise<Application> {
  const areas = allAreas(kinds, config.slots);
  const endpoints = await claimPorts(requestedEndpoints(config, process.env), process.env);
  // EPICS changes this process's own.
  const ofJobs = environmentOfJobs(endpoints, process.env);
  const { ioc, bindings, afterInit, regrets } = await loadIoc(config, areas, endpoints, log);
  for (const regret of regrets) log.warn(regret);
  const { directory } = config.autosave;
  const unlock = lockDirectory(directory);
  const saved = Autosave.restore(directory, (file) => {
    log.warn({ file }, 'autosave file without an end mark is ignored');
  });
  const served = await serveOptions(config);
  const dm = await createDataManagement(config, log, ofJobs);
  const dmStarted = dm.start();
  dmStarted.catch(() => undefined);
  const { backend, station, owner } = dm;
  const store = new Store(
    initialState({ version: VERSION, backend, station, owner, kinds, slots: config.slots }),
    kinds,
  );
  const publisher = new Publisher(ioc, store, bindings, (error) => {
    log.error({ reason: errorText(error) }, 'PVs were not posted');
  });
  const closing = new AbortController();
  const feed = new DmFeed(dm, store, areas, log);
  const follower = new SlotFollower(dm, store, kinds, log);
  const toSave = { fields: savedFields(bindings), slots: savedSlots(kinds, config.slots, config.prefix) };
  const services: KindService[] = [];
  const service = findIn(services);
  const autosave = new Autosave({
    directory,
    version: VERSION,
    collect: () => collectSaved(toSave, store.state, ioc),
    collectQuick: changedSlots(toSave.slots, store),
    onOutcome: (problem) => {
      if (problem === null) log.info({ directory }, 'autosave works again');
      else log.error({ directory, reason: problem }, 'autosave failed: what is put would be lost at a restart');
      store.dispatch({ type: 'saved', problem });
    },
  });
  const gates = startGates();
  const puts = new PutHandler({
    dm,
    store,
    gates,
    publisher,
    bindings,
    log,
    closing: closing.signal,
    flush: (isCommand) => {
      publisher.flush();
      if (isCommand) tables.flush();
    },
    save: () => autosave.save(),
    service,
  });
  let open: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });

  await ioc.start(
    async (write) => {
      await ready;
      await puts.handle(write);
    },
    {
      beforeRun: () => {
        adoptRecordDefaults(ioc, bindings, store);
        adoptPeriods(config, store);
        for (const problem of restoreSaved(toSave, saved, store, ioc)) log.warn({ problem }, 'not restored');
        publisher.start();
      },
    },
  );
  const server = PvaServer.onIoc();
  const tables = new Tables(
    server,
    config.prefix,
    areas.flatMap((area) => area.tables ?? []),
    store,
    log,
  );
  for (const { name, serve } of kinds) {
    const slots = config.slots[name] ?? 0;
    const host = { dm, store, log, server, prefix: config.prefix, slots, closing: closing.signal };
    if (serve === undefined) continue;
    services.push(
      serve({ ...host, save: () => autosave.saveQuickly(), mayWrite: (group, caller) => mayWrite(ioc, group, caller) }),
    );
  }
  serveRemoteCalls({
    server,
    prefix: config.prefix,
    calls: areas.flatMap((area) => area.calls ?? []),
    dm,
    store,
    gates,
    log,
    service,
    mayWrite: (caller) => mayWrite(ioc, OPERATOR_GROUP, caller),
  });
  servePvi(
    server,
    config.prefix,
    bindings,
    // Structures of other kinds are no signals of ophyd-async.
    areas.flatMap(({ tables: own = [] }) => own.map(({ name }) => `${config.prefix}${name}`)),
  );
  await dmStarted;
  store.dispatch({ type: 'identity', station: dm.station, owner: dm.owner });
  applyPollPeriods(dm, store);
  await addConfiguredExperiments(dm, config.dm.local.experiments, log);
  const dmServer = served === null || dm.backend !== 'local' ? null : await serveDataManagement(dm, served, log);
  feed.start();
  const loaded = feed.loadLists();
  if (dm.backend === 'local') await loaded;
  tables.start();
  follower.start();
  for (const one of services) one.start();
  if (store.state.experiment.inputs.name !== '') store.dispatch({ type: 'experimentUnconfirmed' });
  const showAnswer = (reason: string | null): void => {
    for (const { record, place } of bindings) {
      if (record.address !== 'experiment.name') continue;
      const pv = record.name;
      store.dispatch(
        reason === null
          ? { type: 'putSucceeded', place, pv, isCommand: false }
          : { type: 'putFailed', place, pv, severity: 'INVALID', reason },
      );
      publisher.setRefusal(record, reason);
    }
  };
  if (dm.backend === 'local') await restoreSelection(dm, store, log, closing.signal, showAnswer);
  void keepSelection(dm, store, log, closing.signal, showAnswer);
  const stopSaving = watchSaved(toSave, store, () => {
    autosave.touch();
  });
  const stopPutLog = ioc.onPut((put) => {
    logPut(log, put);
  });
  const ticker = setInterval(() => {
    store.dispatch({ type: 'tick' });
  }, TICK_MS);
  publisher.flush();
  open();
  await runSiteLines(ioc, config.site.startup ?? '', afterInit, siteVariables(config));
  watchJavaScript(ioc, bindings, config, log);

  const close = async (): Promise<void> => {
    closing.abort();
    clearInterval(ticker);
    await ioc.close({ graceMs: CLOSE_GRACE_MS });
    stopSaving();
    stopPutLog();
    publisher.stop();
    tables.stop();
    for (const one of services) one.close();
    server.close();
    follower.stop();
    feed.stop();
    await autosave.close();
    unlock();
    await dmServer?.close();
    await dm.close();
  };
  return { ioc, dm, store, bindings, endpoints, close };
}
