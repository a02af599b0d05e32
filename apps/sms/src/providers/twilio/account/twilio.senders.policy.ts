import type { SettingReader } from '#libs/providers';

/** All senders that are configured for SMS, each once. */
export function sendersOf(read: SettingReader): string[] {
  const rules = read('SMS_SENDERS') ?? '';
  const mapped = [...rules.matchAll(/"sender"\s*:\s*(?:"([^"]+)"|\[([^\]]*)\])/g)].flatMap(([, one, several = '']) =>
    one === undefined ? [...several.matchAll(/"([^"]+)"/g)].map(([, sender]) => sender!) : [one],
  );
  const standard = (read('SMS_FROM') ?? '').split(',').map((sender) => sender.trim());
  return [...new Set([...mapped, ...standard, read('TWILIO_MESSAGING_SERVICE_SID') ?? ''])].filter(Boolean);
}
