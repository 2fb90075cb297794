import { expect, test } from 'vitest';
import { TallyReporter } from './tally-reporter.ts';

const aFile = (name: string, seconds = 1, states: readonly string[] = ['passed'], errors = 0) => ({
  relativeModuleId: name,
  diagnostic: () => ({ duration: seconds * 1000 }),
  errors: () => Array<string>(errors).fill('does not load'),
  children: {
    allTests: () => states.map((state) => ({ result: () => ({ state }) })),
    allSuites: () => [{ errors: () => [] }],
  },
});

/** Runs of these files in one process; the meter stands at each run's figure when it ends. */
function tally(runs: readonly { cpu: number | null; files?: ReturnType<typeof aFile>[]; errors?: number }[]) {
  const printed: string[] = [];
  let failures = 0;
  let turn = 0;
  const reporter = new TallyReporter({
    startMeter: () => () => runs[turn]?.cpu ?? null,
    mostCpuSeconds: 100,
    fail: () => void failures++,
  });
  reporter.onInit({ logger: { log: (line) => void printed.push(line) } });
  for (const { files = [aFile('a.test.ts')], errors = 0 } of runs) {
    reporter.onTestRunEnd(files, Array<string>(errors).fill('outside of any test'));
    turn++;
  }
  return { printed, last: printed.at(-1), failures };
}

test('a run within its budget of CPU passes, and its last line is the tally', () => {
  const { printed, last, failures } = tally([{ cpu: 100 }]);
  expect(last).toBe('1 passed, 0 failed');
  expect(printed).toContain('CPU 100 s of at most 100 s.');
  expect(failures).toBe(0);
});

test('a run above it fails, is counted as one failed, and says what to do', () => {
  const { printed, last, failures } = tally([{ cpu: 101 }]);
  expect(last).toBe('1 passed, 1 failed');
  expect(printed.at(-2)).toMatch(/^The run spent 101 s of CPU, expected at most 100 s .*cut elsewhere/);
  expect(failures).toBe(1);
});

test('where CPU cannot be measured the run says so and passes', () => {
  const { printed, last, failures } = tally([{ cpu: null }]);
  expect(last).toBe('1 passed, 0 failed');
  expect(printed.at(-2)).toMatch(/^CPU not measured here/);
  expect(failures).toBe(0);
});

test('who watches files is told of each run what that one cost', () => {
  const { printed, failures } = tally([{ cpu: 90 }, { cpu: 150 }]);
  expect(printed.filter((line) => line.startsWith('CPU'))).toEqual([
    'CPU 90 s of at most 100 s.',
    'CPU 60 s of at most 100 s.',
  ]);
  expect(failures).toBe(0);
});

test('the ten slowest files are told, the slowest first, however long they took', () => {
  const files = [3, 12, 7, 1, 10, 5, 2, 11, 8, 4, 9, 6].map((seconds) => aFile(`of-${seconds}.test.ts`, seconds * 100));
  const { printed, failures } = tally([{ cpu: 1, files }]);
  const told = printed.filter((line) => line.endsWith('.test.ts'));
  expect(told.map((line) => line.trim())).toEqual(
    [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((seconds) => `${seconds}00.0 s  of-${seconds}.test.ts`),
  );
  expect(failures).toBe(0);
});

test('what kept tests from running counts as failed: a file that does not load, an error outside of any test', () => {
  const files = [aFile('a.test.ts', 1, ['passed', 'failed', 'skipped']), aFile('b.test.ts', 1, [], 1)];
  expect(tally([{ cpu: 1, files, errors: 2 }]).last).toBe('1 passed, 4 failed');
});
