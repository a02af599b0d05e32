import type { CheckTable } from '#libs/providers';

/** The doctor's checks, and what their findings mean (Twilio’s API reference). */
export const twilioChecks = {
  'twilio.key': {
    title: 'Twilio accepts the credentials that send',
    meaning: 'Nothing can be sent: Twilio refuses the auth token or API key, or cannot be reached.',
    remedy:
      'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET) to those ' +
      'of the account, as the Twilio Console shows them.',
  },
  'twilio.account': {
    title: 'The account is active, and TWILIO_AUTH_TOKEN is its auth token',
    meaning:
      'A suspended account sends nothing; a trial account only to numbers you verified; with another auth token ' +
      'every webhook is refused, an API key or not.',
    remedy: 'Look at the account in the Twilio Console: upgrade or reactivate it, and copy its auth token.',
  },
  'twilio.sender': {
    title: 'The configured senders exist and can send SMS',
    meaning: 'Messages from this sender are refused (21606, 21701) or stay without one.',
    remedy:
      'Buy or choose a number that can send SMS, add it to the messaging service, and set SMS_FROM or ' +
      'TWILIO_MESSAGING_SERVICE_SID to it.',
  },
  'twilio.inbound': {
    title: 'Replies are reported to us',
    meaning: 'STOP and other replies do not reach the platform; Twilio still blocks those who said STOP.',
    remedy:
      'npm run doctor -- --fix sets the address where none, Twilio’s demo, or ours at another host is set; ' +
      'another address it leaves alone: set it by hand if replies are to come here.',
  },
  'twilio.clock': {
    title: 'Our clock agrees with Twilio’s',
    meaning: 'Schedules and expiry are judged by our clock.',
    remedy: 'Synchronise the clock of this machine (NTP).',
  },
} satisfies CheckTable;
