import t from 'tap';
import { argumentWarnings } from 'dm/internal/local/workflows/argument-warnings';

const stages = {
  '1': { command: 'n=1; reduce --detector "$detector" "$filePath" $n; python -c "os.environ[\'inside\']"' },
  '2': { command: 'true', runIf: '"$machine" == "local"' },
};

void t.test('an argument that nothing is for is named, with the one that was probably meant', (t) => {
  const free = { name: 'w', owner: 'o', stages };
  t.same(argumentWarnings(free, { detecotr: 'eiger', machine: 'local', filePath: '/x', experimentName: 'e' }), [
    'argument detecotr: no stage uses it; did you mean detector?',
  ]);
  t.same(argumentWarnings(free, { detector: 'eiger', detectors: 'x' }), [], 'what is there is not what was meant');
  t.same(argumentWarnings(free, { inside: 1, other: 2, m: 3 }), [], 'a program may read it from its environment');
  const declaring = { ...free, arguments: { gpu: {} } };
  t.same(argumentWarnings(declaring, { gpu: 1, detector: 'eiger', inside: 1, other: 2 }), [
    'argument other: no stage uses it',
  ]);
  const ofStream = { streamId: 's', reportPv: 'r', commandPv: 'c', ackPv: 'a', dataPv: 'd' };
  t.same(argumentWarnings(declaring, ofStream), [], 'nobody has put what a stream gives to each workflow');
  t.end();
});
