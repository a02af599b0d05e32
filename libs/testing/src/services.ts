/** A variable that the set-up of the integration tests provides (test/setup/services.setup.ts). */
export function given(variable: 'TEST_DATABASE_URL' | 'TEST_KAFKA_BROKERS'): string {
  const value = process.env[variable];
  if (!value)
    throw new Error(`${variable} is not set: only tests named *.int-spec.ts are given a real Kafka and PostgreSQL`);
  return value;
}
