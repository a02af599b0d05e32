import { expect, it } from '@jest/globals';
import { matches, parseQuery, type Condition } from './activity-query.policy.ts';

it('reads comparisons joined by AND, except for an AND inside quotes', () => {
  expect(parseQuery(`unique_args['mi_call_id']="c1" AND subject="Salt AND Pepper" and (to_email!="a@b.test")`)).toEqual(
    {
      ok: true,
      alternatives: [
        [
          { field: 'unique_args', argument: 'mi_call_id', operator: '=', value: 'c1' },
          { field: 'subject', argument: null, operator: '=', value: 'Salt AND Pepper' },
          { field: 'to_email', argument: null, operator: '!=', value: 'a@b.test' },
        ],
      ],
    },
  );
});

it('reads alternatives joined by OR, of which AND binds closer', () => {
  const equals = (field: string, value: string): Condition => ({ field, argument: null, operator: '=', value });
  expect(parseQuery('msg_id="a" OR subject="This OR that" AND status="delivered" or to_email="b@c.test"')).toEqual({
    ok: true,
    alternatives: [
      [equals('msg_id', 'a')],
      [equals('subject', 'This OR that'), equals('status', 'delivered')],
      [equals('to_email', 'b@c.test')],
    ],
  });
});

it('names an unknown field, in the words of the API', () => {
  expect(parseQuery('bad_field="x"')).toEqual({
    ok: false,
    message: "invalid syntax: 'bad_field' is not a known field",
  });
});

it.each(['to_email', 'to_email=a', 'unique_args="x"', 'OR to_email="x"'])('refuses %s', (query) => {
  expect(parseQuery(query).ok).toBe(false);
});

it('compares LIKE with the whole value, with % as the only wildcard', () => {
  const like = (value: string): Condition => ({ field: 'msg_id', argument: null, operator: 'LIKE', value });
  expect(matches('abc.recvd-1', like('abc%'))).toBe(true);
  expect(matches('abc.recvd-1', like('abc'))).toBe(false);
  expect(matches('abcxrecvd', like('abc.%'))).toBe(false);
});
