import { HttpLists, type ListEntry, type ListReader, type ListsAccess, notAsDocumented } from '#libs/provider-http';
import type { ListPage } from '#libs/providers';
import { listPageOf } from './resend.lists.policy.ts';

const LIST = 'suppressions';

/** Resend's own suppression list. */
export class ResendLists extends HttpLists {
  readonly provider = 'resend';

  constructor(access: ListsAccess) {
    super('RESEND_BASE_URL', access);
  }

  protected async *pages(reader: ListReader): AsyncGenerator<ListPage> {
    for (let after: string | undefined; ;) {
      const answer = await reader.get(
        `/suppressions?limit=100${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
      );
      const page = answer.read ? listPageOf(answer.body) : undefined;
      if (!page) {
        yield { list: LIST, trouble: answer.read ? notAsDocumented : worded(answer) };
        return;
      }
      yield { list: LIST, entries: page.entries };
      if (page.after === undefined) return;
      after = page.after;
    }
  }

  /** DELETE /suppressions/{id or email}. Its list knows no scope but all. */
  protected entriesOf(address: string, scope: string): readonly ListEntry[] {
    if (scope !== 'all') return [];
    return [{ list: LIST, path: `/suppressions/${address}`, unpermitted: unpermitted('change') }];
  }
}

const unpermitted = (what: 'read' | 'change') => `the key may not ${what} it: RESEND_API_KEY would need full access`;

const worded = ({ trouble, status }: { trouble: string; status?: number }) =>
  status === 401 || status === 403 ? unpermitted('read') : trouble;
