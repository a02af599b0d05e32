/** Who is measured, in this order in each round. */
export const senders = [
  'ours',
  'base',
  'ceiling',
  'oursUntraced',
  'oursCoalesced',
  'oursTwoReplicas',
  'sameWork',
  'bullmq',
  'sendgridSdk',
  'nestStock6',
  'nestStock1',
] as const;
export type Sender = (typeof senders)[number];
