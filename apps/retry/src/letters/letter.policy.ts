import type { DeadLetter } from '#libs/contracts';

/** A dead letter beside its content: what it is found by. */
export interface LetterColumns {
  code: string;
  provider: string | null;
  template: string | null;
  unconfirmed: boolean;
}

export const columnsOfLetter = (letter: DeadLetter): LetterColumns => ({
  code: storable(letter.failure.code) ?? '',
  provider: storable(letter.failure.provider),
  template: storable(templateOf(letter.request)),
  unconfirmed: isUnconfirmed(letter),
});

/** The answer to one of its calls was lost and never found: it may have arrived. */
export const isUnconfirmed = ({ reason, attempts }: Pick<DeadLetter, 'reason' | 'attempts'>): boolean =>
  reason === 'unconfirmed' || attempts.some(({ failure }) => failure.kind === 'unknown');

/** The name of its template; undefined where it has none. */
function templateOf(request: Record<string, unknown>): unknown {
  const template = request['template'];
  return typeof template === 'object' && template !== null ? (template as { name?: unknown }).name : undefined;
}

/** PostgreSQL’s text holds no U+0000. */
const storable = (text: unknown): string | null =>
  typeof text === 'string' && !text.includes('\0') ? text.slice(0, 200) : null;
