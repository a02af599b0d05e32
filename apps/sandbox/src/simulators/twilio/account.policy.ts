import { z } from 'zod';
import type { AccountSetup } from './setup.policy.ts';
import { API, rfc2822 } from './messages/resource.policy.ts';

type Own = AccountSetup;
export type OwnNumber = Own['numbers'][number];
export type Service = Own['services'][number];

/** An IncomingPhoneNumber resource, with the fields about messages. */
export function numberOf(
  { sid, number, sms, inboundUrl }: OwnNumber,
  accountSid: string,
  since: number,
): Record<string, unknown> {
  return {
    account_sid: accountSid,
    sid,
    phone_number: number,
    friendly_name: number,
    api_version: '2010-04-01',
    beta: false,
    origin: 'twilio',
    capabilities: { voice: true, sms, mms: sms, fax: false },
    date_created: rfc2822(since),
    date_updated: rfc2822(since),
    sms_application_sid: '',
    sms_fallback_method: 'POST',
    sms_fallback_url: '',
    sms_method: 'POST',
    sms_url: inboundUrl,
    status_callback: '',
    status_callback_method: 'POST',
    status: 'in-use',
    type: 'local',
    uri: `${API}/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
  };
}

/** A Service resource (twilio_messaging_v1.services.json). */
export function serviceOf(
  { sid, inboundUrl, useInboundOnNumber }: Service,
  accountSid: string,
  base: string,
  since: number,
): Record<string, unknown> {
  const url = `${base}/v1/Services/${sid}`;
  const at = `${new Date(since).toISOString().slice(0, 19)}Z`;
  return {
    account_sid: accountSid,
    sid,
    friendly_name: 'Sandbox',
    date_created: at,
    date_updated: at,
    inbound_request_url: inboundUrl,
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    status_callback: null,
    sticky_sender: true,
    mms_converter: true,
    smart_encoding: false,
    scan_message_content: 'inherit',
    fallback_to_long_code: true,
    area_code_geomatch: true,
    synchronous_validation: true,
    validity_period: 36_000,
    usecase: 'notifications',
    us_app_to_person_registered: false,
    use_inbound_webhook_on_number: useInboundOnNumber,
    url,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      alpha_senders: `${url}/AlphaSenders`,
    },
  };
}

export function serviceNumbersOf(
  service: Service,
  numbers: readonly OwnNumber[],
  accountSid: string,
  base: string,
  since: number,
): Record<string, unknown> {
  const url = `${base}/v1/Services/${service.sid}/PhoneNumbers`;
  const at = `${new Date(since).toISOString().slice(0, 19)}Z`;
  const held = numbers.filter(({ number }) => service.numbers.includes(number));
  return {
    meta: {
      page: 0,
      page_size: 50,
      first_page_url: `${url}?PageSize=50&Page=0`,
      previous_page_url: null,
      next_page_url: null,
      key: 'phone_numbers',
      url: `${url}?PageSize=50&Page=0`,
    },
    phone_numbers: held.map(({ sid, number, sms }) => ({
      account_sid: accountSid,
      service_sid: service.sid,
      sid,
      date_created: at,
      date_updated: at,
      phone_number: number,
      country_code: 'US',
      capabilities: sms ? ['MMS', 'SMS', 'Voice'] : ['Voice'],
      url: `${url}/${sid}`,
    })),
  };
}

const address = z.url({ protocol: /^https?$/ }).or(z.literal(''));
export const NumberChange = z.object({ SmsUrl: address.optional(), SmsMethod: z.enum(['GET', 'POST']).optional() });
export const ServiceChange = z.object({
  InboundRequestUrl: address.optional(),
  InboundMethod: z.enum(['GET', 'POST']).optional(),
});
