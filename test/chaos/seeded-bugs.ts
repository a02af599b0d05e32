import { join } from 'node:path';
import { planOf } from './plan.policy.ts';
import type { Scenario } from './run.ts';
import { timing } from './stack.ts';

/** A bug that the checker must find, and the faults that bring it out. */
export interface SeededBug {
  scenario: Scenario;
  messages: number;
}

const entry = (name: string) => join(import.meta.dirname, 'seeded-bugs', `${name}.ts`);

/** Only what e-mail needs: a seeded bug shall be found within a minute. */
const emailAlone: Omit<Scenario, 'plan' | 'entries'> = {
  services: ['email', 'retry', 'reporting'],
  replicated: [],
  channels: ['email'],
  repeated: 0,
  // Longer than it takes until a killed service has its partitions again: what is lost must be lost for good.
  timeoutMs: 15_000,
};

const noFaults = { seed: 1, kills: 0, restores: 0, victims: [], services: [], ...timing };

export const seededBugs: Record<string, SeededBug> = {
  'commits-before-publishing': {
    messages: 300,
    scenario: {
      ...emailAlone,
      entries: { email: entry('commits-before-publishing') },
      // What is lost between a channel and retry would be found and go again (ADR 11): here it must stay lost.
      env: { HANDOVER_ANSWER_MS: '600000' },
      plan: () => ({
        ...planOf(noFaults),
        faults: [{ at: 3_000, kind: 'kill', victim: 'email' }],
        // Nothing goes at the first try, so every message hangs on the fact that hands it over to retry.
        outages: [
          { at: 0, ms: 4_500, provider: 'sendgrid', name: 'answers 429', fault: { status: 429, retryAfterSeconds: 1 } },
        ],
      }),
    },
  },
  'ignores-the-lease': {
    messages: 200,
    scenario: {
      ...emailAlone,
      entries: { email: entry('ignores-the-lease') },
      // As with the defaults, a lease outlives the session of who is killed: the records come again while it runs.
      env: { SENDGRID_TIMEOUT_MS: '12000' },
      plan: () => ({
        ...planOf(noFaults),
        faults: [{ at: 3_000, kind: 'kill', victim: 'email' }],
        // The provider has them, and the service is killed while it waits for the answer.
        outages: [{ at: 0, ms: 4_000, provider: 'sendgrid', name: 'answers slowly', fault: { latencyMs: 1_500 } }],
      }),
    },
  },
  'claims-by-id': {
    messages: 200,
    scenario: {
      ...emailAlone,
      repeated: 0.5,
      entries: { email: entry('claims-by-id') },
      plan: () => ({ ...planOf(noFaults), outages: [] }),
    },
  },
  'relearns-nothing': {
    messages: 600,
    scenario: {
      ...emailAlone,
      entries: { email: entry('relearns-nothing') },
      plan: () => ({
        ...planOf(noFaults),
        outages: [],
        restores: [{ backupAt: 3_000, at: 15_000, services: ['email'] }],
        ms: 18_000,
      }),
    },
  },
};
