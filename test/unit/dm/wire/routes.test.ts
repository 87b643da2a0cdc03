import t from 'tap';
import { isConfirmed, ROUTE_NAMES, type Route, ROUTES, parsePathTemplate, templateParameters } from 'dm';
import { daq, undocumented } from 'dm/internal/wire/dm-objects';
import { text } from 'dm/internal/wire/parameters';
import { routesOf } from 'dm/internal/wire/route';

const entries = ROUTE_NAMES.map((name): [string, Route] => [name, ROUTES[name]]);
const values = {
  stationName: '25IDC',
  owner: 's25idcuser',
  experimentName: 'e',
  dataDirectory: '/d',
  experimentFilePath: 'a/b.h5',
  datasetName: 'd',
  name: 'w',
  id: 'i',
};

await t.test('an entry checks exactly the parameters of its template', (t) => {
  for (const [name, { template, parameters }] of entries) {
    t.same(templateParameters(parsePathTemplate(template)).sort(), Object.keys(parameters).sort(), name);
  }
  t.end();
});

await t.test("every sample is an answer of its call's schema, with the values that were asked for", (t) => {
  for (const [name, { answer, response, cost }] of entries) {
    const sample = answer.sample(values);
    t.ok(response.safeParse(cost === 'list' ? [sample] : sample).success, name);
  }
  t.match(ROUTES.getExperimentFile.answer.sample(values), { experimentFilePath: 'a/b.h5', fileName: 'b.h5' });
  t.match(ROUTES.stopDaq.answer.sample(values), { id: 'i', experimentName: 'e', dataDirectory: '/d' });
  t.end();
});

await t.test('what `dm check` asks, once it has met one object of each kind, fits the parameters of the call', (t) => {
  const met = Object.fromEntries(entries.map(([, { answer }]) => [answer.kind, answer.sample(values)]));
  for (const [name, route] of entries) {
    if (route.cost === 'write') continue;
    const asked = route.check({ station: '25IDC', beamline: '25-ID-C', owner: 's25idcuser', met });
    const problems = Object.entries(route.parameters).filter(
      ([key, schema]) => !(schema as typeof text).safeParse(asked?.[key]).success,
    );
    t.same(problems, [], name);
  }
  t.end();
});

await t.test('only what reads is sent as GET, and only administrators change experiments and workflows', (t) => {
  for (const [name, { cost, template }] of entries) t.equal(cost === 'write', !template.startsWith('GET '), name);
  t.same(
    entries.filter(([, { role }]) => role === 'administrator').map(([name]) => name),
    ['addExperiment', 'deleteExperimentByName', 'addWorkflow', 'updateWorkflow', 'deleteWorkflowByName'],
  );
  t.end();
});

await t.test('a second start of a job or a second new workflow does harm, other commands may be repeated', (t) => {
  const unsafe = entries.filter(([, route]) => route.cost === 'write' && route.whenUnknown.repeat === 'unsafe');
  t.same(
    unsafe.map(([name]) => name),
    ['addWorkflow', 'startProcessingJob'],
  );
  t.end();
});

await t.test('captured paths are confirmed, guessed ones are not', (t) => {
  t.ok(isConfirmed(ROUTES.startDaq));
  t.ok(isConfirmed(ROUTES.getCurrentRun));
  t.notOk(isConfirmed(ROUTES.stopDaq));
  t.notOk(isConfirmed(ROUTES.listDaqs));
  t.end();
});

await t.test('an entry that leaves something out does not compile', (t) => {
  const { read, write } = routesOf('DAQ');
  const facts = { evidence: 'recalled', parameters: { id: text }, answer: undocumented(daq) } as const;
  const role = 'user';
  const whenUnknown = { repeat: 'safe', because: 'it is gone' } as const;
  t.ok(write({ ...facts, template: 'DELETE /daqs/{id}', role, whenUnknown }));
  // @ts-expect-error a command says what to do when its outcome is unknown
  t.ok(write({ ...facts, template: 'DELETE /daqs/{id}', role }));
  // @ts-expect-error and who may give it
  t.ok(write({ ...facts, template: 'DELETE /daqs/{id}', whenUnknown }));
  // @ts-expect-error what changes something is no read
  t.ok(read({ ...facts, template: 'DELETE /daqs/{id}', check: () => ({ id: '1' }) }));
  // @ts-expect-error a read says what `dm check` asks for
  t.ok(read({ ...facts, template: 'GET /daqs/{id}' }));
  // @ts-expect-error and asks with the parameters of the call
  t.ok(read({ ...facts, template: 'GET /daqs/{id}', check: () => ({ name: '1' }) }));
  t.end();
});
