import { dataDirOf, type Env } from './env.ts';
import { runningState } from './state.ts';

/** The environment, with the addresses and token of the running local system where it does not set others. */
export function withRunningStack(env: Env): Env {
  const state = runningState(dataDirOf(env));
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const local = env['KAFKA_PORT'] ? { KAFKA_BROKERS: `127.0.0.1:${env['KAFKA_PORT']}` } : {};
  return { ...local, ...state?.env, ...given };
}
