import { z } from 'zod';
import type { Channel } from './request/primitives.ts';

/** The providers of each channel, by the names of their folders and settings. */
export const channelProviders = {
  email: ['sendgrid', 'resend'],
  sms: ['twilio'],
} as const satisfies Record<Channel, readonly string[]>;

/** The provider that a request of a channel may ask for. */
export const preferredProvider = (channel: Channel) =>
  z
    .enum(channelProviders[channel], { error: `must be ${channelProviders[channel].join(' or ')}` })
    .optional()
    .describe('Preferred provider; another may be used when it cannot send.');
