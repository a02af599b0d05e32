import { z } from 'zod';
import { listed } from '../../core/config.ts';
import type { SandboxConfig } from './settings.ts';

/** The settings of the account at Twilio: what a key may do, who may send. */
export const AccountSetup = z.strictObject({
  keyRevoked: z.boolean(),
  status: z.enum(['active', 'suspended', 'closed']),
  type: z.enum(['Full', 'Trial']),
  numbers: z.array(z.strictObject({ sid: z.string(), number: z.string(), sms: z.boolean(), inboundUrl: z.string() })),
  services: z.array(
    z.strictObject({
      sid: z.string(),
      inboundUrl: z.string().nullable(),
      useInboundOnNumber: z.boolean(),
      numbers: z.array(z.string()),
    }),
  ),
});
export type AccountSetup = z.infer<typeof AccountSetup>;

export function standardAccount(config: SandboxConfig): AccountSetup {
  const inboundUrl = config.SANDBOX_TWILIO_INBOUND_URL ?? '';
  return {
    keyRevoked: false,
    status: 'active',
    type: 'Full',
    numbers: listed(config.SANDBOX_TWILIO_NUMBERS).map((number, index) => ({
      sid: sidOf('PN', index),
      number,
      sms: true,
      inboundUrl,
    })),
    services: [],
  };
}

const sidOf = (prefix: string, index: number) => `${prefix}${(index + 1).toString(16).padStart(32, '0')}`;
