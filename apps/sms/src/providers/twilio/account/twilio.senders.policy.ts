import type { SettingReader } from '#libs/providers';

/** All senders that are configured for SMS, each once. */
export function sendersOf(read: SettingReader): string[] {
  const rules = read('SMS_SENDERS') ?? '';
  const mapped = [...rules.matchAll(/"sender"\s*:\s*"([^"]+)"/g)].map(([, sender]) => sender!);
  return [...new Set([...mapped, read('SMS_FROM') ?? '', read('TWILIO_MESSAGING_SERVICE_SID') ?? ''])].filter(Boolean);
}
