import { z } from 'zod';
import type { ProviderSimulator } from '../../core/simulator.ts';
import { refusal } from './error.policy.ts';
import { local } from './local.ts';
import type { TextMessage } from './message.ts';
import { changesBy, stepsOf, viewOf } from './plan.policy.ts';
import { type SandboxConfig, twilioSettings } from './settings.ts';
import { AccountSetup, standardAccount } from './setup.policy.ts';
import { Reply } from './webhook/inbound.policy.ts';

const codes: Readonly<Record<number, number>> = {
  401: 20003,
  403: 20006,
  404: 20404,
  405: 20004,
  429: 20429,
  500: 20500,
  503: 20503,
};

export const twilio: ProviderSimulator<TextMessage> = {
  name: 'twilio',
  label: 'Twilio',
  channel: 'sms',
  settings: twilioSettings,
  apis: [
    { paths: /^\/2010-04-01\//, send: /\/Messages\.json$/ },
    { paths: /^\/v1\/(Services|Content|ContentAndApprovals)(\/|$)/ },
  ],
  faultFields: {
    twilioCode: z
      .number()
      .int()
      .min(10_000)
      .max(99_999)
      .optional()
      .describe("Twilio's code in the body of that answer."),
  },
  refusalOf(status, _now, fault) {
    const usual = codes[status] ?? (status < 500 ? 20001 : 20500);
    return refusal((fault['twilioCode'] as number | undefined) ?? usual, { status });
  },
  account: { schema: AccountSetup, standard: (config) => standardAccount(config as SandboxConfig) },
  stepsOf,
  changesBy,
  viewOf,
  reply: Reply,
  page: {
    icon: 'phone',
    callback: 'status callback',
    usualCallback: { MessageStatus: 'undelivered', ErrorCode: '30008' },
  },
  local,
  load: async () => (await import('./parts.ts')).parts,
};
