import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../../apps/email/src/email-message.ts';
import { unsupported } from '../../apps/email/src/providers/resend/send/resend.carry.policy.ts';
import { refusedExtensions, resendLimits } from '../../apps/email/src/providers/resend/send/resend.limits.ts';
import { keyOf, batchKey, toEmail } from '../../apps/email/src/providers/resend/send/resend.request.policy.ts';
import { checkEmail } from '../../apps/sandbox/src/simulators/resend/email/email-rules.policy.ts';
import { describeLimits, ofMail, several, type Trials } from './trial.ts';

const account = {
  domains: [{ name: 'acme.test', status: 'verified' }],
  owner: 'owner@acme.test',
} as unknown as Parameters<typeof checkEmail>[1]['account'];
const now = Date.UTC(2030, 0, 1);
const address = (index: number) => `a${index}@inbox.test`;
const body = { from: 'news@acme.test', to: [address(0)], subject: 'Hello', text: 'It works' };
/** The text of the sandbox's refusal of these parts over a plain e-mail. */
const theirs =
  (parts: object, isInBatch = false) =>
  (): string[] => {
    const checked = checkEmail({ ...body, ...parts }, { account, isInBatch, now });
    return checked.ok ? [] : [(checked.refusal.body as { message: string }).message];
  };
const message = (parts: object): EmailMessage => ({
  ...anEmailRequest({}),
  from: { email: 'news@acme.test' },
  ...parts,
});
const carried = (parts: object) => () => unsupported(message(parts))?.fields ?? [];
const file = (parts: object) => ({ attachments: [{ filename: 'a.txt', content: 'YQ==', ...parts }] });
const ownTemplate = (variables: Record<string, unknown>) => ({
  boundTo: 'resend',
  text: undefined,
  template: { name: 't', variables },
});
const theirTemplate = (variables: object) => theirs({ text: undefined, template: { id: 't', variables } });
const named = (count: number) => Object.fromEntries(several(count, (index) => [`V${index}`, 'x']));
const base64 = (bytes: number) => 'A'.repeat(bytes);
const ahead = (days: number, more = 0) => new Date(now + days * 86_400_000 + more).toISOString();

