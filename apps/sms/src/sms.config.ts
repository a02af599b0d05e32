import { deliverySettings, healthSettings, permitSettings } from '#libs/delivery';
import { postgresSettings } from '#libs/persistence';
import { recipientHashSettings, serviceSettings } from '#libs/runtime';
import { templateSettings } from '#libs/templates';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { twilioSettings } from './providers/twilio/twilio.config.ts';

/** Settings of the sms service. */
export const smsSchema = z
  .object({
    ...serviceSettings(8082),
    ...kafkaSettings,
    ...postgresSettings,
    ...deliverySettings,
    ...healthSettings,
    ...permitSettings,
    ...recipientHashSettings,
    ...templateSettings,
    PUBLIC_URL: z.url().describe('Where Twilio reaches this service from outside, such as https://sms.example.org: status callbacks go there, and signatures are checked against it.'),
    SMS_FROM: z.string().optional().describe('Sender of SMS and MMS that name none: a number in E.164, a short code, or an alphanumeric sender.'),
    WHATSAPP_FROM: z.string().optional().describe('Sender of WhatsApp messages that name none: a number in E.164.'),
    ...twilioSettings,
  })
  .refine((config) => config.SMS_FROM !== undefined || config.TWILIO_MESSAGING_SERVICE_SID !== undefined, {
    error: 'is not set, nor is TWILIO_MESSAGING_SERVICE_SID: one of them must name the sender',
    path: ['SMS_FROM'],
  });
export type SmsConfig = z.infer<typeof smsSchema>;
