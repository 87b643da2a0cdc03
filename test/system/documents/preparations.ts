/** What a page takes for granted, and the text doesn't show. */
export interface Preparation {
  /** Content by path, before the IOC runs. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of the IOC that runs while the page is read; `$FREE_PORT` is a port for it. */
  readonly settings?: readonly string[];
  /** Commands of a shell, when the IOC runs. */
  readonly shell?: string;
}

/** By page. */
export const PREPARATIONS: Readonly<Record<string, Preparation>> = {
  'docs/web-services.md': {
    files: { login: 'reader|a secret\n' },
    settings: ['dm.local.owner=reader', 'dm.local.serve={enabled: true, port: $FREE_PORT, loginFile: login}'],
    shell: `
      url=http://127.0.0.1:$FREE_PORT
      printf 'dm: { backend: rest, rest: { ds: %s, daq: %s, cat: %s, proc: %s, apsDb: %s, ' $url $url $url $url $url > ioc/config.yaml
      echo 'station: LOCAL, loginFile: ../login } }' >> ioc/config.yaml`,
  },
};
