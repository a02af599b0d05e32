import { replyToList, type Mailbox } from '#libs/contracts';
import type { EmailMessage } from '../../../email-message.ts';
import { headerTexts } from '../../../header-text.policy.ts';
import { sendgridOptionsOf } from './sendgrid.options.ts';
import { categoriesOf, customArgsOf, ipPoolOf, linkOf, type Member, withoutLink } from './sendgrid.request.policy.ts';
import { mailSettings, trackingSettings } from './sendgrid.settings.policy.ts';
import { type Box, boxOf, recipientBox } from './sendgrid.words.policy.ts';

/** The path of SendGrid's SDK for sending mail. */
export const SEND_PATH = '/v3/mail/send';

/**
 * The body of a request for mails without attachment, template, group or mail settings; undefined for all others. As
 * JSON it is identical to that of SendGrid's SDK. For every recipient of a call the SDK creates an object of a class
 * for each part, checks again what the schema has checked, and renames keys by regular expressions. From e-mail to text
 * this function takes a fifth of the SDK's time, and 2.1 KB instead of 15.6 KB.
 * @param members e-mails that share all but recipients, reference and unsubscribe link
 */
export function plainBody(members: readonly Member[]): object | undefined {
  const [{ message }] = members as [Member];
  if (!isPlain(message)) return undefined;
  const { unsubscribeUrl: link, headers } = message;
  const replyTo = message.replyTo && replyToList(message.replyTo);
  // What is undefined is not in the JSON.
  return {
    from: box(message.from),
    subject: withoutLink(message.subject, link),
    personalizations: members.map(personalization),
    categories: categoriesOf(message)?.filter((category) => category !== ''),
    content: contents(message),
    headers: headers && link === undefined ? filled(headerTexts(headers)) : undefined,
    tracking_settings: tracking(message),
    reply_to: replyTo?.length === 1 ? box(replyTo[0]!) : undefined,
    ip_pool_name: ipPoolOf(message),
    reply_to_list: replyTo && replyTo.length > 1 ? replyTo.map(boxOf) : undefined,
  };
}

const isPlain = (message: EmailMessage): boolean =>
  !message.attachments?.length &&
  message.template === undefined &&
  sendgridOptionsOf(message)?.asm === undefined &&
  mailSettings(message).mailSettings === undefined;

function personalization(member: Member) {
  const { to, cc, bcc, headers = {}, unsubscribeUrl: link } = member.message;
  const substitutions = linkOf(member.message);
  return {
    to: to.map(recipient),
    cc: cc?.length ? cc.map(recipient) : undefined,
    bcc: bcc?.length ? bcc.map(recipient) : undefined,
    headers: link === undefined ? undefined : filled(headerTexts(headers)),
    substitutions: substitutions && tagged(substitutions),
    custom_args: filled(customArgsOf(member)),
  };
}

/** The SDK leaves out an empty name. */
const box = ({ email, name }: Pick<Mailbox, 'email' | 'name'>): Box =>
  name === undefined || name === '' ? { email } : { email, name };

const recipient = (of: Mailbox): Box => box(recipientBox(of));

function contents({ text, html, unsubscribeUrl: link }: EmailMessage): { value: string; type: string }[] | undefined {
  if (text === undefined && html === undefined) return undefined;
  const content: { value: string; type: string }[] = [];
  if (text !== undefined) content.push({ value: withoutLink(text, link)!, type: 'text/plain' });
  if (html !== undefined) content.push({ value: withoutLink(html, link)!, type: 'text/html' });
  return content;
}

/** The SDK adds its own delimiters around substitutions. */
const tagged = (substitutions: Record<string, string>) =>
  Object.fromEntries(Object.entries(substitutions).map(([name, value]) => [`{{${name}}}`, value]));

function tracking(message: EmailMessage) {
  const { trackingSettings: settings } = trackingSettings(message);
  if (!settings) return undefined;
  const { clickTracking: clicks, openTracking, subscriptionTracking, ganalytics } = settings;
  return {
    ganalytics,
    click_tracking: clicks && { enable: clicks.enable, enable_text: clicks.enableText },
    open_tracking: openTracking,
    subscription_tracking: subscriptionTracking,
  };
}

function filled<T extends object>(object: T): T | undefined {
  for (const _ in object) return object;
  return undefined;
}
