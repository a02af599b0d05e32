import { type ListPage, ListReader, ProviderHttp, SuppressionLists } from '#libs/delivery';
import { listPageOf } from './resend.lists.policy.ts';

export interface ResendListsOptions {
  apiKey: string;
  baseUrl: string;
  timeoutMs: number;
  stopping: AbortSignal;
}

const LIST = 'suppressions';

/** Resend's own suppression list. */
export class ResendLists extends SuppressionLists {
  readonly provider = 'resend';
  private readonly options: ResendListsOptions;

  constructor(options: ResendListsOptions) {
    super();
    this.options = options;
  }

  async *read(): AsyncGenerator<ListPage> {
    const { apiKey, baseUrl, timeoutMs, stopping } = this.options;
    const http = new ProviderHttp('RESEND_BASE_URL', baseUrl, timeoutMs, 1);
    try {
      // Resend refuses calls without a User-Agent.
      yield* pages(new ListReader({ http, headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json', 'user-agent': 'messaging-integrations' }, stopping }));
    } finally {
      await http.close();
    }
  }
}

async function* pages(reader: ListReader): AsyncGenerator<ListPage> {
  for (let after: string | undefined; ; ) {
    const answer = await reader.get(`/suppressions?limit=100${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`);
    const page = answer.read ? listPageOf(answer.body) : undefined;
    if (!page) {
      yield { list: LIST, trouble: answer.read ? 'its answer is not the list that it documents' : worded(answer) };
      return;
    }
    yield { list: LIST, entries: page.entries };
    if (page.after === undefined) return;
    after = page.after;
  }
}

const worded = ({ trouble, status }: { trouble: string; status?: number }) =>
  status === 401 || status === 403 ? 'the key may not read it: RESEND_API_KEY would need full access' : trouble;
