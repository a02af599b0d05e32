import type { z } from 'zod';
import type { FieldProblem } from '../error.policy.ts';
import { Mail, type Personalization } from './mail.policy.ts';

export type CheckedMail = { ok: true; mail: Mail } | { ok: false; problems: FieldProblem[] };

const MAX_RECIPIENTS = 1000;
const MAX_AHEAD_SECONDS = 72 * 3600;
const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html';

const fromRequired =
  'The from object must be provided for every email send. It is an object that requires the email parameter, but ' +
  'may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : ' +
  '"example@example.com", "name" : "Example Recipient"}.';
const subjectRequired =
  'The subject is required. You can get around this requirement if you use a template with a subject defined or ' +
  'if every personalization has a subject defined.';
const contentRequired =
  'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined ' +
  'content block.';

/** @param now milliseconds of the epoch */
export function checkMail(body: unknown, now: number): CheckedMail {
  const parsed = Mail.safeParse(body);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(fieldProblems) };
  const problems = together(parsed.data, Math.floor(now / 1000));
  return problems.length === 0 ? { ok: true, mail: parsed.data } : { ok: false, problems };
}

function problem(field: string, message: string): FieldProblem {
  return { message, field, help: `${HELP}#message.${field.replace(/\.\d+/g, '')}` };
}

function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code !== 'unrecognized_keys') return [fieldProblem(issue)];
  return issue.keys.map((key) => {
    const field = [...issue.path, key].join('.');
    return { message: `Additional property ${key} is not allowed`, field, help: null };
  });
}

function fieldProblem(issue: z.core.$ZodIssue): FieldProblem {
  const field = issue.path.join('.');
  if (field === '') return { message: 'Bad Request', field: null, help: null };
  if (field === 'from') return problem('from.email', fromRequired);
  if (issue.code === 'invalid_type' && field === 'personalizations') {
    return problem(field, 'The personalizations field is required and must have at least one personalization.');
  }
  return problem(field, issue.message);
}

/** Rules over several fields. */
function together(mail: Mail, now: number): FieldProblem[] {
  const problems = [...content(mail), ...schedule('send_at', mail.send_at, now)];
  if (mail.reply_to && mail.reply_to_list)
    problems.push(problem('reply_to', 'Only one of reply_to and reply_to_list may be used.'));
  let recipients = 0;
  for (const [index, one] of mail.personalizations.entries()) {
    const field = `personalizations.${index}`;
    recipients += one.to.length + (one.cc?.length ?? 0) + (one.bcc?.length ?? 0);
    problems.push(...unique(one, field), ...schedule(`${field}.send_at`, one.send_at, now), ...args(mail, one, field));
  }
  if (recipients > MAX_RECIPIENTS)
    problems.push(problem('personalizations', 'There is a limit of 1000 recipients per request.'));
  return problems;
}

function content(mail: Mail): FieldProblem[] {
  if (mail.template_id !== undefined) return [];
  const problems: FieldProblem[] = [];
  if (mail.subject === undefined && mail.personalizations.some((one) => one.subject === undefined)) {
    problems.push(problem('subject', subjectRequired));
  }
  if (mail.content === undefined) return [...problems, problem('content', contentRequired)];
  const types = mail.content.map(({ type }) => type.toLowerCase());
  if (new Set(types).size < types.length) {
    problems.push(problem('content', 'If present, text/plain and text/html may only be provided once.'));
  }
  const plain = types.indexOf('text/plain');
  const html = types.indexOf('text/html');
  if (plain > 0 || (html > 0 && plain !== 0) || html > 1) {
    problems.push(
      problem(
        'content',
        'The content value must be provided in order: text/plain first, text/html next, then any other type.',
      ),
    );
  }
  return problems;
}

function schedule(field: string, sendAt: number | undefined, now: number): FieldProblem[] {
  if (sendAt === undefined || sendAt <= now + MAX_AHEAD_SECONDS) return [];
  return [problem(field, 'Scheduling more than 72 hours in advance is forbidden.')];
}

function unique(one: Personalization, field: string): FieldProblem[] {
  const seen = new Set<string>();
  for (const kind of ['to', 'cc', 'bcc'] as const) {
    for (const { email } of one[kind] ?? []) {
      const key = email.toLowerCase();
      if (seen.has(key)) {
        const place = `${field}.${kind}`;
        const message =
          'Each email address in the personalization block should be unique between to, cc, and bcc. We found the ' +
          `first duplicate instance of [${email}] in the ${place} field.`;
        return [problem(field, message)];
      }
      seen.add(key);
    }
  }
  return [];
}

function args(mail: Mail, one: Personalization, field: string): FieldProblem[] {
  if (!mail.custom_args || !one.custom_args) return [];
  const whole = Buffer.byteLength(JSON.stringify({ ...mail.custom_args, ...one.custom_args }));
  return whole <= 10_000
    ? []
    : [problem(`${field}.custom_args`, 'The custom_args must not exceed 10000 bytes in total.')];
}
