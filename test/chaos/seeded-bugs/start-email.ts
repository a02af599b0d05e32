/** Starts the service as it was built; what was patched before in its modules stays patched. */
export async function startEmail(): Promise<void> {
  await import(new URL('../../../dist/apps/email/src/main.js', import.meta.url).href);
}
