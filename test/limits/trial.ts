import { EmailRequested, fieldErrors, type FieldError, SmsRequested } from '#libs/contracts';
import { type LimitTable, providerRules } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { emailCatalogue } from '../../apps/email/src/providers/catalogue.ts';

/** A limit tried on both sides: what is at it passes, what is one beyond is refused, with the field and its rule. */
export interface Trial {
  /** What the platform says of a request, field by field; `null`: upstream cannot get there. */
  ours: { within: () => FieldError[]; beyond: () => FieldError[]; field: RegExp } | null;
  /**
   * What the sandbox says: the fields or codes of its refusal; none: it takes it. `null`: it shows elsewhere, as `why`
   * says.
   */
  theirs: { within: () => string[]; beyond: () => string[]; refused: RegExp } | null;
  why?: string;
}

/** One for each row: a limit that nobody tries does not compile. */
export type Trials<T extends LimitTable> = { [name in keyof T]: Trial };

const mail = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const text = { messageId: 'm-1', to: '+12025550123', body: 'It works' };

const rulesOfMail = providerRules(emailCatalogue);

/** What the schema of an e-mail and the rules of its providers say of these parts over a plain one. */
export const ofMail = (parts: object) => (): FieldError[] => {
  const { data, error } = EmailRequested.safeParse({ ...mail, ...parts });
  return error ? fieldErrors(error) : rulesOfMail(data);
};

/** What the schema of a text says of these parts over a plain one. */
export const ofText = (parts: object) => (): FieldError[] => {
  const { error } = SmsRequested.safeParse({ ...text, ...parts });
  return error ? fieldErrors(error) : [];
};

/** `count` things, each of its own. */
export const several = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Tries each limit of a table on both sides. `answers`: how the provider says no, in the title. */
export function describeLimits<T extends LimitTable>(
  provider: string,
  limits: T,
  trials: Trials<T>,
  answers: string,
): void {
  const rows = Object.entries<Trial>(trials);
  const ours = rows.flatMap(([name, trial]) =>
    trial.ours ? [[limits[name]!.field, limits[name]!.rule, trial.ours] as const] : [],
  );
  const theirs = rows.flatMap(([name, trial]) =>
    trial.theirs ? [[limits[name]!.field, limits[name]!.rule, trial.theirs] as const] : [],
  );

  describe(`the limits that ${provider} documents`, () => {
    it.each(ours)(
      'are kept by the platform, which names field and rule: %s, %s',
      (_field, _rule, { within, beyond, field }) => {
        expect(within()).toEqual([]);
        expect(beyond()).toContainEqual({ field: expect.stringMatching(field), rule: expect.stringMatching(/\w+/) });
      },
    );

    it.each(theirs)(
      `are kept by the sandbox, which ${answers}: %s, %s`,
      (_field, _rule, { within, beyond, refused }) => {
        expect(within()).toEqual([]);
        expect(beyond()).toContainEqual(expect.stringMatching(refused));
      },
    );

    it('are each tried, or it is said where', () => {
      const kept = rows.filter(([name]) => ['schema', 'channel', 'carry', 'call'].includes(limits[name]!.keeper));
      expect(kept.filter(([, trial]) => !trial.ours && !trial.why).map(([name]) => name)).toEqual([]);
      expect(rows.filter(([, trial]) => !trial.theirs && !trial.why).map(([name]) => name)).toEqual([]);
    });

    it('each name the page of the provider that says so', () => {
      expect(
        Object.values(limits).filter(
          ({ source }) =>
            !/^https:\/\/(www\.twilio\.com\/docs|docs\.sendgrid\.com|support\.twilio\.com|resend\.com\/docs)\//.test(
              source,
            ),
        ),
      ).toEqual([]);
    });
  });
}
