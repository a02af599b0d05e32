import { skewOf, type Reported } from '#libs/providers';
import { CallBroken, type HttpCall, type ProviderHttp } from './provider-http.adapter.ts';

/** Sends a request that only asks something; never throws for a failure of the provider or the network. */
export async function ask(http: ProviderHttp, call: HttpCall): Promise<Reported> {
  const probedAt = Date.now();
  try {
    const { status, headers, body } = await http.call(call);
    return { reached: true, status, body: parsed(body), skewMs: skewOf(headers['date'], probedAt, Date.now()) };
  } catch (error) {
    if (!(error instanceof CallBroken)) throw error;
    return { reached: false, code: error.code };
  }
}

/** Headers of a call with a bearer key. Resend refuses calls without a User-Agent. */
export const bearerHeaders = (key: string, hasBody = false): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  accept: 'application/json',
  'user-agent': 'messaging-integrations',
  ...(hasBody && { 'content-type': 'application/json' }),
});

/** A request with a bearer key, and with a JSON body if one is given. */
export function askWithKey(
  http: ProviderHttp,
  key: string,
  { method, path, body }: { method: HttpCall['method']; path: string; body?: unknown },
): Promise<Reported> {
  const headers = bearerHeaders(key, body !== undefined);
  return ask(http, { method, path, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
