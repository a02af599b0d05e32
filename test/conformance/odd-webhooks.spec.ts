import { describeOddWebhooks, describeRefusedRecords } from '#libs/testing';
import { afterAll, beforeAll } from '@jest/globals';
import { emailSchema } from '../../apps/email/src/email.config.ts';
import { EmailModule } from '../../apps/email/src/email.module.ts';
import { smsSchema } from '../../apps/sms/src/sms.config.ts';
import { SmsModule } from '../../apps/sms/src/sms.module.ts';
import { type ChannelService, startService } from './service.ts';
import { serviceEnv, suites } from './suites.ts';
import { CountedEvents, FinishedSpans } from './telemetry.ts';

let services: Record<'email' | 'sms', ChannelService>;
let spans: FinishedSpans;

beforeAll(async () => {
  spans = new FinishedSpans();
  const counts = new CountedEvents();
  const common = { RECIPIENT_HASH_KEY: 'only for the conformance suite', LOG_LEVEL: 'error' };
  services = {
    email: await startService(
      {
        name: 'email',
        schema: emailSchema,
        module: EmailModule,
        env: { ...common, ...serviceEnv('email') },
        postgres: 'empty',
      },
      spans,
      counts,
    ),
    sms: await startService(
      {
        name: 'sms',
        schema: smsSchema,
        module: SmsModule,
        env: { ...common, ...serviceEnv('sms') },
        postgres: 'empty',
      },
      spans,
      counts,
    ),
  };
}, 60_000);

afterAll(async () => {
  await Promise.all([services.email.close(), services.sms.close()]);
  await spans.close();
}, 20_000);

for (const { definition, suite } of suites) {
  for (const webhook of suite.oddWebhooks) {
    describeOddWebhooks(webhook, () => services[definition.channel]);
    describeRefusedRecords(webhook, () => services[definition.channel]);
  }
}
