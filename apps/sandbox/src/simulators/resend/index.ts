import { z } from 'zod';
import type { ProviderSimulator } from '../../core/simulator.ts';
import { type ErrorName, errorNames, refusalOfStatus } from './error.policy.ts';
import { local } from './local.ts';
import type { ResendMessage } from './message.ts';
import { changesBy, stepsOf, viewOf } from './plan.policy.ts';
import { resendSettings, type SandboxConfig } from './settings.ts';
import { AccountSetup, standardAccount } from './setup.policy.ts';

export const resend: ProviderSimulator<ResendMessage> = {
  name: 'resend',
  label: 'Resend',
  channel: 'email',
  settings: resendSettings,
  apis: [
    {
      paths: /^\/(emails|domains|webhooks|templates|suppressions)(\/|$)/,
      send: /^\/emails(\/batch)?$/,
    },
  ],
  faultFields: {
    resendName: z.enum(errorNames).optional().describe("Resend's name of the error in the body of that answer."),
  },
  refusalOf: (status, _now, fault) => refusalOfStatus(status, fault['resendName'] as ErrorName | undefined),
  account: { schema: AccountSetup, standard: (config) => standardAccount(config as SandboxConfig) },
  stepsOf,
  changesBy,
  viewOf,
  htmlOf: ({ html }) => html,
  page: {
    icon: 'mail',
    callback: 'event',
    usualCallback: {
      type: 'email.bounced',
      data: { bounce: { type: 'Permanent', subType: 'General', message: 'no such user' } },
    },
  },
  local,
  load: async () => (await import('./parts.ts')).parts,
};
