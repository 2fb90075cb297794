import type { Reporter } from 'vitest/node';
import type { CpuMeter } from './cpu-meter.ts';

/** What is told of a file; vitest's `TestModule` is one. Durations in ms. */
interface FileRun {
  relativeModuleId: string;
  diagnostic(): { duration: number };
  errors(): readonly unknown[];
  children: {
    allTests(): Iterable<{ result(): { state: string } }>;
    allSuites(): Iterable<{ errors(): readonly unknown[] }>;
  };
}

export interface TallyOptions {
  startMeter: () => CpuMeter;
  /** The run fails above it. */
  mostCpuSeconds: number;
  /** Makes the run end with an error. */
  fail: () => void;
}

const SHOWN = 10;

/**
 * Ends the run's output with its slowest files, what it cost, and the plain line `N passed, N failed`. What kept tests
 * from running counts as one failed each: a file that does not load, a hook that throws, an error outside of any test.
 * So does a run above its budget of CPU; wall time, which a busy machine stretches, is told and never judged.
 */
export class TallyReporter implements Reporter {
  readonly #options: TallyOptions;
  #print: (line: string) => void = console.log;
  #meter: CpuMeter = () => null;
  /** Up to the last tally: who watches files has many runs in one process. */
  #toldSeconds = 0;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  onInit(vitest: { logger: { log(line: string): void } }): void {
    this.#print = (line) => vitest.logger.log(line);
    this.#meter = this.#options.startMeter();
  }

  onTestRunEnd(files: readonly FileRun[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const file of files) {
      const states = [...file.children.allTests()].map((test) => test.result().state);
      const broken = [file, ...file.children.allSuites()].filter((suite) => suite.errors().length > 0);
      passed += states.filter((state) => state === 'passed').length;
      failed += states.filter((state) => state === 'failed').length + broken.length;
    }
    this.#tellSlowest(files);
    if (!this.#isWithinBudget()) {
      failed += 1;
      this.#options.fail();
    }
    this.#print(`${passed} passed, ${failed} failed`);
  }

  #tellSlowest(files: readonly FileRun[]): void {
    const slowest = files
      .map((file) => ({ name: file.relativeModuleId, ms: file.diagnostic().duration }))
      .sort((a, b) => b.ms - a.ms)
      .slice(0, SHOWN);
    if (slowest.length > 0) this.#print('The slowest files, on the wall clock:');
    for (const { name, ms } of slowest) this.#print(`${(ms / 1000).toFixed(1).padStart(8)} s  ${name}`);
  }

  #isWithinBudget(): boolean {
    const total = this.#meter();
    if (total === null) {
      this.#print('CPU not measured here: that takes the /proc of Linux.');
      return true;
    }
    const { mostCpuSeconds } = this.#options;
    const spent = Math.round(total - this.#toldSeconds);
    this.#toldSeconds = total;
    this.#print(`CPU ${spent} s of at most ${mostCpuSeconds} s.`);
    if (spent <= mostCpuSeconds) return true;
    this.#print(
      `The run spent ${spent} s of CPU, expected at most ${mostCpuSeconds} s (test/support/cpu-budget.ts): ` +
        'make what grew cheaper, or cut elsewhere in the same change; CONTRIBUTING.md says how.',
    );
    return false;
  }
}
