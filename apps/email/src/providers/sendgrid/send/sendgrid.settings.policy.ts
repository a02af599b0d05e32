import type { EmailMessage } from '../../../email-message.ts';
import { sendgridOptionsOf } from './sendgrid.options.ts';

interface TrackingSettings {
  clickTracking?: { enable: boolean; enableText: boolean };
  openTracking?: { enable: boolean };
  subscriptionTracking?: { enable: boolean };
  ganalytics?: Record<string, string | boolean>;
}

/** What SendGrid tracks and inserts into the mail. What is not set follows the account's settings. */
export function trackingSettings(message: EmailMessage): { trackingSettings?: TrackingSettings } {
  const { tracking, headers, providerOptions } = message;
  if (!tracking && !headers && !providerOptions) return {};
  const { clickTrackingInText, ganalytics } = sendgridOptionsOf(message) ?? {};
  const clicks = tracking?.clicks ?? (clickTrackingInText === undefined ? undefined : true);
  const settings = {
    ...(clicks !== undefined && {
      clickTracking: { enable: clicks, enableText: clicks && clickTrackingInText === true },
    }),
    ...(tracking?.opens !== undefined && { openTracking: { enable: tracking.opens } }),
    // It would add a List-Unsubscribe header of SendGrid's own besides the mail's.
    ...(hasOwnUnsubscribeLink(headers) && { subscriptionTracking: { enable: false } }),
    ...(ganalytics && { ganalytics: { enable: true, ...utm(ganalytics) } }),
  };
  return Object.keys(settings).length > 0 ? { trackingSettings: settings } : {};
}

export function mailSettings(message: EmailMessage): { mailSettings?: Record<string, { enable: true }> } {
  if (!message.sandbox && !message.providerOptions) return {};
  const options = sendgridOptionsOf(message) ?? {};
  const settings = {
    ...(message.sandbox && { sandboxMode: on }),
    ...(options.bypassListManagement && { bypassListManagement: on }),
    ...(options.bypassSpamManagement && { bypassSpamManagement: on }),
    ...(options.bypassBounceManagement && { bypassBounceManagement: on }),
    ...(options.bypassUnsubscribeManagement && { bypassUnsubscribeManagement: on }),
  };
  return Object.keys(settings).length > 0 ? { mailSettings: copied(settings) } : {};
}

const on = { enable: true } as const;

/** The SDK changes its arguments, so none may be shared. */
const copied = <T extends object>(of: T): T => structuredClone(of);

const hasOwnUnsubscribeLink = (headers: EmailMessage['headers']) =>
  Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'list-unsubscribe');

function utm(tags: object): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [`utm_${name}`, String(value)]));
}
