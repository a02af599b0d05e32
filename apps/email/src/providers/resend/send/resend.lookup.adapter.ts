import { fromTags, type LookupResult, type LookupRequest } from '#libs/providers';
import type { ProviderHttp } from '#libs/provider-http';
import { z } from 'zod';
import type { EmailMessage } from '../../../email-message.ts';
import { errorNameOf, msOf } from './resend.answer.policy.ts';
import type { RequestBuilder, SdkRequest } from './resend.mail.adapter.ts';

const Listed = z.looseObject({
  has_more: z.boolean().default(false),
  data: z.array(z.looseObject({ id: z.string(), to: z.array(z.string()), created_at: z.string() })),
});
const Tagged = z.looseObject({ tags: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional() });

/** The list has no filter: reading more than this many pages of a hundred is not worth the requests. */
const MOST_PAGES = 5;
/** The assumed difference of clocks, in milliseconds. */
const CLOCKS_MS = 60_000;

class NoResponse extends Error {}

/**
 * Looks for a call among the newest e-mails: same recipient, and our call id among the tags. It never guesses: an
 * e-mail without our call id is another one.
 */
export async function findByTag(
  requests: RequestBuilder,
  http: ProviderHttp,
  { message, callId, since }: LookupRequest<EmailMessage>,
): Promise<LookupResult> {
  const ask = asking(http);
  const wanted = message.to[0]?.email.toLowerCase() ?? '';
  try {
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { data, has_more: more } = await ask(await requests.list(after), Listed);
      for (const { id } of data.filter(({ to }) => to.some((address) => address.toLowerCase().includes(wanted)))) {
        const { tags = [] } = await ask(await requests.retrieve(id), Tagged);
        if (fromTags(Object.fromEntries(tags.map(({ name, value }) => [name, value])))['mi_call_id'] === callId)
          return { found: 'accepted', providerMessageId: id };
      }
      const last = data.at(-1);
      if (!last || !more || msOf(last.created_at) < since - CLOCKS_MS) break;
      after = last.id;
    }
    return { found: 'absent' };
  } catch (error) {
    if (error instanceof NoResponse)
      return { found: error.message === 'restricted_api_key' ? 'unsupported' : 'absent' };
    throw error;
  }
}

const asking =
  (http: ProviderHttp) =>
  async <S extends z.ZodType>(request: SdkRequest, schema: S): Promise<z.infer<S>> => {
    const answer = await http.call(request).catch(() => {
      throw new NoResponse('no answer');
    });
    if (answer.status !== 200) throw new NoResponse(errorNameOf(answer) ?? '');
    try {
      return schema.parse(JSON.parse(answer.body));
    } catch {
      throw new NoResponse('unreadable');
    }
  };
