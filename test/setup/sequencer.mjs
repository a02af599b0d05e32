import { createRequire } from 'node:module';

// Jest's own, which a project does not install by itself.
const load = createRequire(import.meta.resolve('jest'));
const { default: Sequencer } = createRequire(load.resolve('@jest/core'))('@jest/test-sequencer');

const order = ['unit', 'integration', 'e2e', 'chaos'];
const rank = ({ context }) => order.indexOf(context.config.displayName?.name);

/** Unit, integration, end to end, chaos; within each by path, so that every run goes the same way. */
export default class ByKind extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  }
}
