import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { allAreas } from 'dm-ioc/internal/areas/areas';
import { fittingRecordTypes } from 'dm-ioc/internal/pvs/bind-records';
import { resolveAddress } from 'dm-ioc/internal/registry/resolve-address';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';

const AREAS = allAreas(SLOT_KINDS, { daq: 4, upload: 4, workflow: 4, stream: 4 });

await t.test('an address names an area, a key and a signal', (t) => {
  const { place, signal } = resolveAddress('workflow[2].stage', AREAS);
  t.same(place, { kind: 'workflow', slot: 2 });
  t.equal(signal.kind, 'reading');
  t.same(resolveAddress('service[CAT].connected', AREAS).address, { area: 'service', key: 'CAT', signal: 'connected' });
  t.end();
});

await t.test('a wrong address is refused with what there is instead', (t) => {
  const refuse = (address: string, code: string, message: RegExp): void => {
    t.throws(() => resolveAddress(address, AREAS), { code, message }, address);
  };
  refuse('workflow[1].stge', 'ADDRESS_UNKNOWN', /did you mean stage\?/u);
  refuse('workflow[5].stage', 'ADDRESS_UNKNOWN', /slots\.workflow: 4/u);
  refuse('workflow[0].stage', 'ADDRESS_UNKNOWN', /no workflow slot 0/u);
  refuse('workflow.stage', 'ADDRESS_UNKNOWN', /no area workflow/u);
  refuse('service[XY].connected', 'ADDRESS_UNKNOWN', /there are DS, DAQ, CAT, PROC/u);
  refuse('daq[1].constructor', 'ADDRESS_UNKNOWN', /has no signal constructor/u);
  refuse('workflow 1 stage', 'ADDRESS_INVALID', /has not the form/u);
  t.end();
});

await t.test('every signal has a record in db, and every record of db a fitting signal', (t) => {
  const used = new Set<string>();
  const names = new Set<string>();
  for (const file of readdirSync('db').filter((name) => name.endsWith('.db'))) {
    const text = readFileSync(`db/${file}`, 'utf8');
    for (const match of text.matchAll(/record\((\w+), "([^"]+)"\) \{([^}]*)\}/gu)) {
      const [, type = '', name = '', body = ''] = match;
      const address = (/field\((?:INP|OUT), "@([^"]+)"\)/u.exec(body)?.[1] ?? '').replace('$(N)', '1');
      const { signal } = resolveAddress(address, AREAS);
      t.ok(fittingRecordTypes(signal).includes(type as never), `${name}: ${type} fits ${address}`);
      t.ok((/field\(DESC, "([^"]*)"\)/u.exec(body)?.[1] ?? '').length <= 40, `${name}: DESC fits`);
      const isReadOnly = signal.kind === 'reading' && signal.acknowledge === undefined;
      t.equal(body.includes('field(DISP, "1")'), isReadOnly, `${name}: only readings are read-only`);
      t.equal(
        body.includes('autosaveFields') && signal.kind === 'setpoint',
        signal.kind === 'setpoint',
        `${name}: setpoints are saved`,
      );
      t.notOk(names.has(name), `${name} is defined once`);
      names.add(name);
      used.add(address.replace(/\[\w+\]/u, '[]'));
    }
  }
  for (const { name, keys, signals } of AREAS.flatMap(({ addresses = [] }) => addresses)) {
    for (const signal of Object.keys(signals)) {
      const address = `${name}${keys === undefined ? '' : '[]'}.${signal}`;
      t.ok(used.has(address), `db has a record for ${address}`);
    }
  }
  t.end();
});
