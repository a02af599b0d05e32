import { skewOf, type Reported } from '#libs/providers';
import { CallBroken, type HttpCall, type ProviderHttp } from './provider-http.adapter.ts';

/** Asks a provider; never throws for its or the network's sake. */
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
