const verb = 'the verb: what is resent goes again';
const bench = 'rows of the benchmark, which measures single providers';
const figures = 'measures this very code';

/** Where a provider is named outside its folders: how often, and why. Such places become fewer, never more. */
export const allowedNames: Readonly<Record<string, { times: number; why: string }>> = {
  'apps/email/src/unsubscribe/placeholder.policy.ts': { times: 1, why: 'a placeholder that people bring along' },
  'apps/reporting/src/reports/responses.ts': { times: 2, why: 'examples of the API’s documentation' },
  'apps/reporting/src/api/docs/examples.ts': { times: 1, why: 'examples of the API’s documentation' },
  'apps/retry/src/plan/decision.ts': { times: 3, why: verb },
  'apps/retry/src/plan/reconcile.policy.ts': { times: 6, why: verb },
  'apps/retry/src/policy/policy-file.ts': { times: 6, why: verb },
  'apps/retry/src/policy/policy.settings.ts': { times: 4, why: verb },
  'apps/retry/src/policy/standard-policy.ts': { times: 3, why: verb },
  'apps/retry/src/release/due-plans.store.ts': { times: 1, why: verb },
  'apps/sms/src/conversation/resend-plans.store.ts': { times: 2, why: verb },
  'libs/contracts/src/request/primitives.ts': { times: 2, why: verb },
  'tools/figures/frames.ts': { times: 8, why: figures },
  'tools/figures/page.ts': { times: 1, why: figures },
  'tools/figures/provider-names.ts': { times: 7, why: figures },
  'tools/generate/topics.ts': { times: 1, why: verb },
  'tools/lint/retired-words.mjs': { times: 4, why: figures },
  'tools/performance/goals.table.ts': { times: 4, why: bench },
  'tools/performance/page.ts': { times: 13, why: bench },
};
