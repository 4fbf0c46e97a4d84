import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, line, STEPS } from '../schedule.mjs';

const APPS = [
  { name: 'web', instances: 3, good: ['g1', 'g2'], bad: ['b1'] },
  { name: 'shop', instances: 2, good: ['g1'], bad: ['b1', 'b2'] },
];

test('the same seed draws the same again, another one something else', () => {
  const drawn = (seed) => JSON.stringify(draw({ seed, minutes: 10, apps: APPS }));
  assert.equal(drawn(7), drawn(7));
  assert.notEqual(drawn(7), drawn(8));
});

test('what begins also ends, within the run, and in order of time', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const steps = draw({ seed, minutes: 5, apps: APPS });
    const count = (name) => steps.filter(({ step }) => step === name).length;
    assert.equal(count('stop'), count('resume'));
    assert.equal(count('agent-freeze'), count('agent-resume'));
    assert.equal(count('disk-full'), count('disk-free'));
    assert.ok(steps.every(({ at }, i) => i === 0 || at >= steps[i - 1].at));
    assert.ok(steps.every(({ at }) => at > 0 && at < 5 * 60_000));
  }
});

test('agent, disk and all workers of an app are never harmed at the same time', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    let busy = null;
    for (const { step } of draw({ seed, minutes: 10, apps: APPS })) {
      if (['agent-freeze', 'disk-full'].includes(step)) {
        assert.equal(busy, null, `${step} within ${busy}, seed ${seed}`);
        busy = step;
      } else if (['agent-kill', 'kill-all'].includes(step)) assert.equal(busy, null, `${step} within ${busy}, seed ${seed}`);
      else if (['agent-resume', 'disk-free'].includes(step)) busy = null;
    }
  }
});

test('ten minutes draw every kind of step, on every app, for some of a few seeds', () => {
  const steps = [1, 2, 3, 4].flatMap((seed) => draw({ seed, minutes: 10, apps: APPS }));
  for (const name of STEPS) assert.ok(steps.some(({ step }) => step === name), name);
  for (const { name } of APPS) assert.ok(steps.some(({ app }) => app === name), name);
  for (const { app, slot } of steps.filter(({ slot: it }) => it !== undefined)) assert.ok(slot < APPS.find(({ name }) => name === app).instances);
});

test('steps can be left out', () => {
  const steps = draw({ seed: 1, minutes: 20, apps: APPS, without: STEPS.filter((name) => name !== 'stop') });
  assert.deepEqual([...new Set(steps.map(({ step }) => step))].sort(), ['resume', 'stop']);
});

test('a step is one line', () => {
  assert.equal(line({ at: 12_345, step: 'kill', app: 'web', slot: 0 }), '   12.3 s  kill web slot 0');
  assert.equal(line({ at: 1_000, step: 'deploy', app: 'web', release: 'g2' }), '    1.0 s  deploy web g2');
});
