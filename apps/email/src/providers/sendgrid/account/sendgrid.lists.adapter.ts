import { HttpLists, type ListEntry, type ListReader, type ListsAccess, notAsDocumented } from '#libs/provider-http';
import type { ListPage } from '#libs/providers';
import { entriesOf, leaversOf, type List, lists, PAGE, removalPaths } from './sendgrid.lists.policy.ts';

/** SendGrid's own suppression lists. */
export class SendgridLists extends HttpLists {
  readonly provider = 'sendgrid';

  constructor(access: ListsAccess) {
    super('SENDGRID_BASE_URL', access);
  }

  protected async *pages(reader: ListReader): AsyncGenerator<ListPage> {
    for (const { list, path, ...means } of lists) yield* pagesOf(reader, list, path, means);
    yield await leavers(reader);
  }

  protected entriesOf(address: string, scope: string): readonly ListEntry[] {
    return removalPaths(address, scope).map(({ keyScope, ...entry }) => ({
      ...entry,
      unpermitted: `the key may not change it: give SENDGRID_API_KEY the scope ${keyScope}`,
    }));
  }
}

async function* pagesOf(reader: ListReader, list: string, path: string, means: List): AsyncGenerator<ListPage> {
  for (let offset = 0; ; offset += PAGE) {
    const answer = await reader.get(`${path}?limit=${PAGE}&offset=${offset}`);
    const entries = answer.read ? entriesOf(answer.body, means) : undefined;
    if (!entries) {
      yield { list, trouble: answer.read ? notAsDocumented : worded(answer, 'suppression.read') };
      return;
    }
    yield { list, entries };
    if (entries.length < PAGE) return;
  }
}

/** For all groups at once: SendGrid does not page this list. */
async function leavers(reader: ListReader): Promise<ListPage> {
  const list = 'group_unsubscribes';
  const answer = await reader.get('/v3/asm/suppressions');
  const entries = answer.read ? leaversOf(answer.body) : undefined;
  if (entries) return { list, entries };
  return { list, trouble: answer.read ? notAsDocumented : worded(answer, 'asm.groups.suppressions.read') };
}

const worded = ({ trouble, status }: { trouble: string; status?: number }, scope: string) =>
  status === 401 || status === 403 ? `the key may not read it: give SENDGRID_API_KEY the scope ${scope}` : trouble;