const trials: Trials<typeof resendLimits> = {
  recipients: {
    ours: {
      within: ofMail({ to: several(50, (index) => ({ email: address(index) })) }),
      beyond: ofMail({ to: several(51, (index) => ({ email: address(index) })) }),
      field: /^to$/,
    },
    theirs: {
      within: theirs({ to: several(50, address) }),
      beyond: theirs({ to: several(51, address) }),
      refused: /`to`/,
    },
  },
  tagLetters: {
    ours: null,
    theirs: {
      within: theirs({ tags: [{ name: 'a', value: 'A-z_9' }] }),
      beyond: theirs({ tags: [{ name: 'a', value: 'ä' }] }),
      refused: /`tags/,
    },
  },
  tagLength: {
    ours: null,
    theirs: {
      within: theirs({ tags: [{ name: 'a', value: 'x'.repeat(256) }] }),
      beyond: theirs({ tags: [{ name: 'a', value: 'x'.repeat(257) }] }),
      refused: /`tags/,
    },
  },
  totalBytes: {
    ours: {
      within: carried(file({ content: base64(40_000_000 - 8) })),
      beyond: carried(file({ content: base64(40_000_000 - 7) })),
      field: /^attachments$/,
    },
    theirs: {
      within: theirs(file({ content: base64(40_000_000 - 8) })),
      beyond: theirs(file({ content: base64(40_000_000 - 4) })),
      refused: /40MB/,
    },
  },
  attachmentExtensions: {
    ours: {
      within: carried(file({ filename: 'exe.pdf' })),
      beyond: carried(file({ filename: 'setup.EXE' })),
      field: /^attachments\[0\]\.filename$/,
    },
    theirs: {
      within: theirs(file({ filename: 'exe.pdf' })),
      beyond: theirs(file({ filename: 'setup.EXE' })),
      refused: /not supported/,
    },
  },
  contentId: {
    ours: {
      within: ofMail(file({ contentId: 'x'.repeat(127) })),
      beyond: ofMail(file({ contentId: 'x'.repeat(128) })),
      field: /contentId$/,
    },
    theirs: {
      within: theirs(file({ content_id: 'x'.repeat(127) })),
      beyond: theirs(file({ content_id: 'x'.repeat(128) })),
      refused: /./,
    },
  },
  batch: { ours: null, theirs: null, why: 'apps/sandbox/test/resend/resend.spec.ts tries it over HTTP' },
  batchAttachments: {
    ours: null,
    theirs: { within: theirs(file({})), beyond: theirs(file({}), true), refused: /`attachments`/ },
  },
  idempotencyKey: { ours: null, theirs: null, why: 'apps/sandbox/test/resend/resend.spec.ts tries it over HTTP' },
  scheduledAt: {
    ours: null,
    theirs: {
      within: theirs({ scheduled_at: ahead(30) }),
      beyond: theirs({ scheduled_at: ahead(30, 1) }),
      refused: /`scheduled_at`/,
    },
  },
  variables: {
    ours: {
      within: carried(ownTemplate(named(50))),
      beyond: carried(ownTemplate(named(51))),
      field: /^template\.variables$/,
    },
    theirs: { within: theirTemplate(named(50)), beyond: theirTemplate(named(51)), refused: /`template/ },
  },
  variableNames: {
    ours: {
      within: carried(ownTemplate({ ['x'.repeat(50)]: 1 })),
      beyond: carried(ownTemplate({ ['x'.repeat(51)]: 1 })),
      field: /^template\.variables\./,
    },
    theirs: { within: theirTemplate({ A_1: 'x' }), beyond: theirTemplate({ 'A-1': 'x' }), refused: /`template/ },
  },
  variablesReserved: {
    ours: {
      within: carried(ownTemplate({ FIRST: 'x' })),
      beyond: carried(ownTemplate({ FIRST_NAME: 'x' })),
      field: /FIRST_NAME$/,
    },
    theirs: {
      within: theirTemplate({ FIRST: 'x' }),
      beyond: theirTemplate({ UNSUBSCRIBE_URL: 'x' }),
      refused: /`template/,
    },
  },
  variableKinds: {
    ours: null,
    theirs: { within: theirTemplate({ A: 1 }), beyond: theirTemplate({ A: true }), refused: /`template/ },
    why: 'MSG_VARIABLES_NOT_TEXT: apps/email/test/resend.adapter.spec.ts',
  },
};

describeLimits('Resend', resendLimits, trials, 'says so as Resend does');

describe('files that Resend does not send', () => {
  it('are the same for the platform and for the sandbox', () => {
    for (const extension of refusedExtensions) {
      expect([
        carried(file({ filename: `a.b.${extension}` }))().length,
        theirs(file({ filename: `a.b.${extension}` }))().length,
      ]).toEqual([1, 1]);
    }
    for (const extension of ['pdf', 'ics', 'png', 'json', 'docx', 'exec', 'mash', 'ps', 'jsx', 'zip', 'txt']) {
      expect([carried(file({ filename: `a.${extension}` }))(), theirs(file({ filename: `a.${extension}` }))()]).toEqual(
        [[], []],
      );
    }
  });
});

describe('what the platform asks of Resend', () => {
  const reference = {
    messageId: `${'.'.repeat(199)}a`,
    tenant: 't'.repeat(64),
    lane: 'bulk',
    hop: 1,
    attempt: 1,
    callId: '0198f9b2-6d4e-7c3a-9d2e-1f6a5b4c3d2e',
  } as const;

  it('stays within the limits of tags and keys, however long the ids are', () => {
    const email = toEmail({
      message: message({ tags: several(10, (index) => `${'ä'.repeat(60)}${index}`) }),
      reference,
    });
    expect(theirs({ ...(email as object), to: [address(0)] })()).toEqual([]);
    expect(keyOf(several(100, () => ({ reference }))).length).toBeLessThanOrEqual(resendLimits.idempotencyKey.most);
    expect(batchKey(message(file({})))).toBeUndefined();
  });
});
