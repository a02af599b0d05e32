import { Pool } from 'undici';
import { sendgridBodyOf } from './mail.ts';

const headers = { authorization: 'Bearer bench', 'content-type': 'application/json', accept: 'application/json' };

/** The cheapest way to the provider that there is in Node: a keep-alive undici pool and nothing around it. */
export function providerPool(url: string, connections: number): (messageId: string, index: number) => Promise<void> {
  const pool = new Pool(url, { connections, pipelining: 1, allowH2: false, keepAliveTimeout: 30_000 });
  return async (messageId, index) => {
    const body = JSON.stringify(sendgridBodyOf(messageId, index));
    const answer = await pool.request({ method: 'POST', path: '/v3/mail/send', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 202) throw new Error(`the provider answered ${answer.statusCode}`);
  };
}
