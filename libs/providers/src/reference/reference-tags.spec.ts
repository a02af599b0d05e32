import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { referenceFields, returnedReference } from './call-reference.ts';
import { MessageId } from '#libs/contracts';
import { fromTags, toTags } from './reference-tags.ts';

const objectOf = (tags: { name: string; value: string }[]) =>
  Object.fromEntries(tags.map(({ name, value }) => [name, value]));

describe('a reference as tags', () => {
  it('is returned as it was given, whatever message id upstream chose', () => {
    const ids = fc.stringMatching(/^[A-Za-z0-9._:-]{1,200}$/).filter((id) => MessageId.safeParse(id).success);
    fc.assert(
      fc.property(ids, (messageId) => {
        const tags = toTags(referenceFields({ messageId, tenant: 'acme-1', hop: 3 }));
        for (const { name, value } of tags)
          expect(`${name}=${value}`).toMatch(/^[A-Za-z0-9_-]{1,256}=[A-Za-z0-9_-]{1,256}$/);
        expect(returnedReference(fromTags(objectOf(tags)))).toMatchObject({ messageId, tenant: 'acme-1', hop: 3 });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is split where the longest id would not fit into one tag', () => {
    const messageId = '.'.repeat(200);
    const tags = toTags(referenceFields({ messageId, tenant: 'default' }));
    expect(tags.map(({ name }) => name)).toEqual(['mi_message_id', 'mi_message_id_2', 'mi_tenant']);
    expect(fromTags(objectOf(tags))).toEqual({ mi_message_id: messageId, mi_tenant: 'default' });
  });

  it('never reads a tag of another kind as text', () => {
    expect(fromTags({ mi_hop: 3, campaign: 'spring', mi_tenant_2: 'x' })).toEqual({
      campaign: 'spring',
      mi_tenant_2: 'x',
    });
  });
});
