import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { COMMANDS, SETPOINT_EFFECTS } from 'dm-ioc/internal/commands/command-table';
import { fittingRecordTypes } from 'dm-ioc/internal/pvs/bind-records';
import { AREAS, resolveAddress } from 'dm-ioc/internal/registry/registry';

const SLOTS = { daq: 4, upload: 4, workflow: 4 };

await t.test('an address names an area, a key and a signal', (t) => {
  const { signalName, place, signal } = resolveAddress('workflow[2].stage', SLOTS);
  t.equal(signalName, 'workflow.stage');
  t.same(place, { area: 'workflow', slot: 2 });
  t.equal(signal.kind, 'reading');
  t.equal(resolveAddress('service[CAT].connected', SLOTS).signalName, 'service.connected');
  t.end();
});

await t.test('a wrong address is refused with what there is instead', (t) => {
  const refuse = (address: string, code: string, message: RegExp): void => {
    t.throws(() => resolveAddress(address, SLOTS), { code, message }, address);
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
      const { signal, signalName } = resolveAddress(address, SLOTS);
      t.ok(fittingRecordTypes(signal).includes(type as never), `${name}: ${type} fits ${address}`);
      t.ok((/field\(DESC, "([^"]*)"\)/u.exec(body)?.[1] ?? '').length <= 40, `${name}: DESC fits`);
      t.equal(body.includes('field(DISP, "1")'), signal.kind === 'reading', `${name}: only readings are read-only`);
      t.equal(
        body.includes('autosaveFields') && signal.kind === 'setpoint',
        signal.kind === 'setpoint',
        `${name}: setpoints are saved`,
      );
      t.notOk(names.has(name), `${name} is defined once`);
      names.add(name);
      used.add(
        /\[[A-Z]+\]/u.test(address) ? `service[].${signalName.split('.')[1] ?? ''}` : address.replace('[1]', '[]'),
      );
    }
  }
  for (const [area, { signals }] of Object.entries(AREAS)) {
    for (const signal of Object.keys(signals))
      t.ok(used.has(`${area}.${signal}`), `db has a record for ${area}.${signal}`);
  }
  t.end();
});

await t.test('every command is carried out by something, and nothing else is', (t) => {
  const commands = new Set<string>();
  const setpoints = new Set<string>();
  for (const [area, { signals }] of Object.entries(AREAS)) {
    for (const [name, signal] of Object.entries(signals)) {
      const signalName = `${area.replace('[]', '')}.${name}`;
      if (signal.kind === 'command') commands.add(signalName);
      if (signal.kind === 'setpoint') setpoints.add(signalName);
    }
  }
  t.same(Object.keys(COMMANDS).sort(), [...commands].sort());
  for (const name of Object.keys(SETPOINT_EFFECTS)) t.ok(setpoints.has(name), name);
  t.end();
});
