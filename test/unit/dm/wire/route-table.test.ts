import { readFile } from 'node:fs/promises';
import t from 'tap';
import {
  createRouteTable,
  expandTemplate,
  parsePathTemplate,
  parseResponse,
  readParameters,
  routeOf,
  type RouteName,
} from 'dm';

interface Call {
  route: RouteName;
  parameters: Record<string, unknown>;
  method: string;
  path: string;
  response: unknown;
}
const calls = JSON.parse(await readFile('test/unit/dm/wire/vectors/calls.json', 'utf8')) as Call[];
const table = createRouteTable();

await t.test('every captured request is written byte for byte', (t) => {
  for (const call of calls) {
    const { path } = routeOf(table, call.route);
    t.equal(path.method, call.method, call.route);
    t.equal(`/dm${expandTemplate(path, call.parameters)}`, call.path);
  }
  t.end();
});

await t.test('every captured request is read back to its parameters, quotes raw or percent-encoded', (t) => {
  for (const call of calls) {
    for (const quoted of [call.path, call.path.replaceAll("'", '%27').replaceAll(/=(?=%27|'|=)/gu, '%3D')]) {
      const url = new URL(quoted, 'http://dm');
      const { path } = routeOf(table, call.route);
      const raw = url.pathname.split('/').slice(2).map(decodeURIComponent);
      const byName = Object.fromEntries(
        path.segments.flatMap((part, index) => (typeof part === 'string' ? [] : [[part.name, raw[index] ?? '']])),
      );
      const read = readParameters(path, byName, Object.fromEntries(url.searchParams));
      const expected = Object.fromEntries(
        Object.entries(call.parameters)
          .filter(([, value]) => value !== '')
          .map(([key, value]) => [key, typeof value === 'number' ? String(value) : value]),
      );
      t.same(read, expected, call.route);
    }
  }
  t.end();
});

await t.test('every captured response is parsed without loss', (t) => {
  for (const call of calls) {
    const parsed = parseResponse(call.route, call.response);
    t.match(parsed, call.response, call.route);
  }
  t.end();
});

await t.test('a response of another shape is an error that names the route and the key', (t) => {
  t.throws(() => parseResponse('getProcessingJobById', { id: 7, owner: 'x', status: 'done' }), {
    code: 'DM_INTERNAL',
    message: /getProcessingJobById.*\bid\b/u,
  });
  t.throws(() => parseResponse('listDaqs', { daqs: [] }), { code: 'DM_INTERNAL', message: /listDaqs/u });
  t.end();
});

await t.test('a null where DM leaves a key out counts as left out, and text counts as a percentage', (t) => {
  const daq = parseResponse('getDaqInfo', {
    id: 'a',
    experimentName: 'e',
    dataDirectory: '/d',
    status: 'running',
    runTime: null,
    percentageComplete: '12.50',
  });
  t.equal(daq.runTime, undefined);
  t.equal(daq.percentageComplete, 12.5);
  t.end();
});

await t.test("a site's path replaces ours", (t) => {
  const own = createRouteTable({ stopDaq: 'PUT /daqs/stop?name={E(experimentName)}&dir={E(dataDirectory)}' });
  const { path, overridden } = routeOf(own, 'stopDaq');
  t.ok(overridden);
  t.equal(path.method, 'PUT');
  t.match(expandTemplate(path, { experimentName: 'e', dataDirectory: '/d' }), /^\/daqs\/stop\?name=b'.*'&dir=b'.*'$/u);
  t.end();
});

await t.test("a site's path may do without what only shapes the reply, not without what names the object", (t) => {
  t.ok(routeOf(createRouteTable({ listDaqs: 'GET /daqs' }), 'listDaqs').overridden);
  t.ok(routeOf(createRouteTable({ listProcessingJobs: 'GET /jobs/{owner}?skip={skip}&limit={limit}' }), 'listDaqs'));
  t.throws(() => createRouteTable({ listProcessingJobs: 'GET /jobs/{owner}?skip={skip}' }), {
    code: 'DM_CONFIGURATION',
    message: /the parameter limit is missing/u,
  });
  t.end();
});

await t.test('a wrong override is refused with the name of the route', (t) => {
  const wrong: Record<string, string> = {
    stopDaqs: 'POST /x',
    stopDaq: 'POST /stop/{E(experimentName)}',
    listDaqs: 'GET daqs',
    getDaqInfo: 'GET /daqs/{uuid}',
    clearDaq: 'PATCH /daqs/{id}',
    upload: 'POST /upload/{X(experimentName)}/{E(dataDirectory)}',
  };
  for (const [name, template] of Object.entries(wrong)) {
    t.throws(() => createRouteTable({ [name]: template }), { code: 'DM_CONFIGURATION' }, name);
  }
  t.end();
});

await t.test('a missing parameter is refused on both sides', (t) => {
  const template = parsePathTemplate('GET /a/{x}?b={E(y)}');
  t.throws(() => expandTemplate(template, { x: '1' }), { code: 'DM_INVALID_ARGUMENT' });
  t.throws(() => expandTemplate(template, { y: '1', x: '' }), { code: 'DM_INVALID_ARGUMENT' });
  t.throws(() => readParameters(template, { x: '1' }, {}), { code: 'DM_INVALID_REQUEST' });
  t.end();
});
