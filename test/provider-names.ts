const wire = 'the wire: upstream reads in the schema what a provider calls its own';
const verb = 'the verb: what is resent goes again';
const figures = 'measures this very code';

/** Where a provider is named outside its folders: how often, and why. Such places become fewer, never more. */
export const allowedNames: Readonly<Record<string, { times: number; why: string }>> = {
  'apps/cli/src/commands/suppressions.ts': { times: 1, why: 'an example in the help of a command' },
  'apps/email/src/suppression-scopes.policy.ts': { times: 2, why: 'reads the options of the wire that concern lists' },
  'apps/email/src/unsubscribe/placeholder.policy.ts': { times: 1, why: 'a placeholder that people bring along' },
  'apps/email/src/unsubscribe/unsubscribe-link.policy.ts': {
    times: 2,
    why: 'reads the options of the wire about lists',
  },
  'apps/reporting/src/api/docs/examples.ts': { times: 6, why: 'examples of the API’s documentation' },
  'apps/retry/src/plan/decision.ts': { times: 1, why: verb },
  'apps/retry/src/plan/reconcile.policy.ts': { times: 1, why: verb },
  'apps/retry/src/release/due-plans.store.ts': { times: 1, why: verb },
  'apps/retry/src/retry.config.ts': { times: 1, why: verb },
  'apps/sms/src/content/media.policy.ts': {
    times: 9,
    why: 'the limits of media are those of the only provider of MMS',
  },
  'apps/sms/src/conversation/resend-plans.store.ts': { times: 2, why: verb },
  'libs/contracts/src/event/failure.ts': { times: 1, why: wire },
  'libs/contracts/src/event/handover.ts': { times: 1, why: wire },
  'libs/contracts/src/event/suppression.ts': { times: 1, why: wire },
  'libs/contracts/src/providers.ts': { times: 3, why: wire },
  'libs/contracts/src/request/email-headers.ts': { times: 1, why: wire },
  'libs/contracts/src/request/email-options.ts': { times: 13, why: wire },
  'libs/contracts/src/request/sms-request.ts': { times: 2, why: wire },
  'libs/contracts/src/request/template.ts': { times: 3, why: wire },
  'libs/providers/src/failures/platform.failures.ts': { times: 1, why: 'a remedy names the setting' },
  'libs/templates/src/templates.ts': { times: 1, why: 'a problem says how a provider’s own template is written' },
  'tools/figures/frames.ts': { times: 8, why: figures },
  'tools/figures/page.ts': { times: 1, why: figures },
  'tools/figures/provider-names.ts': { times: 7, why: figures },
  'tools/generate/topics.ts': { times: 1, why: verb },
  'tools/lint/retired-words.mjs': { times: 4, why: figures },
};
