import { isPlainInstant } from '#libs/contracts';
import { badRequest } from './valid.pipe.ts';

/**
 * Where a page ended: the time (ISO 8601, UTC) of its last row, and further keys that distinguish rows of the same
 * time.
 */
export type Position<K extends string> = { at: string } & Record<K, string>;

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/**
 * The cursors of a list that is ordered by time and further keys: opaque to callers, validated when they are sent back.
 */
export class Cursor<K extends string> {
  private readonly keys: readonly K[];
  private readonly form: RegExp;

  /** @param keys the pattern of each key; only the last may contain blanks, and none may contain a capturing group */
  constructor(keys: Record<K, RegExp>) {
    this.keys = Object.keys(keys) as K[];
    this.form = new RegExp(`^(${INSTANT}) ${this.keys.map((key) => `(${keys[key].source})`).join(' ')}$`);
  }

  encode(position: Position<K>): string {
    return Buffer.from([position.at, ...this.keys.map((key) => position[key])].join(' ')).toString('base64url');
  }

  /** Undefined for a text that is not a cursor of ours. */
  decode(cursor: string): Position<K> | undefined {
    const [, at, ...parts] = this.form.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
    if (at === undefined || !isPlainInstant(at)) return undefined;
    return { at, ...Object.fromEntries(this.keys.map((key, index) => [key, parts[index]])) } as Position<K>;
  }

  /**
   * Where the previous page ended, as the request says.
   * @throws BadRequestException with the name of the field, for a text that is not a cursor of ours
   */
  read(cursor: string | undefined, remedy?: string): Position<K> | undefined {
    const position = cursor === undefined ? undefined : this.decode(cursor);
    if (cursor !== undefined && !position)
      throw badRequest([{ field: 'cursor', rule: 'must be the nextCursor of an earlier answer' }], remedy);
    return position;
  }

  /** @param rows one more than `limit` where another page follows */
  pageOf<T>(
    rows: readonly T[],
    limit: number,
    positionOf: (row: T) => Position<K>,
  ): { rows: T[]; nextCursor: string | null } {
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { rows: page, nextCursor: rows.length > limit && last ? this.encode(positionOf(last)) : null };
  }
}
