import type { Config } from '../config/config.js';
import { requestedEndpoints } from '../config/epics-environment.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a client looks for PVs. */
export interface ClientEnvironment {
  /** Settings of a CaClient or a PvaClient: those of the environment, and of the configuration what that leaves open. */
  readonly settings: Readonly<Record<string, string>>;
  /** The same in words, for who finds nothing, and what to change. */
  readonly place: string;
}

const NAMES = {
  CA: { list: 'EPICS_CA_ADDR_LIST', port: 'EPICS_CA_SERVER_PORT', endpoint: 'caPort', key: 'ca.port' },
  PVA: {
    list: 'EPICS_PVA_ADDR_LIST',
    port: 'EPICS_PVA_BROADCAST_PORT',
    endpoint: 'pvaBroadcastPort',
    key: 'pva.broadcastPort',
  },
} as const;

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/** How a client on this host finds the IOC of a configuration. */
export function clientEnvironment(
  protocol: 'CA' | 'PVA',
  config: Config,
  environment: Environment = process.env,
): ClientEnvironment {
  const { list, port, endpoint, key } = NAMES[protocol];
  const endpoints = requestedEndpoints(config, environment);
  const hosts = endpoints.interfaces.map((address) => (address === '0.0.0.0' ? '127.0.0.1' : address));
  const addresses = given(environment, list) ?? hosts.join(' ');
  const configured = endpoints[endpoint] === 0 ? undefined : String(endpoints[endpoint]);
  const number = given(environment, port) ?? configured;
  const own = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith(`EPICS_${protocol}_`) && entry[1] !== undefined,
  );
  // Several servers of a host share the search port, and a search of one address reaches one of them: the IOC is asked by its own port.
  const isHere = addresses.split(/\s+/u).every((address) => hosts.includes(address));
  const isAsked =
    protocol === 'PVA' && isHere && endpoints.pvaPort !== 0 && number === String(config.pva.broadcastPort);
  const server = isAsked ? `${hosts[0] ?? '127.0.0.1'}:${endpoints.pvaPort}` : '';
  const servers = [given(environment, 'EPICS_PVA_NAME_SERVERS') ?? '', server].filter((one) => one !== '').join(' ');
  return {
    settings: {
      ...Object.fromEntries(own),
      ...(isAsked ? { EPICS_PVA_NAME_SERVERS: servers } : {}),
      [list]: addresses,
      ...(number === undefined ? {} : { [port]: number }),
    },
    place: `searched at ${addresses}, port ${number ?? 'of the protocol'}, over ${protocol === 'CA' ? 'Channel Access' : 'PVAccess'}${isAsked ? `, and asked ${server}` : ''}; ${list} and ${port} change that, or --config, --set ${key}=…`,
  };
}
