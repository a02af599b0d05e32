/** Sends `total` messages, so many at a time. */
export async function loop(
  total: number,
  inFlight: number,
  send: (messageId: string, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const run = async () => {
    while (next < total) {
      const index = next;
      next += 1;
      await send(`loop-${index}`, index);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, run));
}
