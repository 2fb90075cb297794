import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';

/**
 * Ends the run's output with the plain line `N passed, N failed`. What kept tests from running counts as one failed
 * each: a file that does not load, a hook that throws, an error outside of any test.
 */
export class TallyReporter implements Reporter {
  #print: (line: string) => void = console.log;

  onInit(vitest: Vitest): void {
    this.#print = (line) => vitest.logger.log(line);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      const broken = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
      passed += states.filter((state) => state === 'passed').length;
      failed += states.filter((state) => state === 'failed').length + broken.length;
    }
    this.#print(`${passed} passed, ${failed} failed`);
  }
}
