import type { Finding } from '#libs/providers';
import { dataDirOf, type Env } from '../environment/env.ts';
import { describeRepair, type ReportedRepair } from './keep.ts';
import { examinePlatform } from './platform.ts';
import { callDoctors } from './providers.ts';

export interface Diagnosis {
  /** No check failed. */
  well: boolean;
  findings: Finding[];
  /** What --fix changed. */
  repairs: ReportedRepair[];
}

export interface DoctorOptions {
  fix: boolean;
  /** Skips Kafka and PostgreSQL, for checking the accounts from elsewhere. */
  providersOnly: boolean;
}

/** Checks everything that is configured; with `fix` registers our webhooks first. */
export async function examine(env: Env, { fix, providersOnly }: DoctorOptions): Promise<Diagnosis> {
  const { doctors, findings } = callDoctors(env);
  try {
    const done = fix ? (await Promise.all(doctors.map((doctor) => doctor.fix()))).flat() : [];
    const repairs = done.map((repair) => describeRepair(repair, dataDirOf(env)));
    const examined = await Promise.all([
      ...doctors.map((doctor) => doctor.examine()),
      ...(providersOnly ? [] : [examinePlatform(env)]),
    ]);
    const all = [...findings, ...examined.flat()];
    return { well: all.every(({ state }) => state !== 'fail'), findings: all, repairs };
  } finally {
    await Promise.all(doctors.map((doctor) => doctor.close()));
  }
}
