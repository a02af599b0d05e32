import { namedField } from '#libs/providers';
import { z } from 'zod';

const ErrorBody = z.looseObject({ errors: z.array(z.looseObject({ field: z.unknown() })) });

/** The fields of mail/send in its API description. */
const words = new Set([
  'personalizations',
  'to',
  'cc',
  'bcc',
  'from',
  'email',
  'name',
  'subject',
  'headers',
  'substitutions',
  'dynamic_template_data',
  'custom_args',
  'send_at',
  'reply_to',
  'reply_to_list',
  'content',
  'type',
  'value',
  'attachments',
  'filename',
  'disposition',
  'content_id',
  'template_id',
  'categories',
  'batch_id',
  'asm',
  'group_id',
  'groups_to_display',
  'ip_pool_name',
  'mail_settings',
  'bypass_list_management',
  'bypass_spam_management',
  'bypass_bounce_management',
  'bypass_unsubscribe_management',
  'footer',
  'sandbox_mode',
  'enable',
  'tracking_settings',
  'click_tracking',
  'enable_text',
  'open_tracking',
  'substitution_tag',
  'subscription_tracking',
  'text',
  'html',
  'ganalytics',
  'utm_source',
  'utm_medium',
  'utm_term',
  'utm_content',
  'utm_campaign',
]);

/**
 * The fields that a refusal names. The index of the personalization is left out, since each message of a call has its
 * own.
 */
export function fieldsNamedIn(body: string): (string | undefined)[] {
  return errorFieldsOf(body).map((field) =>
    namedField(field, words)?.replace(/^personalizations\.\d+/, 'personalizations'),
  );
}

/** The members of a call that a refusal names: `personalizations.3.to.0.email` is about the fourth. */
export function membersNamedIn(body: string): Set<number> {
  const places = errorFieldsOf(body).map((field) => /^personalizations\.(\d+)\./.exec(field)?.[1]);
  return new Set(places.filter((place) => place !== undefined).map(Number));
}

function errorFieldsOf(body: string): string[] {
  try {
    const { data } = ErrorBody.safeParse(JSON.parse(body));
    return (data?.errors ?? []).map(({ field }) => field).filter((field) => typeof field === 'string');
  } catch {
    return [];
  }
}
