/** The same mail for everybody: a small transactional one. */
const text = 'Your order has left our warehouse and will be with you within two working days. '.repeat(3).trim();

export const recipientOf = (index: number): string => `customer-${index}@inbox.test`;

/** As upstream asks for it. */
export const requestOf = (messageId: string, index: number): object => ({
  messageId,
  to: [{ email: recipientOf(index), name: `Customer ${index}` }],
  subject: 'Your order is on its way',
  text,
  correlationId: `order-${index}`,
});

/** As SendGrid takes it. */
export const sendgridBodyOf = (messageId: string, index: number): object => ({
  from: { email: 'no-reply@messaging.test', name: 'Messaging' },
  personalizations: [
    { to: [{ email: recipientOf(index), name: `Customer ${index}` }], custom_args: { mi_message_id: messageId } },
  ],
  subject: 'Your order is on its way',
  content: [{ type: 'text/plain', value: text }],
});
