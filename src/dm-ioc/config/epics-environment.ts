import { networkInterfaces } from 'node:os';
import { StartupError } from '../errors.js';
import type { Config } from './config.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What decides where the two servers are. */
export interface Endpoints {
  readonly interfaces: readonly string[];
  readonly caPort: number;
  readonly pvaPort: number;
  readonly pvaBroadcastPort: number;
}

/** Variables that decide each port, the strongest first. */
export const PORT_VARIABLES = {
  caPort: ['EPICS_CAS_SERVER_PORT', 'EPICS_CA_SERVER_PORT'],
  pvaPort: ['EPICS_PVAS_SERVER_PORT', 'EPICS_PVA_SERVER_PORT'],
  pvaBroadcastPort: ['EPICS_PVAS_BROADCAST_PORT', 'EPICS_PVA_BROADCAST_PORT'],
} as const;

/** The variable that decides a port; undefined: the configuration does. */
export function portVariable(environment: Environment, port: keyof typeof PORT_VARIABLES): string | undefined {
  return PORT_VARIABLES[port].find((name) => (environment[name] ?? '').trim() !== '');
}

function portOf(environment: Environment, which: keyof typeof PORT_VARIABLES, otherwise: number): number {
  const name = portVariable(environment, which);
  if (name === undefined) return otherwise;
  const text = environment[name] ?? '';
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartupError('CONFIG_INVALID', `environment variable ${name}=${text}: must be a port, 0 to 65535`);
  }
  return port;
}

/** Where CA and PVA are to listen: the EPICS variables mean what they mean everywhere, and win over the configuration. */
export function requestedEndpoints(config: Config, environment: Environment): Endpoints {
  const listed = environment['EPICS_CAS_INTF_ADDR_LIST']?.trim();
  return {
    interfaces: listed === undefined || listed === '' ? config.interfaces : listed.split(/\s+/u),
    caPort: portOf(environment, 'caPort', config.ca.port),
    pvaPort: portOf(environment, 'pvaPort', config.pva.port),
    pvaBroadcastPort: portOf(environment, 'pvaBroadcastPort', config.pva.broadcastPort),
  };
}

/** The IPv4 addresses of this host. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
}

/**
 * The settings that EPICS is given before its libraries load: the chosen ports, and what the environment leaves open. PVAccess searches
 * reach all addresses of this host, also where loopback is given: a server may hear them on one of its own only, as those of pvaPy do.
 */
export function epicsEnvironment(
  endpoints: Endpoints,
  environment: Environment,
  own: readonly string[] = ownAddresses(),
): Record<string, string> {
  const interfaces = endpoints.interfaces.join(' ');
  const isEverywhere = endpoints.interfaces.includes('0.0.0.0');
  const wanted: Record<string, string> = {
    EPICS_CAS_INTF_ADDR_LIST: interfaces,
    EPICS_PVAS_INTF_ADDR_LIST: interfaces,
    ...(isEverywhere
      ? {}
      : {
          EPICS_CAS_BEACON_ADDR_LIST: interfaces,
          EPICS_CAS_AUTO_BEACON_ADDR_LIST: 'NO',
          EPICS_PVAS_BEACON_ADDR_LIST: interfaces,
          EPICS_PVAS_AUTO_BEACON_ADDR_LIST: 'NO',
          EPICS_CA_ADDR_LIST: interfaces,
          EPICS_CA_AUTO_ADDR_LIST: 'NO',
          EPICS_PVA_ADDR_LIST: [...new Set([...endpoints.interfaces, ...own])].join(' '),
          EPICS_PVA_AUTO_ADDR_LIST: 'NO',
        }),
  };
  const open = Object.entries(wanted).filter(([name]) => (environment[name] ?? '') === '');
  const listed = (environment['EPICS_PVA_ADDR_LIST'] ?? '').split(/\s+/u).filter((address) => address !== '');
  const isThisHost = listed.includes('127.0.0.1') && (environment['EPICS_PVA_AUTO_ADDR_LIST'] ?? '') === '';
  return {
    ...Object.fromEntries(open),
    ...(isThisHost ? { EPICS_PVA_ADDR_LIST: [...new Set([...listed, ...own])].join(' ') } : {}),
    EPICS_CAS_SERVER_PORT: String(endpoints.caPort),
    EPICS_CA_SERVER_PORT: environment['EPICS_CA_SERVER_PORT'] ?? String(endpoints.caPort),
    EPICS_PVAS_SERVER_PORT: String(endpoints.pvaPort),
    EPICS_PVAS_BROADCAST_PORT: String(endpoints.pvaBroadcastPort),
  };
}

/**
 * The environment of the processes of jobs: the IOC's, whose clients find the IOC, and over PVAccess what the IOC finds, beside whatever they
 * find already, and whose servers are not where the IOC's are.
 */
export function environmentOfJobs(
  endpoints: Endpoints,
  environment: Environment,
  own: readonly string[] = ownAddresses(),
): NodeJS.ProcessEnv {
  const { EPICS_PVA_ADDR_LIST: searched } = epicsEnvironment(endpoints, environment, own);
  const kept = Object.entries(environment).filter(([name]) => !/^EPICS_(?:CAS|PVAS)_/u.test(name));
  const [address = '127.0.0.1'] = endpoints.interfaces;
  const host = address === '0.0.0.0' ? '127.0.0.1' : address;
  const withServer = (name: string, port: number): string =>
    [environment[name], `${host}:${port}`].filter((one) => one !== undefined && one !== '').join(' ');
  return {
    ...Object.fromEntries(kept),
    ...(searched === undefined ? {} : { EPICS_PVA_ADDR_LIST: searched }),
    EPICS_CA_NAME_SERVERS: withServer('EPICS_CA_NAME_SERVERS', endpoints.caPort),
    EPICS_PVA_NAME_SERVERS: withServer('EPICS_PVA_NAME_SERVERS', endpoints.pvaPort),
  };
}
