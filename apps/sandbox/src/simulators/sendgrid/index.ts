import type { ProviderSimulator } from '../../core/simulator.ts';
import { errorResponse, throttled, tooLarge } from './error.policy.ts';
import { local } from './local.ts';
import type { MailMessage } from './message.ts';
import { changesBy, stepsOf, viewOf } from './plan.policy.ts';
import { type SandboxConfig, sendgridSettings } from './settings.ts';
import { AccountSetup, standardAccount } from './setup.policy.ts';

export const sendgrid: ProviderSimulator<MailMessage> = {
  name: 'sendgrid',
  label: 'SendGrid',
  channel: 'email',
  settings: sendgridSettings,
  apis: [{ paths: /^\/v3\//, send: /^\/v3\/mail\/send$/ }],
  // The whole request must be smaller than 30 MB (docs.sendgrid.com/api-reference/mail-send/limitations).
  mostBytes: 30_000_000,
  faultFields: {},
  refusalOf(status, now) {
    if (status === 413) return tooLarge;
    return status === 429 ? throttled(now) : errorResponse(status);
  },
  unroutedStatus: (path, status) => (status === 404 && path === '/v3/mail/send' ? 405 : status),
  account: { schema: AccountSetup, standard: (config) => standardAccount(config as SandboxConfig) },
  stepsOf,
  changesBy,
  viewOf,
  htmlOf: ({ html }) => html,
  page: {
    icon: 'mail',
    callback: 'event',
    usualCallback: { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 no such user' },
  },
  local,
  load: async () => (await import('./parts.ts')).parts,
};
