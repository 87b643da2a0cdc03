import { SERVICE_PORTS } from 'dm';
import { createRecorder, RECORDER_MARKERS } from 'dm/server';

const ANY_PORTS = { DS: 0, DAQ: 0, CAT: 0, PROC: 0, APS_DB: 0 };

export interface RecordOptions {
  readonly host: string;
  readonly station: string;
  readonly anyPort?: boolean;
}

/** `dm-ioc dm record`: stands in for DM until it is interrupted, then prints what to paste into the configuration. */
export async function recordDm(options: RecordOptions): Promise<void> {
  const recorder = await createRecorder({
    host: options.host,
    ports: options.anyPort === true ? ANY_PORTS : SERVICE_PORTS,
    tls: null,
    station: options.station,
    onCall: ({ service, method, path, route }) => {
      process.stdout.write(`${service} ${method} ${path} -> ${route ?? 'not understood'}\n`);
    },
  });
  for (const [service, url] of Object.entries(recorder.urls)) {
    process.stdout.write(`export DM_${service}_WEB_SERVICE_URL=${url}\n`);
  }
  const markers = Object.entries(RECORDER_MARKERS).map(([name, value]) => `${name}=${value}`);
  process.stdout.write(`Point the client at these, give it the values ${markers.join(', ')}, then press Ctrl-C.\n`);
  await new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve);
  });
  process.stdout.write(`\n${recorder.toYaml()}`);
  await recorder.close();
}
