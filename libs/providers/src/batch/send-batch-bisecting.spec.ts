import { ownFailure } from '../failures/failure-catalogue.ts';
import type { SendResult } from '../provider.port.ts';
import { sendBatchBisecting } from './send-batch-bisecting.ts';
import { describe, expect, it } from '@jest/globals';

const refused: SendResult = { sent: false, failure: ownFailure('http_400', 'bad-content', 'never', 'It is refused.') };
const taken = (member: string): SendResult => ({ sent: true, providerMessageId: member });

/** A provider that refuses a whole request because of each recipient that ends with "!", and names these or not. */
function aProvider({ names }: { names: boolean }) {
  const requests: string[] = [];
  const request = (members: readonly string[]) => {
    requests.push(members.join(''));
    const bad = new Set(members.flatMap((member, place) => (member.endsWith('!') ? [place] : [])));
    return Promise.resolve(bad.size > 0 ? { refused, ...(names && { named: bad }) } : { results: members.map(taken) });
  };
  return { requests, request };
}

const outcomes = (results: SendResult[]) =>
  results.map((result) => (result.sent ? result.providerMessageId : 'refused'));

describe('messages that share a request', () => {
  it('are sent without those that the provider names, each with its own outcome', async () => {
    const { requests, request } = aProvider({ names: true });
    expect(outcomes(await sendBatchBisecting(['a', 'b!', 'c', 'd!', 'e'], request))).toEqual([
      'a',
      'refused',
      'c',
      'refused',
      'e',
    ]);
    expect(requests).toEqual(['ab!cd!e', 'ace']);
  });

  it('are sent in halves where it names none, until the refused one is alone', async () => {
    const { requests, request } = aProvider({ names: false });
    expect(outcomes(await sendBatchBisecting(['a', 'b', 'c!', 'd', 'e'], request))).toEqual([
      'a',
      'b',
      'refused',
      'd',
      'e',
    ]);
    expect(requests).toEqual(['abc!de', 'abc!', 'ab', 'c!', 'de']);
  });

  it('are all refused where it names all of them and refuses again', async () => {
    const { requests, request } = aProvider({ names: true });
    expect(outcomes(await sendBatchBisecting(['a!', 'b!'], request))).toEqual(['refused', 'refused']);
    expect(requests).toEqual(['a!b!', 'a!', 'b!']);
  });
});
